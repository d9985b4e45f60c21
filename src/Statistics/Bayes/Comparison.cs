using Busker.Kernel;

namespace Busker.Statistics.Bayes;

/// <summary>
/// For each arm: the chance that it is the best, and the expected loss of choosing it, E[max − own mean]. Arms are independent a posteriori. By quadrature
/// on the distribution functions, so the same data always give the same numbers: P(best) = ∫ Π_{j≠k}Fⱼ dFₖ and E[max] = high − ∫ Π Fⱼ.
/// </summary>
public sealed record Comparison(double[] ProbabilityBest, double[] ExpectedLoss)
{
    private const int Cells = 4000;

    public static Result<Comparison> Of(IReadOnlyList<IPosterior> arms)
    {
        if (arms.Count < 2) return Refusals.Wrong("arms", "A comparison needs at least two arms.");
        var low = arms.Min(a => a.Mean - (9 * a.Deviation));
        var high = arms.Max(a => a.Mean + (9 * a.Deviation));
        var width = (high - low) / Cells;
        var (best, area) = (new double[arms.Count], 0.0);
        var (at, before, middle) = (new double[arms.Count], new double[arms.Count], new double[arms.Count]);
        for (var k = 0; k < arms.Count; k++) before[k] = arms[k].Cdf(low);
        for (var cell = 0; cell < Cells; cell++)
        {
            var x = low + (cell * width);
            var product = 1.0;
            for (var k = 0; k < arms.Count; k++)
            {
                at[k] = arms[k].Cdf(x + width);
                middle[k] = 0.5 * (before[k] + at[k]);
                product *= middle[k];
            }

            area += product * width;
            for (var k = 0; k < arms.Count; k++) best[k] += (at[k] - before[k]) * Others(middle, k);
            (before, at) = (at, before);
        }

        var max = high - area;
        var total = best.Sum();
        return new Comparison([.. best.Select(b => b / total)], [.. arms.Select(a => Math.Max(0, max - a.Mean))]);
    }

    private static double Others(double[] values, int except)
    {
        var product = 1.0;
        for (var j = 0; j < values.Length; j++)
        {
            if (j != except) product *= values[j];
        }

        return product;
    }
}
