using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Decisions;

/// <summary>What the simulation needs to know of a metric beyond the plan: its mean and variance per unit in the control.</summary>
public sealed record Baseline(string Metric, double Mean, double Variance);

/// <summary>A simulated truth and how often the exact rule shipped in it. The error is the simulation's own standard error.</summary>
public sealed record Scenario(string Name, bool ShipIsRight, double Shipped, double Error, double MeanShareOfUnits);

/// <summary>
/// The Monte-Carlo check at design time: runs the exact rule, with its looks, corrected levels, several treatments that share a control and correlated
/// metrics, on normal score processes with the plan's information, under truths where shipping is wrong and where it is right. The
/// sample-ratio alarm is drawn at its full level, its worst case.
/// </summary>
public sealed record SelfCheck(IReadOnlyList<Scenario> Scenarios)
{
    /// <summary>The largest shipping rate over the truths in which shipping is wrong.</summary>
    public double FalsePositiveRate => Scenarios.Where(s => !s.ShipIsRight).Max(s => s.Shipped);

    /// <summary>The smallest shipping rate over the truths in which shipping is right.</summary>
    public double Power => Scenarios.Where(s => s.ShipIsRight).Select(s => s.Shipped).DefaultIfEmpty(double.NaN).Min();

    /// <param name="plan">The plan with its expected units.</param>
    /// <param name="baselines">One per metric.</param>
    /// <param name="looks">How many equally spaced looks, e.g. 140 for ten a day over two weeks.</param>
    /// <param name="correlation">Between metrics within a unit, in the plan's order; independent when absent.</param>
    public static Result<SelfCheck> Run(
        DecisionPlan plan, IReadOnlyList<Baseline> baselines, int looks, double[,]? correlation = null, int replications = 2000, ulong seed = 1)
    {
        if (looks is < 1 or > 5000) return Refusals.OutOfRange("looks", looks, "between 1 and 5000");
        if (!(plan.ExpectedUnits > 0)) return Refusals.Wrong("expected units", "A design-time check needs the expected number of units.");
        var world = World.Create(plan, baselines, looks, correlation);
        if (world.Fault is { } fault) return fault;
        var scenarios = new List<Scenario>();
        foreach (var (name, right, effects) in Truths(plan, baselines))
        {
            scenarios.Add(world.Value.Simulate(name, right, effects, replications, new Seeded(seed)));
        }

        return new SelfCheck(scenarios);
    }

    // Effects are absolute, in the metric's own direction of good.
    private static IEnumerable<(string Name, bool Right, double[] Effects)> Truths(DecisionPlan plan, IReadOnlyList<Baseline> baselines)
    {
        var means = plan.Metrics.Select(m => baselines.FirstOrDefault(b => b.Metric == m.Name)?.Mean ?? 0).ToArray();
        double Effect(int i, double times) => times * (plan.Metrics[i].Effect ?? 0) * plan.Metrics[i].Scale(means[i]);
        var success = Enumerable.Range(0, means.Length).Where(i => plan.Metrics[i] is { Role: MetricRole.Success }).ToArray();
        var powered = success.Where(i => plan.Metrics[i].Effect > 0).ToArray();
        if (success.Length > 0) yield return ("nothing changes", false, new double[means.Length]);
        foreach (var g in Enumerable.Range(0, means.Length).Where(i => plan.Metrics[i] is { Role: MetricRole.Guardrail, Margin: not null }))
        {
            var effects = new double[means.Length];
            foreach (var s in success) effects[s] = Effect(s, 3);
            effects[g] = -plan.Metrics[g].Margin!.Value * plan.Metrics[g].Scale(means[g]);
            yield return ($"{plan.Metrics[g].Name} is exactly as bad as its margin, success metrics soar", false, effects);
        }

        if (success.Length == 0) yield return ("nothing changes", true, new double[means.Length]);
        foreach (var s in powered)
        {
            var effects = new double[means.Length];
            effects[s] = Effect(s, 1);
            yield return ($"only {plan.Metrics[s].Name} improves, by its smallest effect", true, effects);
        }
    }
}
