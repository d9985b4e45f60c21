using Busker.Kernel;

namespace Busker.Statistics.Effects;

public enum HypothesisKind
{
    Superiority,
    NonInferiority,
    Equivalence,
}

/// <summary>Which way of moving is good. <see cref="Either"/> asks two-sided questions.</summary>
public enum Preferred
{
    Increase,
    Decrease,
    Either,
}

/// <summary>The answer of one test: p-value, the interval that matches it, and whether the hypothesis was shown.</summary>
public sealed record TestResult(double Statistic, double PValue, Interval Interval, bool Shown);

/// <summary>
/// What is to be shown about an effect on the absolute scale. Superiority: effect beyond 0 in the preferred direction. Non-inferiority: effect above
/// −margin (for <see cref="Preferred.Increase"/>). Equivalence: |effect| below the margin by two one-sided tests (Schuirmann 1987).
/// </summary>
public sealed record Hypothesis(HypothesisKind Kind, Preferred Preferred, double Margin = 0)
{
    public Result<TestResult> Test(Estimate estimate, double alpha)
    {
        if (Refused(alpha) is { } fault) return fault;
        if (Kind == HypothesisKind.Equivalence) return Equivalence(estimate, alpha);
        var alternative = Side;
        var p = estimate.PValue(Null, alternative);
        return new TestResult(estimate.Statistic(Null), p, estimate.Interval(alpha, alternative), p < alpha);
    }

    /// <summary>The boundary of the null hypothesis.</summary>
    public double Null => Kind == HypothesisKind.Superiority ? 0 : Preferred == Preferred.Decrease ? Margin : -Margin;

    public Alternative Side => Preferred switch
    {
        Preferred.Increase => Alternative.Larger,
        Preferred.Decrease => Alternative.Smaller,
        _ => Alternative.TwoSided,
    };

    private TestResult Equivalence(Estimate estimate, double alpha)
    {
        var below = estimate.PValue(-Margin, Alternative.Larger);
        var above = estimate.PValue(Margin, Alternative.Smaller);
        var p = Math.Max(below, above);
        var statistic = below >= above ? estimate.Statistic(-Margin) : estimate.Statistic(Margin);
        return new TestResult(statistic, p, estimate.Interval(2 * alpha), p < alpha);
    }

    private Fault? Refused(double alpha)
    {
        if (Refusals.Open("alpha", alpha) is { } fault) return fault;
        if (Kind == HypothesisKind.Superiority) return null;
        if (Refusals.Positive("margin", Margin) is { } margin) return margin;
        return Kind == HypothesisKind.NonInferiority && Preferred == Preferred.Either
            ? Refusals.Wrong("preferred", "Non-inferiority needs a preferred direction: increase or decrease.")
            : null;
    }
}
