using Busker.Kernel;
using Busker.Statistics.Effects;

namespace Busker.Statistics.Sequential;

/// <summary>
/// Asymptotic confidence sequences (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, arXiv 2103.06476v7, eqs 14 and 134): intervals that hold at all sample sizes
/// at once, so one may look as often as one likes and stop when one likes. They are tightest near <see cref="TunedUnits"/>.
/// </summary>
public sealed record AlwaysValid(double Alpha, double TunedUnits = 5000)
{
    /// <summary>The interval of an estimate made from <paramref name="units"/> units in all arms together.</summary>
    public Result<Interval> Interval(Estimate estimate, double units, Alternative alternative = Alternative.TwoSided)
    {
        if (Refused(units) is { } fault) return fault;
        var width = estimate.StandardError * Multiplier(units, alternative);
        return new Interval(
            alternative == Alternative.Smaller ? double.NegativeInfinity : estimate.Value - width,
            alternative == Alternative.Larger ? double.PositiveInfinity : estimate.Value + width);
    }

    /// <summary>
    /// The always-valid p-value at this look: the smallest level whose sequence (with this sequence's tuning) excludes the null. Reported over time, take the running minimum.
    /// </summary>
    public Result<double> PValue(Estimate estimate, double units, double nullValue = 0, Alternative alternative = Alternative.TwoSided)
    {
        if (Refused(units) is { } fault) return fault;
        var z = estimate.Statistic(nullValue);
        if (alternative == Alternative.Smaller) z = -z;
        if (alternative != Alternative.TwoSided && z <= 0) return 1;
        var grown = (units * Rho2(alternative)) + 1;
        var evidence = (grown - 1) / (2 * grown) * z * z;
        var p = alternative == Alternative.TwoSided
            ? Math.Sqrt(grown) * Math.Exp(-evidence)
            : Math.Sqrt(grown) / (2 * Math.Max(double.Epsilon, Math.Exp(evidence) - 1));
        return Math.Min(1, p);
    }

    /// <summary>How many standard errors wide the interval is to each side.</summary>
    public double Multiplier(double units, Alternative alternative = Alternative.TwoSided)
    {
        var growth = units * Rho2(alternative);
        var log = alternative == Alternative.TwoSided
            ? Math.Log(Math.Sqrt(growth + 1) / Alpha)
            : Math.Log(1 + (Math.Sqrt(growth + 1) / (2 * Alpha)));
        return Math.Sqrt(2 * (growth + 1) / growth * log);
    }

    // ρ² = (−2 ln α + ln(−2 ln α + 1)) / N*: the mixture that is narrowest at N*; one-sided sequences use 2α.
    private double Rho2(Alternative alternative)
    {
        var spread = -2 * Math.Log(alternative == Alternative.TwoSided ? Alpha : 2 * Alpha);
        return (spread + Math.Log(spread + 1)) / TunedUnits;
    }

    private Fault? Refused(double units) =>
        Refusals.Open("alpha", Alpha) ?? Refusals.Positive("tuned units", TunedUnits) ?? Refusals.Positive("units", units)
        ?? (Alpha < 0.5 ? null : Refusals.OutOfRange("alpha", Alpha, "below 0.5"));
}
