using System.Globalization;

namespace Busker.Learning.Report;

/// <summary>One line, or the points of one, in a plot. <paramref name="Low"/> and <paramref name="High"/> draw a band around it.</summary>
public sealed record Series(string Name, double[] X, double[] Y, double[]? Low = null, double[]? High = null, bool Dots = false, bool Dashed = false)
{
    /// <summary>Its colour, where that is not its place among the series.</summary>
    public int? Colour { get; init; }
}

/// <summary>One horizontal bar; <paramref name="Note"/> stands behind the value.</summary>
public sealed record Bar(string Name, double Value, string? Note = null);

/// <summary>Plots as SVG text, 340 high and as much more as the legend below needs, coloured by the page's style sheet. The same numbers give the same bytes.</summary>
public sealed class Plot
{
    private const int Width = Svg.Width, Height = 340, Left = 76, Right = 30, Top = 34, Bottom = 48;
    private readonly Svg _svg;

    private Plot(Svg svg) => _svg = svg;

    /// <summary>Lines over a shared pair of axes. Logarithmic axes skip values that are not positive.</summary>
    public static string Lines(string title, string x, string y, IReadOnlyList<Series> series, bool logX = false, bool logY = false)
    {
        var rows = series.Count < 2 ? 0 : (series.Count + 1) / 2;
        var plot = new Plot(new Svg(title, $"{y} over {x}. {string.Join(" ", series.Select(Told))}", Height + 20 * rows, Left));
        var xs = new Axis([.. series.SelectMany(s => s.X)], logX);
        var ys = new Axis([.. series.SelectMany(s => s.Y.Concat(s.Low ?? []).Concat(s.High ?? []))], logY);
        plot.Frame(x, y, xs, ys);
        for (var i = 0; i < series.Count; i++) plot.Draw(series[i], series[i].Colour ?? i, xs, ys);
        plot.Legend(series);
        return plot._svg.Close();
    }

    /// <summary>Horizontal bars, in the order given, around zero.</summary>
    public static string Bars(string title, IReadOnlyList<Bar> bars)
    {
        var svg = new Svg(title, $"{bars.Count} bars: {string.Join(", ", bars.Take(5).Select(b => b.Name + " " + Axis.Label(b.Value)))}{(bars.Count > 5 ? ", …" : "")}.", Top + 20 * bars.Count + 12, 8);
        var low = Math.Min(0, bars.Select(b => b.Value).DefaultIfEmpty(0).Min());
        var high = Math.Max(0, bars.Select(b => b.Value).DefaultIfEmpty(0).Max());
        var names = Svg.Room(bars.Select(b => b.Name), 350);
        var scale = high > low ? (Width - names - 90) / (high - low) : 0;
        for (var i = 0; i < bars.Count; i++)
        {
            var top = Top + 20 * i;
            var zero = names - low * scale;
            var end = names + (bars[i].Value - low) * scale;
            svg.Text(names - 8, top + 11, "end", bars[i].Name);
            svg.Add($"<rect class=\"s0\" x=\"{Math.Min(zero, end):0.#}\" y=\"{top}\" width=\"{Math.Max(1, Math.Abs(end - zero)):0.#}\" height=\"14\"/>");
            svg.Text(Math.Max(zero, end) + 6, top + 11, "start", Axis.Label(bars[i].Value) + (bars[i].Note is { } note ? " " + note : ""));
        }

        return svg.Close();
    }

    /// <summary>A line in words: where it begins and ends, and its highest point.</summary>
    private static string Told(Series series)
    {
        int[] known = [.. Enumerable.Range(0, series.X.Length).Where(i => double.IsFinite(series.Y[i]))];
        if (known.Length == 0) return $"{series.Name}: no points.";
        string Point(int i) => $"{Axis.Label(series.Y[i])} at {Axis.Label(series.X[i])}";
        return $"{series.Name}: {Point(known[0])} to {Point(known[^1])}, highest {Point(known.MaxBy(i => series.Y[i]))}.";
    }

    private void Frame(string x, string y, Axis xs, Axis ys)
    {
        foreach (var (value, label) in xs.Ticks())
        {
            var at = X(xs, value);
            _svg.Line("grid", at, Top, at, Height - Bottom);
            _svg.Text(at, Height - Bottom + 16, "middle", label);
        }

        foreach (var (value, label) in ys.Ticks())
        {
            var at = Y(ys, value);
            _svg.Line("grid", Left, at, Width - Right, at);
            _svg.Text(Left - 6, at + 4, "end", label);
        }

        _svg.Text((Left + Width - Right) / 2.0, Height - 10, "middle", x);
        _svg.Upwards(14, (Top + Height - Bottom) / 2.0, y);
    }

    private void Draw(Series series, int colour, Axis xs, Axis ys)
    {
        if (series is { Low: { } low, High: { } high })
        {
            var band = Enumerable.Range(0, low.Length).Select(i => (series.X[i], low[i]))
                .Concat(Enumerable.Range(0, high.Length).Reverse().Select(i => (series.X[i], high[i])));
            _svg.Add($"<polygon class=\"band s{colour % 8}\" points=\"{Points(band, xs, ys)}\"/>");
        }

        var points = series.X.Zip(series.Y).Where(p => xs.Shows(p.First) && ys.Shows(p.Second)).Select(p => (p.First, p.Second));
        if (!series.Dots)
        {
            _svg.Add($"<polyline class=\"line s{colour % 8}{(series.Dashed ? " dashed" : "")}\" points=\"{Points(points, xs, ys)}\"/>");
            return;
        }

        foreach (var (px, py) in points) _svg.Add($"<circle class=\"s{colour % 8}\" cx=\"{X(xs, px):0.#}\" cy=\"{Y(ys, py):0.#}\" r=\"3\"/>");
    }

    private void Legend(IReadOnlyList<Series> series)
    {
        if (series.Count < 2) return;
        for (var i = 0; i < series.Count; i++)
        {
            var (left, top, colour) = (Left + i % 2 * 250, Height + 2 + 20 * (i / 2), (series[i].Colour ?? i) % 8);
            if (series[i].Dots) _svg.Add($"<circle class=\"s{colour}\" cx=\"{left + 10}\" cy=\"{top + 6}\" r=\"3\"/>");
            else _svg.Add($"<polyline class=\"line s{colour}{(series[i].Dashed ? " dashed" : "")}\" points=\"{left},{top + 6} {left + 20},{top + 6}\"/>");
            _svg.Text(left + 26, top + 10, "start", series[i].Name, "label legend");
        }
    }

    private static string Points(IEnumerable<(double X, double Y)> points, Axis xs, Axis ys) =>
        string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(xs, p.X):0.#},{Y(ys, p.Y):0.#}")));

    private static double X(Axis axis, double value) => Left + axis.Place(value) * (Width - Left - Right);
    private static double Y(Axis axis, double value) => Height - Bottom - axis.Place(value) * (Height - Top - Bottom);
}
