using System.Globalization;

namespace Busker.Cli.Stats;

/// <summary>The same rows as plain text and as HTML.</summary>
internal sealed record StatsTable(string[] Columns, IReadOnlyList<string[]> Rows)
{
    public static StatsTable Of(AnalysisResult result) => new(
        ["metric", "role", "arm", "control", "arm mean", "effect", "interval", "relative", "p", "adjusted p"],
        [.. result.Effects.Select(r => new[]
        {
            r.Metric, r.Role, r.Arm, Short(r.ControlMean), Short(r.ArmMean), Signed(r.Effect), $"{Signed(r.Low)} … {Signed(r.High)}",
            r.Relative is { } x ? $"{Percent(x)} ({Percent(r.RelativeLow!.Value)} … {Percent(r.RelativeHigh!.Value)})" : "–", P(r.PValue), P(r.AdjustedPValue),
        })]);

    public static StatsTable Of(DesignResult result) => new(
        ["metric", "question", "alpha", "power", "detects", "units", "days"],
        [.. result.Needs.Select(n => new[]
        {
            n.Metric, n.Question, Short(n.Alpha), n.Power is { } p ? Short(p) : "–", n.Detects is { } d ? Short(d) : "–",
            n.Units?.ToString("N0", CultureInfo.InvariantCulture) ?? "–", n.Days?.ToString(CultureInfo.InvariantCulture) ?? "–",
        })]);

    public static StatsTable Scenarios(DesignResult result) => new(
        ["truth", "shipping is", "shipped", "± error", "units used"],
        [.. result.SelfCheck.Select(s => new[]
        {
            s.Name, s.ShipIsRight ? "right" : "wrong", Percent(s.Shipped).TrimStart('+'), Percent(s.Error).TrimStart('+'), Percent(s.MeanShareOfUnits).TrimStart('+'),
        })]);

    public static StatsTable Of(TrafficResult result) => new(
        ["arm", "units", "share", "planned"],
        [.. result.Arms.Select((a, i) => new[]
        {
            a, result.Counts[i].ToString("N0", CultureInfo.InvariantCulture), Percent((double)result.Counts[i] / result.Counts.Sum()).TrimStart('+'),
            Percent(result.Shares[i]).TrimStart('+'),
        })]);

    public string Text()
    {
        var widths = Columns.Select((c, i) => Rows.Select(r => r[i].Length).Append(c.Length).Max()).ToArray();
        string Line(string[] cells) => string.Join("  ", cells.Select((c, i) => c.PadRight(widths[i]))).TrimEnd();
        return string.Join('\n', [Line(Columns), Line([.. widths.Select(w => new string('─', w))]), .. Rows.Select(Line)]);
    }

    public static string Short(double x) => Math.Abs(x) is > 0 and < 0.001
        ? x.ToString("0.###e-0", CultureInfo.InvariantCulture) : x.ToString("#,0.####", CultureInfo.InvariantCulture);

    public static string Signed(double x) => x > 0 ? "+" + Short(x) : Short(x);

    public static string Percent(double x) => (100 * x).ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture) + " %";

    public static string P(double p) => p < 0.0001 ? p.ToString("0.##e-0", CultureInfo.InvariantCulture) : p.ToString("0.####", CultureInfo.InvariantCulture);
}
