using Busker.Kernel;
using Busker.Statistics.Bayes;

namespace Busker.Statistics.Bandits;

/// <summary>The next batch's traffic shares of a bandit, from the arms' posteriors.</summary>
public static class Allocation
{
    /// <summary>
    /// Thompson sampling (Thompson 1933): an arm's share is the chance that it is best. The floor keeps every arm measurable, without which no inference
    /// afterwards is possible.
    /// </summary>
    public static Result<double[]> Thompson(IReadOnlyList<IPosterior> arms, double floor = 0.01)
    {
        var comparison = Comparison.Of(arms);
        return comparison.Fault is { } fault ? fault : Floored(comparison.Value.ProbabilityBest, floor);
    }

    /// <summary>
    /// Top-two Thompson sampling (Russo, Operations Research 2020): the leader gets <paramref name="leader"/>, the rest goes to the challengers, so the best
    /// arm is identified faster: shareᵢ = aᵢ·(β + (1 − β)·Σ_{j≠i} aⱼ/(1 − aⱼ)).
    /// </summary>
    public static Result<double[]> TopTwo(IReadOnlyList<IPosterior> arms, double leader = 0.5, double floor = 0.01)
    {
        var comparison = Comparison.Of(arms);
        if (comparison.Fault is { } fault) return fault;
        if (Refusals.Open("leader", leader) is { } bad) return bad;
        var a = comparison.Value.ProbabilityBest.Select(p => Math.Clamp(p, 1e-12, 1 - 1e-9)).ToArray();
        var odds = a.Select(p => p / (1 - p)).ToArray();
        var sum = odds.Sum();
        return Floored([.. a.Select((p, i) => p * (leader + ((1 - leader) * (sum - odds[i]))))], floor);
    }

    private static Result<double[]> Floored(double[] shares, double floor)
    {
        if (!(floor >= 0 && floor * shares.Length < 1))
        {
            return Refusals.OutOfRange("floor", floor, $"at least 0 and below 1/{shares.Length}");
        }

        var total = shares.Sum();
        return shares.Select(s => floor + ((1 - (floor * shares.Length)) * s / total)).ToArray();
    }
}
