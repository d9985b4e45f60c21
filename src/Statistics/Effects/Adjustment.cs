using Busker.Kernel;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Effects;

/// <summary>
/// Variance reduction by covariates measured before exposure. Variable 0 of each tally is the outcome, the others the covariates.
/// </summary>
public static class Adjustment
{
    /// <summary>
    /// CUPED (Deng et al., WSDM 2013) with one slope for all arms: the pooled within-and-between least-squares slope b; an arm's mean is
    /// ȳ − b·(x̄ − x̄ₐₗₗ) and its variance (S_yy + b·S_xx·b − 2b·S_xy)/(n−1), S the arm's centred sums divided as n−1 for y and n for
    /// the covariates. Covariates that are constant or collinear are left out (slope zero).
    /// </summary>
    public static Result<ArmMean[]> PooledSlope(IReadOnlyList<Tally> arms, string what = "metric")
    {
        if (Refused(arms, what) is { } fault) return fault;
        var all = new Tally(arms[0].Width);
        foreach (var arm in arms) all.Merge(arm);
        var slope = Slope(all);
        return arms.Select(arm => new ArmMean(arm.Count, arm.Mean(0) - Shift(slope, arm, all), PooledVariance(arm, slope))).ToArray();
    }

    /// <summary>
    /// Full regression adjustment: a slope per arm (Lin, Annals of Applied Statistics 2013; Negi and Wooldridge, Econometric Reviews
    /// 2021). Never less precise than the difference in means in large samples. An arm's variance is that of its residuals with n − 1 − k degrees of freedom;
    /// comparing two arms adds (b₁−b₀)ᵀ·S_x·(b₁−b₀)/N for the sampling of the pooled covariate mean: <see cref="Compare"/>.
    /// </summary>
    public static Result<Estimate> Full(IReadOnlyList<Tally> arms, int control, int treatment, string what = "metric")
    {
        if (Refused(arms, what) is { } fault) return fault;
        var all = new Tally(arms[0].Width);
        foreach (var arm in arms) all.Merge(arm);
        return Compare(arms[control], arms[treatment], all, what);
    }

    /// <summary>Arm means under full adjustment, for showing; compare arms with <see cref="Full"/>.</summary>
    public static Result<ArmMean[]> FullMeans(IReadOnlyList<Tally> arms, string what = "metric")
    {
        if (Refused(arms, what) is { } fault) return fault;
        var all = new Tally(arms[0].Width);
        foreach (var arm in arms) all.Merge(arm);
        return arms.Select(arm => Adjusted(arm, Slope(arm), all)).ToArray();
    }

    /// <summary>The share of the control's variance that the covariates explain.</summary>
    public static double Explained(Tally arm)
    {
        var raw = arm.Covariance(0, 0);
        return raw == 0 ? 0 : 1 - (ResidualVariance(arm, Slope(arm)) / raw);
    }

    private static Result<Estimate> Compare(Tally control, Tally treatment, Tally all, string what)
    {
        var (b0, b1) = (Slope(control), Slope(treatment));
        var (m0, m1) = (Adjusted(control, b0, all), Adjusted(treatment, b1, all));
        var gap = b1.Zip(b0, (x, y) => x - y).ToArray();
        var sampling = Symmetric.Form(gap, Covariates(all), gap) / all.Count;
        var variance = m0.Uncertainty + m1.Uncertainty + sampling;
        if (!(variance > 0)) return Refusals.NoVariance(what);
        return new Estimate(m1.Mean - m0.Mean, Math.Sqrt(variance), double.PositiveInfinity);
    }

    private static ArmMean Adjusted(Tally arm, double[] slope, Tally all)
    {
        var degrees = (double)(arm.Count - 1) / (arm.Count - 1 - slope.Length);
        return new ArmMean(arm.Count, arm.Mean(0) - Shift(slope, arm, all), ResidualVariance(arm, slope) * degrees);
    }

    private static double Shift(double[] slope, Tally arm, Tally all)
    {
        var shift = 0.0;
        for (var k = 0; k < slope.Length; k++) shift += slope[k] * (arm.Mean(k + 1) - all.Mean(k + 1));
        return shift;
    }

    private static double ResidualVariance(Tally arm, double[] slope)
    {
        var variance = arm.Covariance(0, 0) + Symmetric.Form(slope, Covariates(arm), slope);
        for (var k = 0; k < slope.Length; k++) variance -= 2 * slope[k] * arm.Covariance(0, k + 1);
        return Math.Max(0, variance);
    }

    // The outcome's variance divides by n − 1 and the covariates' terms by n: the published estimator does, and so do its known answers.
    private static double PooledVariance(Tally arm, double[] slope)
    {
        var y = arm.Covariance(0, 0);
        var terms = ResidualVariance(arm, slope) - y;
        return Math.Max(0, y + (terms * (arm.Count - 1) / arm.Count));
    }

    // Solves on standardised covariates so that scale does not decide what counts as singular.
    private static double[] Slope(Tally tally)
    {
        var k = tally.Width - 1;
        var used = Enumerable.Range(1, k).Where(i => tally.Covariance(i, i) > 0).ToList();
        while (used.Count > 0)
        {
            var scale = used.Select(i => Math.Sqrt(tally.Covariance(i, i))).ToArray();
            var (a, b) = (new double[used.Count, used.Count], new double[used.Count]);
            for (var i = 0; i < used.Count; i++)
            {
                b[i] = tally.Covariance(0, used[i]) / scale[i];
                for (var j = 0; j < used.Count; j++) a[i, j] = tally.Covariance(used[i], used[j]) / scale[i] / scale[j];
            }

            if (Symmetric.Solve(a, b) is { } solved)
            {
                var slope = new double[k];
                for (var i = 0; i < used.Count; i++) slope[used[i] - 1] = solved[i] / scale[i];
                return slope;
            }

            used.RemoveAt(used.Count - 1);
        }

        return new double[k];
    }

    private static double[,] Covariates(Tally tally)
    {
        var k = tally.Width - 1;
        var table = new double[k, k];
        for (var i = 0; i < k; i++)
        {
            for (var j = 0; j < k; j++) table[i, j] = tally.Covariance(i + 1, j + 1);
        }

        return table;
    }

    private static Fault? Refused(IReadOnlyList<Tally> arms, string what)
    {
        if (arms.Count < 2) return Refusals.Wrong(what, $"{what} needs a control and at least one treatment.");
        var width = arms[0].Width;
        if (width < 2) return Refusals.Wrong(what, $"{what} has no covariate to adjust by.");
        if (arms.Any(a => a.Width != width)) return Refusals.Wrong(what, $"The arms of {what} carry different covariates.");
        var small = arms.Min(a => a.Count);
        return small < width + 2 ? Refusals.TooFew(what, small, width + 2) : null;
    }
}
