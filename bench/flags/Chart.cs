using System.Globalization;
using System.Text;

namespace Busker.Bench.Flags;

/// <summary>The matrix as an SVG: one panel for each number of attributes, time on a logarithmic scale.</summary>
internal static class Chart
{
    private const int Panel = 300, Height = 260, Left = 60, Top = 40;
    private static readonly (string System, string Colour)[] Lines = [("Busker", "#0a7d4b"), ("flagd", "#c2410c"), ("GrowthBook", "#6d28d9"), ("Statsig", "#1d4ed8")];

    public static void Draw(IReadOnlyList<Timing> all, string path)
    {
        var sizes = all.Select(t => t.Attributes).Distinct().Order().ToList();
        var width = Left + sizes.Count * (Panel + 20) + 20;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {Height + 130}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{Height + 130}\" fill=\"white\"/>");
        for (var p = 0; p < sizes.Count; p++) DrawPanel(svg, [.. all.Where(t => t.Attributes == sizes[p])], Left + p * (Panel + 20), $"{sizes[p]} attributes known of a user", p == 0);
        for (var l = 0; l < Lines.Length; l++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Left + 10 + l * 120}\" cy=\"{Height + 112}\" r=\"5\" fill=\"{Lines[l].Colour}\"/><text x=\"{Left + 20 + l * 120}\" y=\"{Height + 116}\">{Lines[l].System}</text>");
        }

        File.WriteAllText(path, svg.Append("</svg>\n").ToString());
        Console.WriteLine($"drawn to {Path.GetRelativePath(BenchResult.Root, path)}");
    }

    private static void DrawPanel(StringBuilder svg, List<Timing> cells, int x, string title, bool labelled)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{Top - 14}\" font-weight=\"bold\">{title}</text>");
        for (var power = 0; power <= 5; power++)
        {
            var y = Y(Math.Pow(10, power));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" x2=\"{x + Panel}\" y1=\"{y:F1}\" y2=\"{y:F1}\" stroke=\"#ddd\"/>");
            if (labelled) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x - 6}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{(power < 3 ? $"{Math.Pow(10, power)} ns" : $"{Math.Pow(10, power - 3)} us")}</text>");
        }

        for (var c = 0; c < Cell.All.Length; c++)
        {
            var (cell, at) = (Cell.All[c], x + 20 + c * (Panel - 40) / (Cell.All.Length - 1));
            var name = cell.Shape == "split" ? $"{cell.Conditions} conditions, split" : cell.Shape;
            svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate({at},{Top + Height - 10}) rotate(-25)\" text-anchor=\"end\" font-size=\"10\">{name}</text>");
            foreach (var (system, colour) in Lines)
            {
                var one = cells.Find(t => t.System == system && t.Shape == cell.Shape && t.Conditions == cell.Conditions);
                if (one is not null) svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{at}\" cy=\"{Y(one.Ns):F1}\" r=\"5\" fill=\"{colour}\"><title>{system}, {name}: {one.Ns:F0} ns</title></circle>");
            }
        }
    }

    private static double Y(double ns) => Top + (Height - 30) * (1 - Math.Clamp(Math.Log10(Math.Max(ns, 1)) / 5, 0, 1));
}
