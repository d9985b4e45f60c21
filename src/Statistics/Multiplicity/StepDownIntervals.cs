using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Multiplicity;

/// <summary>
/// One-sided bounds that agree with a step-wise correction and hold together (Strassburger and Bretz, Statistics in Medicine 2008; Guilbaud, Biometrical
/// Journal 2008). While some hypotheses stand: a rejected one is bounded by its null, the others at α / (number standing). When all fall: each at
/// α/m, never below its null. Proved for Holm; for Hochberg and Hommel under the dependence those tests need.
/// </summary>
public static class StepDownIntervals
{
    /// <param name="estimates">Effects oriented so that larger is better.</param>
    /// <param name="nulls">The value each effect must exceed.</param>
    /// <param name="alpha">The chance that any bound fails.</param>
    /// <param name="method">Holm, Hochberg or Hommel.</param>
    public static Result<Interval[]> Of(
        IReadOnlyList<Estimate> estimates, IReadOnlyList<double> nulls, double alpha, CorrectionMethod method)
    {
        if (method is not (CorrectionMethod.Holm or CorrectionMethod.Hochberg or CorrectionMethod.Hommel))
        {
            return Refusals.Wrong("method", $"Step-down intervals exist for Holm, Hochberg and Hommel, not for {method}.");
        }

        if (nulls.Count != estimates.Count) return Refusals.Wrong("nulls", "There must be one null value for each estimate.");
        var p = estimates.Select((e, i) => e.PValue(nulls[i], Alternative.Larger)).ToArray();
        var adjusted = Correction.Adjust(p, method, alpha);
        if (adjusted.Fault is { } fault) return fault;
        var standing = adjusted.Value.Count(x => x >= alpha);
        var tail = alpha / (standing == 0 ? p.Length : standing);
        return estimates.Select((e, i) => new Interval(Low(e, nulls[i], tail, adjusted.Value[i] < alpha, standing), double.PositiveInfinity)).ToArray();
    }

    private static double Low(Estimate e, double nullValue, double tail, bool rejected, int standing)
    {
        if (rejected && standing > 0) return nullValue;
        var low = e.Value - (StudentT.UpperQuantile(tail, e.DegreesOfFreedom) * e.StandardError);
        return rejected ? Math.Max(nullValue, low) : low;
    }
}
