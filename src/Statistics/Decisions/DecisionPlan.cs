using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Decisions;

/// <summary>A success metric must improve; a guardrail must not get worse; a deterioration metric is only watched; a quality metric must not move at all.</summary>
public enum MetricRole
{
    Success,
    Guardrail,
    Deterioration,
    Quality,
}

public enum PeekingMethod
{
    FixedHorizon,
    GroupSequential,
    AlwaysValid,
}

/// <summary>A metric of a plan.</summary>
/// <param name="Preferred">Which way is good.</param>
/// <param name="Margin">A guardrail's non-inferiority margin, as a fraction of the control mean unless <see cref="Absolute"/>.</param>
/// <param name="Effect">The smallest effect worth finding, on the same scale.</param>
public sealed record PlannedMetric(string Name, MetricRole Role, Preferred Preferred = Preferred.Increase, double? Margin = null, double? Effect = null)
{
    public bool Absolute { get; init; }

    internal double Scale(double controlMean) => Absolute ? 1 : Math.Abs(controlMean);
}

/// <summary>
/// What will be decided and how, fixed before data are seen. <see cref="Alpha"/> bounds the chance of shipping what must not be shipped, over all treatments;
/// <see cref="Power"/> is promised to each success metric at its effect. Tests are one-sided in the preferred direction.
/// </summary>
public sealed record DecisionPlan(IReadOnlyList<PlannedMetric> Metrics)
{
    public double Alpha { get; init; } = 0.05;
    public double Power { get; init; } = 0.8;

    /// <summary>Chance that any deterioration alarm is false, over all metrics of one treatment.</summary>
    public double DeteriorationAlpha { get; init; } = 0.01;

    /// <summary>Chance that any quality alarm (sample ratio, quality metrics) is false.</summary>
    public double QualityAlpha { get; init; } = 0.001;

    public int Treatments { get; init; } = 1;
    public PeekingMethod Method { get; init; } = PeekingMethod.GroupSequential;

    /// <summary>Units expected in all arms at the end; 0 when unknown.</summary>
    public double ExpectedUnits { get; init; }

    public Spending Spending { get; init; } = Spending.Default;

    /// <summary>A rule of one's own; the standard rule when absent.</summary>
    public Rule? CustomRule { get; init; }

    public Rule Rule => CustomRule ?? Rule.Standard(Metrics);

    internal PlannedMetric? Find(string name) => Metrics.FirstOrDefault(m => m.Name == name);

    public Fault? Refused()
    {
        var fault = Refusals.Open("alpha", Alpha) ?? Refusals.Open("power", Power)
            ?? Refusals.Open("deterioration alpha", DeteriorationAlpha) ?? Refusals.Open("quality alpha", QualityAlpha);
        if (fault is not null) return fault;
        if (Treatments < 1) return Refusals.OutOfRange("treatments", Treatments, "at least 1");
        if (Method == PeekingMethod.GroupSequential && !(ExpectedUnits > 0))
        {
            return Refusals.Wrong("expected units", "A group-sequential plan needs the expected number of units; use always-valid when it is unknown.");
        }

        if (Metrics.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return Refusals.Wrong(twice.Key, $"The metric {twice.Key} is planned twice.");
        }

        if (Metrics.FirstOrDefault(m => m.Margin is not null && !(m.Margin > 0)) is { } margin)
        {
            return Refusals.OutOfRange($"The margin of {margin.Name}", margin.Margin!.Value, "above 0");
        }

        return Rule.Leaves().Select(Refused).FirstOrDefault(f => f is not null)
            ?? (Rule.Leaves().Any(l => !l.IsVeto) ? null : Refusals.Wrong("rule", "The rule shows nothing: it needs a success metric or a guardrail with a margin."));
    }

    private Fault? Refused(Rule.Leaf leaf)
    {
        if (leaf.Question == Question.SampleRatioHolds) return null;
        if (Find(leaf.Metric) is not { } metric) return Refusals.Wrong(leaf.Metric, $"The rule names the metric {leaf.Metric}, which is not planned.");
        if (leaf.Question == Question.NonInferior && metric.Margin is null)
        {
            return Refusals.Wrong(leaf.Metric, $"The rule asks whether {leaf.Metric} is non-inferior, but it has no margin.");
        }

        return leaf.Question is Question.NonInferior or Question.NotDeteriorated && metric.Preferred == Preferred.Either
            ? Refusals.Wrong(leaf.Metric, $"The metric {leaf.Metric} needs a preferred direction: increase or decrease.")
            : null;
    }
}
