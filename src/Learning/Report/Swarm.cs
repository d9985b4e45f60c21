using System.Globalization;
using System.Text;

namespace Busker.Learning.Report;

/// <summary>One row of a swarm: what a column gave to each of some predictions, and the column's value there (NaN = missing).</summary>
public sealed record SwarmRow(string Name, double[] Contributions, double[] Values);

/// <summary>
/// A beeswarm: one row for each column, one point for each prediction, placed by what the column gave and coloured by its value there,
/// from low to high (5th to 95th percentile). Points that would cover each other are stacked. The same numbers give the same bytes.
/// </summary>
public static class Swarm
{
    /// <summary>Steps of colour; the style sheet has one class for each and one for missing values.</summary>
    internal const int Colours = 9;

    private const int Row = 26, Top = 34, Right = 64, Bottom = 74;
    private const double Dot = 3.4;

    public static string Draw(string title, string x, string mean, IReadOnlyList<SwarmRow> rows)
    {
        var left = Svg.Room(rows.Select(r => r.Name), 320);
        var foot = Top + 12 + Row * rows.Count;
        var told = $"{rows.Count} columns, by mean size of {x}: {string.Join(", ", rows.Take(5).Select(r => $"{r.Name} {Axis.Label(Mean(r))}"))}{(rows.Count > 5 ? ", …" : "")}.";
        var svg = new Svg(title, told, foot + Bottom, 8);
        svg.Text(Svg.Width - 8, 18, "end", mean);
        var axis = new Axis([0, .. rows.SelectMany(r => r.Contributions)], log: false);
        double X(double value) => left + 6 + axis.Place(value) * (Svg.Width - left - Right - 12);
        foreach (var (value, label) in axis.Ticks())
        {
            svg.Line(value == 0 ? "zero" : "grid", X(value), Top, X(value), foot);
            svg.Text(X(value), foot + 16, "middle", label);
        }

        for (var r = 0; r < rows.Count; r++)
        {
            var middle = Top + 6 + Row * (r + 0.5);
            svg.Text(left - 6, middle + 4, "end", rows[r].Name);
            svg.Text(Svg.Width - 8, middle + 4, "end", Axis.Label(Mean(rows[r])));
            Points(svg, rows[r], X, middle);
        }

        svg.Text(Svg.Width / 2.0, foot + 36, "middle", x);
        Legend(svg, foot + 58);
        return svg.Close();
    }

    private static double Mean(SwarmRow row) => Math.Round(row.Contributions.Select(Math.Abs).DefaultIfEmpty(0).Average(), 4);

    /// <summary>One path for each colour, each point a stroke of no length with a round end.</summary>
    private static void Points(Svg svg, SwarmRow row, Func<double, double> place, double middle)
    {
        var colour = Coloured(row.Values);
        var paths = Enumerable.Range(0, Colours + 1).Select(_ => new StringBuilder()).ToArray();
        var order = Enumerable.Range(0, row.Contributions.Length).OrderBy(p => row.Contributions[p]).ThenBy(p => colour[p]).ThenBy(p => p).ToArray();
        var at = Array.ConvertAll(order, p => (int)Math.Round(10 * place(row.Contributions[p])));
        for (int from = 0, to; from < order.Length; from = to)
        {
            // Points within one width stand in one stack; a stack too high for its row is drawn closer.
            for (to = from; to < order.Length && at[to] - at[from] < 10 * Dot * 0.5;) to++;
            var step = Math.Min(Dot * 0.5, (Row - Dot - 1) / Math.Max(1, to - from - 1));
            for (var k = from; k < to; k++)
            {
                var (n, side) = ((k - from + 1) / 2, (k - from) % 2 == 0 ? 1 : -1);
                paths[colour[order[k]]].Append(CultureInfo.InvariantCulture, $"M{at[k] / 10.0:0.#} {middle + side * n * step:0.#}h0");
            }
        }

        for (var c = 0; c <= Colours; c++) if (paths[c].Length > 0) svg.Add($"<path class=\"swarm v{c}\" d=\"{paths[c]}\"/>");
    }

    /// <summary>The step of colour of each value; <see cref="Colours"/> for what is missing.</summary>
    internal static int[] Coloured(double[] values)
    {
        var known = Array.FindAll(values, v => !double.IsNaN(v));
        if (known.Length == 0) return [.. values.Select(_ => Colours)];
        Array.Sort(known);
        var (low, high) = (known[known.Length / 20], known[^(1 + known.Length / 20)]);
        if (low == high) (low, high) = (known[0], known[^1]);
        return Array.ConvertAll(values, v => double.IsNaN(v) ? Colours : low == high ? Colours / 2 : (int)Math.Clamp(Math.Floor((v - low) / (high - low) * Colours), 0, Colours - 1));
    }

    private static void Legend(Svg svg, double y)
    {
        const int Step = 14;
        var start = Svg.Width / 2.0 - 150;
        svg.Text(start - 8, y + 4, "end", "low value");
        for (var c = 0; c < Colours; c++) svg.Line($"key v{c}", start + c * Step, y, start + (c + 1) * Step + 0.5, y);
        svg.Text(start + Colours * Step + 8, y + 4, "start", "high value");
        svg.Line($"key v{Colours}", start + Colours * Step + 100, y, start + Colours * Step + 114, y);
        svg.Text(start + Colours * Step + 122, y + 4, "start", "missing");
    }
}
