using System.Globalization;
using Busker.Statistics.Effects;

namespace Busker.Statistics.Decisions;

/// <summary>Verdicts and outcomes in words.</summary>
internal static class Sentences
{
    public static string Of(string treatment, Verdict verdict, IReadOnlyList<LeafOutcome> outcomes)
    {
        var refuted = outcomes.Where(o => o.Budget.Leaf.IsVeto && !o.Holds).Select(o => o.Sentence).ToList();
        var shown = outcomes.Where(o => !o.Budget.Leaf.IsVeto && o.Holds).Select(o => o.Sentence).ToList();
        var open = outcomes.Where(o => !o.Budget.Leaf.IsVeto && !o.Holds).Select(o => o.Sentence).ToList();
        var vetoes = outcomes.Any(o => o.Budget.Leaf.IsVeto);
        return verdict switch
        {
            Verdict.Ship => $"Ship {treatment}: {List(vetoes && refuted.Count == 0 ? [.. shown, "nothing deteriorated and quality holds"] : shown)}.",
            Verdict.DoNotShip when refuted.Count > 0 => $"Do not ship {treatment}: {List(refuted)}.",
            Verdict.DoNotShip => $"Do not ship {treatment}: {List(open)}{(shown.Count > 0 ? $", although {List(shown)}" : "")}.",
            _ => $"Keep running {treatment}: {List(open)}{(shown.Count > 0 ? $"; {List(shown)}" : "")}.",
        };
    }

    public static string Leaf(PlannedMetric metric, Question question, bool crossed, Reading latest, Interval interval)
    {
        var moved = Moved(metric, latest, interval);
        return question switch
        {
            Question.Superior when crossed => $"{metric.Name} improved ({moved})",
            Question.Superior => $"{metric.Name} has not been shown to improve ({moved})",
            Question.NonInferior when crossed => $"{metric.Name} is not worse than allowed ({moved})",
            Question.NonInferior => $"{metric.Name} has not been shown to stay within its margin of {Margin(metric)} ({moved})",
            Question.NotDeteriorated when crossed => $"{metric.Name} deteriorated ({moved})",
            Question.NotDeteriorated => $"{metric.Name} has not deteriorated",
            _ when crossed => $"the quality metric {metric.Name} moved, which it cannot do for a good reason ({moved})",
            _ => $"the quality metric {metric.Name} has not moved",
        };
    }

    private static string Moved(PlannedMetric metric, Reading latest, Interval interval)
    {
        var c = CultureInfo.InvariantCulture;
        var scale = Math.Abs(latest.ControlMean);
        return metric.Absolute || scale == 0
            ? string.Create(c, $"{latest.Effect.Value:+0.#####;-0.#####;0}, between {interval.Low:+0.#####;-0.#####;0} and {interval.High:+0.#####;-0.#####;0}")
            : string.Create(c, $"{100 * latest.Effect.Value / scale:+0.##;-0.##;0} %, between {100 * interval.Low / scale:+0.##;-0.##;0} % and {100 * interval.High / scale:+0.##;-0.##;0} %");
    }

    private static string Margin(PlannedMetric metric) => metric.Absolute
        ? metric.Margin!.Value.ToString("0.#####", CultureInfo.InvariantCulture)
        : (100 * metric.Margin!.Value).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static string List(List<string> parts) => parts.Count switch
    {
        0 => "nothing was asked",
        1 => parts[0],
        _ => $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}",
    };
}
