namespace Busker.Learning.OffPolicy;

/// <summary>One served decision with the chance the serving policy had of making it.</summary>
/// <param name="Action">The action that was shown.</param>
/// <param name="Reward">What came of it.</param>
/// <param name="Propensity">π₀(action | context), 0 &lt; p ≤ 1, logged when serving.</param>
/// <param name="Target">π_e(action | context): the chance the policy to be judged has of it.</param>
/// <param name="Predicted">q̂(context, action); 0 when no model is used.</param>
/// <param name="PredictedTarget">Σ_a π_e(a | context)·q̂(context, a); 0 when no model is used.</param>
public readonly record struct LoggedDecision(int Action, double Reward, double Propensity, double Target, double Predicted = 0, double PredictedTarget = 0)
{
    /// <summary>w = π_e/π₀.</summary>
    public double Weight => Target / Propensity;
}

/// <summary>One estimate of what another policy would have earned per decision.</summary>
public sealed record OffPolicyEstimate(string Name, double Value, double Low, double High);

/// <summary>Whether the logs can answer at all.</summary>
/// <param name="EffectiveSampleSize">(Σw)²/Σw²: how many decisions of the judged policy the log is worth.</param>
/// <param name="MeanWeight">Is 1 within noise when propensities and support are right.</param>
/// <param name="MeanWeightError">Standard error of the mean weight.</param>
/// <param name="Unsupported">Logged decisions whose propensity was smaller than 1/10,000 of the target.</param>
/// <param name="Warnings">Why the estimates should not be believed; empty when they may be.</param>
public sealed record Overlap(int Decisions, double EffectiveSampleSize, double MeanWeight, double MeanWeightError, double MaxWeight, int Unsupported, string[] Warnings)
{
    /// <summary>Nothing was found that speaks against the estimates.</summary>
    public bool Reliable => Warnings.Length == 0;

    internal static Overlap Of(double[] weights, int unsupported)
    {
        double sum = 0, squares = 0, max = 0;
        foreach (var weight in weights)
        {
            sum += weight;
            squares += weight * weight;
            max = Math.Max(max, weight);
        }

        var n = weights.Length;
        var mean = sum / n;
        var error = Math.Sqrt(Math.Max(0, squares / n - mean * mean) / n);
        var size = squares > 0 ? sum * sum / squares : 0;
        var warnings = new List<string>();
        if (size < Math.Max(100, 0.01 * n)) warnings.Add(FormattableString.Invariant($"the effective sample size is {size:0} of {n}: the estimates rest on a handful of decisions"));
        if (Math.Abs(mean - 1) > 3 * error + 0.05) warnings.Add(FormattableString.Invariant($"the mean weight is {mean:0.00}, not 1: a propensity is wrong or the log lacks support"));
        if (max > 0.1 * sum) warnings.Add(FormattableString.Invariant($"one decision carries {max / sum:P0} of the weight"));
        if (unsupported > 0) warnings.Add($"{unsupported} {(unsupported == 1 ? "decision" : "decisions")} had next to no chance of being logged");
        return new Overlap(n, size, mean, error, max, unsupported, [.. warnings]);
    }
}

/// <summary>
/// Counterfactual estimators from logged decisions: IPS, clipped IPS, SNIPS, the direct method, doubly robust, switch-DR and DR with
/// optimistic shrinkage (Dudík et al. 2014; Swaminathan and Joachims 2015; Wang et al. 2017; Su et al. 2020), with bootstrap intervals.
/// </summary>
public static class OffPolicyEvaluation
{
    /// <summary>Effective sample size and overlap of a log.</summary>
    /// <exception cref="ArgumentException">An empty log, a propensity outside (0, 1], or a reward that is not finite; the decision is named.</exception>
    public static Overlap Diagnose(IReadOnlyList<LoggedDecision> log)
    {
        if (log.Count == 0) throw new ArgumentException("the log is empty", nameof(log));
        var (weights, unsupported) = (new double[log.Count], 0);
        for (var t = 0; t < log.Count; t++)
        {
            var entry = log[t];
            if (!(entry.Propensity is > 0 and <= 1)) throw new ArgumentException($"decision {t}: propensity {entry.Propensity} is not in (0, 1]", nameof(log));
            if (!double.IsFinite(entry.Reward)) throw new ArgumentException($"decision {t}: the reward is not finite", nameof(log));
            weights[t] = entry.Weight;
            if (entry.Target > 1e4 * entry.Propensity) unsupported++;
        }

        return Overlap.Of(weights, unsupported);
    }

    /// <summary>All estimators on the same log, in a fixed order.</summary>
    /// <param name="log">Decisions with the chances both policies had.</param>
    /// <param name="rng">Draws the bootstrap's rounds.</param>
    /// <param name="clip">M of clipped IPS and τ of switch-DR.</param>
    /// <param name="shrink">λ of DR with optimistic shrinkage, ŵ = λw/(w² + λ).</param>
    /// <param name="rounds">Bootstrap rounds behind the 95 % intervals; the generator is passed in.</param>
    public static OffPolicyEstimate[] Estimate(IReadOnlyList<LoggedDecision> log, Numbers.Rng rng, double clip = 100, double shrink = 100, int rounds = 500)
    {
        (string Name, Func<LoggedDecision, (double Numerator, double Denominator)> Term)[] terms =
        [
            ("IPS", e => (e.Weight * e.Reward, 1)),
            ("clipped IPS", e => (Math.Min(e.Weight, clip) * e.Reward, 1)),
            ("SNIPS", e => (e.Weight * e.Reward, e.Weight)),
            ("DM", e => (e.PredictedTarget, 1)),
            ("DR", e => (e.PredictedTarget + e.Weight * (e.Reward - e.Predicted), 1)),
            ("switch-DR", e => (e.PredictedTarget + (e.Weight <= clip ? e.Weight * (e.Reward - e.Predicted) : 0), 1)),
            ("DRos", e => (e.PredictedTarget + shrink * e.Weight / (e.Weight * e.Weight + shrink) * (e.Reward - e.Predicted), 1)),
        ];
        return [.. terms.Select((t, k) => Bootstrap(t.Name, [.. log.Select(t.Term)], rng.Fork((ulong)k), rounds))];
    }

    private static OffPolicyEstimate Bootstrap(string name, (double Numerator, double Denominator)[] terms, Numbers.Rng rng, int rounds)
    {
        var value = Ratio(terms.Sum(t => t.Numerator), terms.Sum(t => t.Denominator));
        var draws = new double[rounds];
        for (var b = 0; b < rounds; b++)
        {
            double numerator = 0, denominator = 0;
            for (var i = 0; i < terms.Length; i++)
            {
                var t = terms[rng.NextInt(terms.Length)];
                numerator += t.Numerator;
                denominator += t.Denominator;
            }

            draws[b] = Ratio(numerator, denominator);
        }

        Array.Sort(draws);
        return new OffPolicyEstimate(name, value, draws[(int)(0.025 * (rounds - 1))], draws[(int)(0.975 * (rounds - 1))]);
    }

    private static double Ratio(double numerator, double denominator) => denominator == 0 ? 0 : numerator / denominator;
}
