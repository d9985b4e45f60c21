using System.Globalization;
using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Decisions;

/// <summary>
/// Applies a plan to evidence: pure, and the same at every look. A question counts as shown from the first look at which its statistic passed the bound in force
/// there; a veto stays refuted once it was.
/// </summary>
public sealed class DecisionEngine
{
    private readonly DecisionPlan _plan;
    private readonly IReadOnlyList<LeafBudget> _budgets;
    private readonly Thresholds _thresholds;
    private readonly bool _final;

    private DecisionEngine(DecisionPlan plan, IReadOnlyList<LeafBudget> budgets, bool final) =>
        (_plan, _budgets, _thresholds, _final) = (plan, budgets, new Thresholds(plan, final), final);

    /// <param name="final">No further look will come.</param>
    public static Result<DecisionEngine> Create(DecisionPlan plan, bool final)
    {
        var budgets = Budget.Of(plan);
        return budgets.Fault is { } fault ? fault : new DecisionEngine(plan, budgets.Value, final);
    }

    public Result<Decision> Decide(TreatmentEvidence evidence)
    {
        var outcomes = new List<LeafOutcome>(_budgets.Count);
        foreach (var budget in _budgets)
        {
            var outcome = budget.Leaf.Question == Question.SampleRatioHolds ? Traffic(budget, evidence) : Ask(budget, evidence);
            if (outcome.Fault is { } fault) return fault;
            outcomes.Add(outcome.Value);
        }

        var byLeaf = outcomes.ToDictionary(o => o.Budget.Leaf);
        var holds = _plan.Rule.Holds(l => byLeaf[l].Holds);
        var possible = _plan.Rule.Holds(l => byLeaf[l].Holds || !l.IsVeto);
        var verdict = holds ? Verdict.Ship : !possible || _final ? Verdict.DoNotShip : Verdict.KeepRunning;
        return new Decision(evidence.Treatment, verdict, Sentences.Of(evidence.Treatment, verdict, outcomes), outcomes);
    }

    private static Result<LeafOutcome> Traffic(LeafBudget budget, TreatmentEvidence evidence)
    {
        var p = evidence.SampleRatioPValue.ToString("0.####", CultureInfo.InvariantCulture);
        return new LeafOutcome(budget, !evidence.SampleRatioAlarm, null, new Interval(double.NegativeInfinity, double.PositiveInfinity),
            evidence.SampleRatioAlarm ? $"the traffic split is not as planned (p = {p})" : "the traffic split is as planned");
    }

    private Result<LeafOutcome> Ask(LeafBudget budget, TreatmentEvidence evidence)
    {
        var metric = _plan.Find(budget.Leaf.Metric)!;
        if (!evidence.Readings.TryGetValue(metric.Name, out var readings) || readings.Length == 0)
        {
            return Refusals.Wrong(metric.Name, $"There are no data for the metric {metric.Name} of {evidence.Treatment}.");
        }

        var question = budget.Leaf.Question;
        var twoSided = question == Question.QualityHolds || metric.Preferred == Preferred.Either;
        var entry = _thresholds.Of(twoSided ? budget.Alpha / 2 : budget.Alpha, budget.Leaf.IsVeto, [.. readings.Select(r => r.Units)]);
        if (entry.Fault is { } fault) return fault;
        var crossed = -1;
        for (var k = 0; k < readings.Length && crossed < 0; k++)
        {
            var z = Statistic(metric, question, readings[k]);
            if (!double.IsFinite(z)) return Refusals.NotFinite($"The test statistic of {metric.Name} of {evidence.Treatment}", z);
            if ((twoSided ? Math.Abs(z) : z) >= entry.Value.Z[k]) crossed = k;
        }

        var latest = readings[^1];
        var bound = Bound(entry.Value.Z, budget.Alpha, twoSided);
        var width = bound * latest.Effect.StandardError;
        var interval = new Interval(latest.Effect.Value - width, latest.Effect.Value + width);
        var outcome = new LeafOutcome(budget, crossed >= 0 != budget.Leaf.IsVeto, latest, interval,
            Sentences.Leaf(metric, question, crossed >= 0, latest, interval))
        {
            Look = crossed < 0 ? null : crossed,
            AfterStopping = crossed >= 0 && question == Question.Superior && !twoSided
                ? Unbiased(entry.Value.Boundary, crossed, metric, readings[crossed]) : null,
        };
        return outcome;
    }

    // Oriented so that large values are evidence: for a veto, evidence against it.
    private static double Statistic(PlannedMetric metric, Question question, Reading reading)
    {
        var sign = metric.Preferred == Preferred.Decrease ? -1 : 1;
        var margin = question == Question.NonInferior ? metric.Margin!.Value * metric.Scale(reading.ControlMean) : 0;
        var z = ((sign * reading.Effect.Value) + margin) / reading.Effect.StandardError;
        z = Normalised(z, reading.Effect.DegreesOfFreedom);
        return question == Question.NotDeteriorated ? -z : z;
    }

    // A t statistic becomes the z with the same tail, so that one table of bounds serves both.
    private static double Normalised(double t, double degrees)
    {
        if (degrees > 1e6 || !double.IsFinite(t)) return t;
        var z = Normal.UpperQuantile(Math.Max(1e-300, StudentT.Upper(Math.Abs(t), degrees)));
        return t < 0 ? -z : z;
    }

    // The interval in force now; where nothing may be spent at this look, the last finite bound or the plain one.
    private static double Bound(double[] z, double alpha, bool twoSided)
    {
        var last = Array.FindLast(z, double.IsFinite);
        return last > 0 ? last : Normal.UpperQuantile(twoSided ? alpha / 2 : alpha);
    }

    private AfterStopping? Unbiased(Boundary? boundary, int look, PlannedMetric metric, Reading reading)
    {
        if (boundary is null) return null;
        var oriented = metric.Preferred == Preferred.Decrease ? reading.Effect.Negated : reading.Effect;
        var after = AfterStopping.Of(boundary, look, oriented, _plan.Alpha);
        if (after.Fault is not null || metric.Preferred != Preferred.Decrease) return after.Fault is null ? after.Value : null;
        var a = after.Value;
        return a with { MedianUnbiased = -a.MedianUnbiased, Interval = new Interval(-a.Interval.High, -a.Interval.Low) };
    }
}
