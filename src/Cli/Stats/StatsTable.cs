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

    public static StatsTable Of(IReadOnlyList<PosteriorRow> rows) => new(
        ["metric", "arm", "mean", "± deviation", "best with probability", "expected loss"],
        [.. rows.Select(r => new[] { r.Metric, r.Arm, Short(r.Mean), Short(r.Deviation), Short(r.ProbabilityBest), Short(r.ExpectedLoss) })]);

    public static StatsTable Of(BreakdownRow row) => new(
        [row.By, "effect", "interval for all together", "adjusted p", "drawn to the rest"],
        [.. row.Values.Select(v => new[] { v.Name, Signed(v.Effect), $"{Signed(v.Low)} … {Signed(v.High)}", P(v.AdjustedPValue), Signed(v.Shrunken) }),
            .. row.TooSmall.Select(n => new[] { n, "too few units", "–", "–", "–" })]);

    public static StatsTable Of(IReadOnlyList<OpenLookRow> rows) => new(
        ["metric", "arm", "look", "effect", "z", "bound", "crossed"],
        [.. rows.Select(r => new[] { r.Metric, r.Arm, r.Look.ToString(CultureInfo.InvariantCulture), Signed(r.Effect), Short(r.Z), Short(r.Bound), r.Crossed ? "yes" : "no" })]);

    public static StatsTable Of(BanditResult result) => new(
        ["arm", "units", "mean", "best with probability", "expected loss", "next share (Thompson)", "next share (top two)"],
        [.. result.Arms.Select(a => new[]
        {
            a.Arm, a.Units.ToString("N0", CultureInfo.InvariantCulture), Short(a.Mean), Short(a.ProbabilityBest), Short(a.ExpectedLoss),
            Percent(a.Thompson).TrimStart('+'), Percent(a.TopTwo).TrimStart('+'),
        })]);

    public static StatsTable Effects(BanditResult result) => new(
        ["arm", "effect over the control", "interval", "p"],
        [.. result.Effects.Select(e => e.Effect is { } x
            ? new[] { e.Arm, Signed(x), $"{Signed(e.Low!.Value)} … {Signed(e.High!.Value)}", P(e.PValue!.Value) } : [e.Arm, "none", e.Why!, "–"])]);

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
