using Busker.Kernel;

namespace Busker.Statistics.Multiplicity;

/// <summary>Ways to pay for testing many hypotheses. The first six hold the chance of any false claim, the rest the share of false claims.</summary>
public enum CorrectionMethod
{
    None,
    Bonferroni,
    Sidak,
    Holm,
    HolmSidak,
    Hochberg,
    Hommel,
    BenjaminiHochberg,
    BenjaminiYekutieli,
    TwoStageBenjaminiHochberg,
    TwoStageBenjaminiKriegerYekutieli,
}

/// <summary>Adjusted p-values: reject where the adjusted p is below the level for all hypotheses together.</summary>
public static class Correction
{
    /// <param name="pValues">Each between 0 and 1.</param>
    /// <param name="method">The correction.</param>
    /// <param name="alpha">Used by the two-stage methods only: they estimate the number of true nulls at this level.</param>
    public static Result<double[]> Adjust(IReadOnlyList<double> pValues, CorrectionMethod method, double alpha = 0.05)
    {
        for (var i = 0; i < pValues.Count; i++)
        {
            if (pValues[i] is not (>= 0 and <= 1)) return Refusals.OutOfRange($"pValues[{i}]", pValues[i], "between 0 and 1");
        }

        if (Refusals.Open("alpha", alpha) is { } fault) return fault;
        var order = Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]).ToArray();
        var sorted = order.Select(i => pValues[i]).ToArray();
        var adjusted = Sorted(sorted, method, alpha);
        var result = new double[sorted.Length];
        for (var k = 0; k < order.Length; k++) result[order[k]] = Math.Clamp(adjusted[k], 0, 1);
        return result;
    }

    private static double[] Sorted(double[] p, CorrectionMethod method, double alpha)
    {
        var m = p.Length;
        return method switch
        {
            CorrectionMethod.Bonferroni => [.. p.Select(x => m * x)],
            CorrectionMethod.Sidak => [.. p.Select(x => AnyOf(x, m))],
            CorrectionMethod.Holm => StepDown([.. p.Select((x, i) => (m - i) * x)]),
            CorrectionMethod.HolmSidak => StepDown([.. p.Select((x, i) => AnyOf(x, m - i))]),
            CorrectionMethod.Hochberg => StepUp([.. p.Select((x, i) => (m - i) * x)]),
            CorrectionMethod.Hommel => Hommel(p),
            CorrectionMethod.BenjaminiHochberg => FalseDiscovery(p),
            CorrectionMethod.BenjaminiYekutieli => StepUp([.. p.Select((x, i) => Harmonic(m) * m / (i + 1) * x)]),
            CorrectionMethod.TwoStageBenjaminiHochberg => TwoStage(p, alpha, 1),
            CorrectionMethod.TwoStageBenjaminiKriegerYekutieli => TwoStage(p, alpha, 1 + alpha),
            _ => p,
        };
    }

    // 1 − (1 − p)ᵐ without cancellation (Šidák 1967).
    private static double AnyOf(double p, int m) => p >= 1 ? 1 : -double.ExpM1(m * double.LogP1(-p));

    private static double[] FalseDiscovery(double[] p) => StepUp([.. p.Select((x, i) => (double)p.Length / (i + 1) * x)]);

    private static double[] StepDown(double[] values)
    {
        for (var i = 1; i < values.Length; i++) values[i] = Math.Max(values[i], values[i - 1]);
        return values;
    }

    private static double[] StepUp(double[] values)
    {
        for (var i = values.Length - 2; i >= 0; i--) values[i] = Math.Min(values[i], values[i + 1]);
        return values;
    }

    private static double Harmonic(int m) => Enumerable.Range(1, m).Sum(i => 1.0 / i);

    /// <summary>Hommel (Biometrika 1988) by Wright's algorithm (Biometrics 1992).</summary>
    private static double[] Hommel(double[] p)
    {
        var n = p.Length;
        if (n == 0) return p;
        var start = p.Select((x, i) => n * x / (i + 1)).Min();
        var (q, result) = (Enumerable.Repeat(start, n).ToArray(), Enumerable.Repeat(start, n).ToArray());
        for (var m = n - 1; m >= 2; m--)
        {
            var least = Enumerable.Range(n - m + 1, m - 1).Min(i => m * p[i] / (i - n + m + 1));
            for (var i = 0; i <= n - m; i++) q[i] = Math.Min(m * p[i], least);
            for (var i = n - m + 1; i < n; i++) q[i] = q[n - m];
            for (var i = 0; i < n; i++) result[i] = Math.Max(result[i], q[i]);
        }

        for (var i = 0; i < n; i++) result[i] = Math.Max(result[i], p[i]);
        return result;
    }

    /// <summary>Two-stage step-up (Benjamini, Krieger and Yekutieli, Biometrika 2006): a first pass estimates how many nulls are true.</summary>
    private static double[] TwoStage(double[] p, double alpha, double factor)
    {
        var adjusted = FalseDiscovery(p);
        var rejected = adjusted.Count(x => x <= alpha / factor);
        var nulls = rejected == 0 || rejected == p.Length ? p.Length : p.Length - rejected;
        return [.. adjusted.Select(x => x * factor * nulls / p.Length)];
    }
}
