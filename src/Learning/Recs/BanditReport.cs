using System.Globalization;
using Busker.Learning.Report;

namespace Busker.Learning.Recs;

/// <summary>Regret curves, and what logs say of a policy that did not serve, as one self-contained page.</summary>
public static class BanditReport
{
    public static string Write(BanditStudy study)
    {
        var page = new HtmlPage("Bandits").Paragraph("A world whose truth is known: 50 arms with success rates drawn from Beta(2, 38). Regret is what the best arm would have earned beyond the policy; "
            + "± is 1.96 standard errors over runs. The fitted prior comes from 500 older arms.");
        page.Table(Header, study.Curves.Select(c => (IReadOnlyList<string>)[c.Policy, Wide(c.Regret[3]), Wide(c.Last)]));
        page.Heading("Regret").Plot(Plot.Lines("Regret", "rounds", "lost successes", Lines(study.Curves)));
        page.Plot(Plot.Lines("Regret of the learning policies", "rounds", "lost successes", Lines(study.Curves).Where(s => s.Name.StartsWith("Thompson", StringComparison.Ordinal)).ToArray()));
        foreach (var log in study.Logs) Log(page, log);
        return page.ToString();
    }

    public static readonly string[] Header = ["policy", "regret after a tenth", "regret at the end"];

    public static string Wide(Evaluate.Estimate e) => string.Create(CultureInfo.InvariantCulture, $"{e.Mean:N1} ± {1.96 * e.StandardError:0.0}");

    /// <summary>"reliable", or why not.</summary>
    public static string Trust(LogVerdict log) => log.Overlap.Reliable ? "reliable" : "UNRELIABLE: " + string.Join("; ", log.Overlap.Warnings);

    private static Series[] Lines(IEnumerable<Bandits.RegretCurve> curves) =>
        [.. curves.Select((c, i) => new Series(c.Policy, Array.ConvertAll(c.Rounds, r => (double)r), Array.ConvertAll(c.Regret, r => r.Mean), Array.ConvertAll(c.Regret, r => r.Low), Array.ConvertAll(c.Regret, r => r.High)) { Colour = i })];

    private static void Log(HtmlPage page, LogVerdict log)
    {
        page.Heading($"{log.Log}: showing every arm alike").Paragraph(string.Create(CultureInfo.InvariantCulture,
            $"{log.Overlap.Decisions:N0} decisions, effective sample size {log.Overlap.EffectiveSampleSize:0}, mean weight {log.Overlap.MeanWeight:0.00}, largest {log.Overlap.MaxWeight:0}: {Trust(log)}."));
        page.Table(["estimator", "value", "95 %"], [
            .. log.Estimates.Select(e => (IReadOnlyList<string>)[e.Name, Value(e.Value), $"{Value(e.Low)} to {Value(e.High)}"]),
            ["click rate of the log itself", Value(log.Naive), ""],
            .. log.Truth is { } truth ? [["click rate where arms were shown alike", Value(truth), ""]] : Array.Empty<IReadOnlyList<string>>(),
        ]);
    }

    private static string Value(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
