using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Sequential;

/// <summary>
/// Inference after a group-sequential trial ended, by the stage-wise ordering (Fairbanks and Madsen 1982; Tsiatis, Rosner and Mehta 1984): an earlier crossing
/// is stronger evidence, within a look a larger z is. The naive estimate of a stopped trial is too large; the median-unbiased one is not.
/// </summary>
public sealed record AfterStopping(double PValue, double MedianUnbiased, Interval Interval)
{
    /// <param name="boundary">The bounds in force up to the look where the trial ended.</param>
    /// <param name="look">That look, from 0.</param>
    /// <param name="estimate">The naive estimate at that look with its standard error.</param>
    /// <param name="level">One minus the confidence of the interval.</param>
    public static Result<AfterStopping> Of(Boundary boundary, int look, Estimate estimate, double level)
    {
        if (Refusals.Open("level", level) is { } fault) return fault;
        if (look < 0 || look >= boundary.Looks) return Refusals.OutOfRange("look", look, $"between 0 and {boundary.Looks - 1}");
        if (Refusals.Positive("The standard error", estimate.StandardError) is { } error) return error;
        var z = estimate.Statistic();
        var upper = Evidence(boundary, look, z, 0);

        // E[Z] at this look is drift·√t, and Z is effect/se: effect = drift·√t·se.
        var unit = Math.Sqrt(boundary.Information[look]) * estimate.StandardError;
        double Effect(double target) => unit * DriftAt(boundary, look, z, target);
        return new AfterStopping(
            boundary.Sides == 1 ? upper : Math.Min(1, 2 * Math.Min(upper, 1 - upper)),
            Effect(0.5),
            new Interval(Effect(level / 2), Effect(1 - (level / 2))));
    }

    /// <summary>P(a result at least as high in the stage-wise order | drift): rises with the drift.</summary>
    internal static double Evidence(Boundary boundary, int look, double z, double drift)
    {
        var sum = boundary.ReachedAbove(look, z, drift);
        for (var k = 0; k < look; k++) sum += boundary.CrossedAt(k, drift);
        return sum;
    }

    private static double DriftAt(Boundary boundary, int look, double z, double target)
    {
        var naive = z / Math.Sqrt(boundary.Information[look]);
        var reach = 8 / Math.Sqrt(boundary.Information[0]);
        return Roots.Decreasing(d => target - Evidence(boundary, look, z, d), naive - reach, naive + reach, 1e-10);
    }
}
