using System.Globalization;
using System.Net;
using System.Text;

namespace Busker.Learning.Report;

/// <summary>One line, or the points of one, in a plot. <paramref name="Low"/> and <paramref name="High"/> draw a band around it.</summary>
public sealed record Series(string Name, double[] X, double[] Y, double[]? Low = null, double[]? High = null, bool Dots = false, bool Dashed = false);

/// <summary>One horizontal bar; <paramref name="Note"/> stands behind the value.</summary>
public sealed record Bar(string Name, double Value, string? Note = null);

/// <summary>Plots as SVG text, 560 wide, 340 high and as much more as the legend below needs, coloured by the page's style sheet. The same numbers give the same bytes.</summary>
public sealed class Plot
{
    private const int Width = 560, Height = 340, Left = 76, Right = 30, Top = 34, Bottom = 48;
    private readonly StringBuilder _svg = new();

    /// <summary>Lines over a shared pair of axes. Logarithmic axes skip values that are not positive.</summary>
    public static string Lines(string title, string x, string y, IReadOnlyList<Series> series, bool logX = false, bool logY = false)
    {
        var plot = new Plot();
        var xs = new Axis([.. series.SelectMany(s => s.X)], logX);
        var ys = new Axis([.. series.SelectMany(s => s.Y.Concat(s.Low ?? []).Concat(s.High ?? []))], logY);
        var rows = series.Count < 2 ? 0 : (series.Count + 1) / 2;
        plot.Frame(title, x, y, xs, ys, Height + 20 * rows);
        for (var i = 0; i < series.Count; i++) plot.Draw(series[i], i, xs, ys);
        plot.Legend(series);
        return plot.Close();
    }

    /// <summary>Horizontal bars, in the order given, around zero.</summary>
    public static string Bars(string title, IReadOnlyList<Bar> bars)
    {
        var plot = new Plot();
        var height = Top + 20 * bars.Count + 12;
        plot.Open($"{title}: {string.Join(", ", bars.Take(3).Select(b => b.Name + " " + Axis.Label(b.Value)))}{(bars.Count > 3 ? ", …" : "")}", title, height);
        var low = Math.Min(0, bars.Select(b => b.Value).DefaultIfEmpty(0).Min());
        var high = Math.Max(0, bars.Select(b => b.Value).DefaultIfEmpty(0).Max());
        var names = (int)Math.Clamp(12 + 9.6 * bars.Select(b => b.Name.Length).DefaultIfEmpty(0).Max(), 120, 350);
        var scale = high > low ? (Width - names - 90) / (high - low) : 0;
        for (var i = 0; i < bars.Count; i++)
        {
            var top = Top + 20 * i;
            var zero = names - low * scale;
            var end = names + (bars[i].Value - low) * scale;
            plot.Text(names - 8, top + 11, "end", bars[i].Name);
            plot._svg.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"s0\" x=\"{Math.Min(zero, end):0.#}\" y=\"{top}\" width=\"{Math.Max(1, Math.Abs(end - zero)):0.#}\" height=\"14\"/>");
            plot.Text(Math.Max(zero, end) + 6, top + 11, "start", Axis.Label(bars[i].Value) + (bars[i].Note is { } note ? " " + note : ""));
        }

        return plot.Close();
    }

    /// <param name="told">What a reader who cannot see the plot is told.</param>
    private void Open(string told, string title, int height)
    {
        _svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(told)}\">");
        Text(Left, 18, "start", title, "title");
    }

    private void Frame(string title, string x, string y, Axis xs, Axis ys, int height)
    {
        Open($"{title}: {y} over {x}", title, height);
        foreach (var (value, label) in xs.Ticks())
        {
            var at = X(xs, value);
            Line("grid", at, Top, at, Height - Bottom);
            Text(at, Height - Bottom + 16, "middle", label);
        }

        foreach (var (value, label) in ys.Ticks())
        {
            var at = Y(ys, value);
            Line("grid", Left, at, Width - Right, at);
            Text(Left - 6, at + 4, "end", label);
        }

        Text((Left + Width - Right) / 2.0, Height - 10, "middle", x);
        _svg.Append(CultureInfo.InvariantCulture,
            $"<text text-anchor=\"middle\" transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\">{WebUtility.HtmlEncode(y)}</text>");
    }

    private void Draw(Series series, int colour, Axis xs, Axis ys)
    {
        if (series is { Low: { } low, High: { } high })
        {
            var band = Enumerable.Range(0, low.Length).Select(i => (series.X[i], low[i]))
                .Concat(Enumerable.Range(0, high.Length).Reverse().Select(i => (series.X[i], high[i])));
            _svg.Append(CultureInfo.InvariantCulture, $"<polygon class=\"band s{colour % 8}\" points=\"{Points(band, xs, ys)}\"/>");
        }

        var points = series.X.Zip(series.Y).Where(p => xs.Shows(p.First) && ys.Shows(p.Second)).Select(p => (p.First, p.Second));
        if (series.Dots)
        {
            foreach (var (px, py) in points)
            {
                _svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"s{colour % 8}\" cx=\"{X(xs, px):0.#}\" cy=\"{Y(ys, py):0.#}\" r=\"3\"/>");
            }

            return;
        }

        _svg.Append(CultureInfo.InvariantCulture,
            $"<polyline class=\"line s{colour % 8}{(series.Dashed ? " dashed" : "")}\" points=\"{Points(points, xs, ys)}\"/>");
    }

    private void Legend(IReadOnlyList<Series> series)
    {
        if (series.Count < 2) return;
        for (var i = 0; i < series.Count; i++)
        {
            var (left, top) = (Left + i % 2 * 250, Height + 2 + 20 * (i / 2));
            _svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"s{i % 8}{(series[i].Dashed ? " dashed" : "")}\" x=\"{left}\" y=\"{top}\" width=\"10\" height=\"10\"/>");
            Text(left + 16, top + 10, "start", series[i].Name, "label legend");
        }
    }

    private static string Points(IEnumerable<(double X, double Y)> points, Axis xs, Axis ys) =>
        string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(xs, p.X):0.#},{Y(ys, p.Y):0.#}")));

    private static double X(Axis axis, double value) => Left + axis.Place(value) * (Width - Left - Right);
    private static double Y(Axis axis, double value) => Height - Bottom - axis.Place(value) * (Height - Top - Bottom);

    private void Line(string kind, double x1, double y1, double x2, double y2) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<line class=\"{kind}\" x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\"/>");

    private void Text(double x, double y, string anchor, string text, string kind = "label") =>
        _svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"{kind}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    private string Close() => _svg.Append("</svg>").ToString();
}
