using Busker.Kernel;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Effects;

/// <summary>
/// One arm's metric boiled down: a mean and the variance of one unit about it, so that the mean's standard error is √(variance/n).
/// Averages, proportions, ratios, quantiles and adjusted means all take this shape, and all tests start from it.
/// </summary>
public readonly record struct ArmMean(double Units, double Mean, double Variance)
{
    /// <summary>The squared standard error of the mean.</summary>
    public double Uncertainty => Variance / Units;

    /// <summary>Mean and sample variance (÷ n − 1) of one variable; for a 0/1 variable p and p(1 − p).</summary>
    public static Result<ArmMean> Average(Tally tally, int variable = 0, string what = "metric")
    {
        if (tally.Count < 2) return Refusals.TooFew(what, tally.Count, 2);
        var mean = tally.Mean(variable);
        return new ArmMean(tally.Count, mean,
            tally.IsBinary(variable) ? mean * (1 - mean) : tally.Covariance(variable, variable));
    }

    /// <summary>A share of successes: p and p(1 − p).</summary>
    public static Result<ArmMean> Proportion(double successes, double units, string what = "metric")
    {
        if (!(units >= 2)) return Refusals.TooFew(what, units, 2);
        if (!(successes >= 0 && successes <= units))
        {
            return Refusals.OutOfRange($"The number of successes of {what}", successes, $"between 0 and {units:0.###}");
        }

        var p = successes / units;
        return new ArmMean(units, p, p * (1 - p));
    }

    /// <summary>
    /// A ratio R = Σy/Σd of two sums per unit. Delta method (Deng, Knoblich and Lu, KDD 2018): a unit's variance is
    /// (s²ᵧ − 2R·sᵧ𝒹 + R²·s²𝒹) / d̄². With d the number of observations of a cluster this is the cluster-robust mean.
    /// </summary>
    public static Result<ArmMean> Ratio(Tally tally, int numerator = 0, int denominator = 1, string what = "metric")
    {
        if (tally.Count < 2) return Refusals.TooFew(what, tally.Count, 2);
        var weight = tally.Mean(denominator);
        if (weight == 0)
        {
            return Refusals.Wrong(what, $"{what} has a denominator that sums to zero, so the ratio is not defined.");
        }

        var ratio = tally.Sum(numerator) / tally.Sum(denominator);
        var variance = (tally.Covariance(numerator, numerator) - (2 * ratio * tally.Covariance(numerator, denominator))
            + (ratio * ratio * tally.Covariance(denominator, denominator))) / (weight * weight);
        return new ArmMean(tally.Count, ratio, Math.Max(0, variance));
    }

    /// <summary>
    /// A mean over observations when whole clusters (listeners, households) were assigned: variables are the cluster's sum and its number of observations. The ratio's variance times G/(G − 1).
    /// </summary>
    public static Result<ArmMean> Clustered(Tally clusters, string what = "metric")
    {
        var ratio = Ratio(clusters, 0, 1, what);
        if (ratio.Fault is not null) return ratio;
        var mean = ratio.Value;
        return mean with { Variance = mean.Variance * mean.Units / (mean.Units - 1) };
    }

    /// <summary>
    /// The q-quantile with the order-statistics error: the ranks n·q ± z·√(n·q(1−q)·deff) bound it, and their distance over 2z
    /// is its standard error (Woodruff 1952; Deng, Knoblich and Lu 2018 for clusters). Needs n large enough that both ranks
    /// exist. <paramref name="designEffect"/> is 1 for independent units.
    /// </summary>
    public static Result<ArmMean> Quantile(QuantileSketch sketch, double q, double designEffect = 1, string what = "metric")
    {
        if (Refusals.Open($"The quantile of {what}", q) is { } fault) return fault;
        if (Refusals.Positive($"The design effect of {what}", designEffect) is { } effect) return effect;
        const double z = 1.959963984540054;
        double n = sketch.Count;
        var spread = z * Math.Sqrt(n * q * (1 - q) * designEffect);
        var (low, high) = (Math.Floor((n * q) - spread), Math.Ceiling((n * q) + spread) + 1);
        if (low < 1 || high > n) return Refusals.TooFew($"The {q:0.###} quantile of {what}", n, NeededFor(q, designEffect));
        var (below, above) = (sketch.AtRank((long)low), sketch.AtRank((long)high));
        var error = (above - below) / (2 * z);
        return new ArmMean(n, sketch.Quantile(q).Value, error * error * n);
    }

    private static int NeededFor(double q, double designEffect)
    {
        var tail = Math.Min(q, 1 - q);
        return (int)Math.Ceiling(((3.85 * (1 - tail) * designEffect) + 4) / tail) + 1;
    }

    internal Fault? Refused(string what)
    {
        if (!(Units >= 2)) return Refusals.TooFew(what, Units, 2);
        if (!double.IsFinite(Mean)) return Refusals.NotFinite($"The mean of {what}", Mean);
        if (!double.IsFinite(Variance)) return Refusals.NotFinite($"The variance of {what}", Variance);
        return Variance < 0 ? Refusals.NegativeVariance(what, Variance) : null;
    }
}
