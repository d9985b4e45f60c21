using Busker.Kernel;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Design;

/// <summary>
/// Units needed by a comparison of two arms. n_t = ⌈((z_α + z_β)/effect)²·(v_c/κ + v_t)⌉ with κ = w_c/w_t, and n_c = κ·n_t (Chow, Shao and Wang, ch. 3).
/// </summary>
public sealed record SampleSize(double Alpha, double Power, int Sides = 2)
{
    /// <summary>Total units for a difference in means.</summary>
    /// <param name="effect">Smallest effect worth finding, absolute; for non-inferiority the margin.</param>
    /// <param name="controlShare">The control's share of the two arms' units.</param>
    public Result<long> Mean(double variance, double effect, double controlShare = 0.5) =>
        variance < 0 ? Refusals.NegativeVariance("the metric", variance) : Total(variance, variance, effect, controlShare);

    /// <summary>Total units for a difference in proportions; under the alternative the treatment's variance is that of p + effect.</summary>
    public Result<long> Proportion(double baseline, double effect, double controlShare = 0.5)
    {
        if (Refusals.Open("baseline", baseline) is { } fault) return fault;
        var moved = baseline + effect;
        if (moved is not (> 0 and < 1)) return Refusals.OutOfRange("baseline + effect", moved, "strictly between 0 and 1");
        return Total(baseline * (1 - baseline), moved * (1 - moved), effect, controlShare);
    }

    /// <summary>Total units to show that a proportion is not worse by more than the margin, when in truth nothing changes.</summary>
    public Result<long> ProportionNonInferior(double baseline, double margin, double controlShare = 0.5) =>
        Refusals.Open("baseline", baseline) is { } fault
            ? fault
            : Total(baseline * (1 - baseline), baseline * (1 - baseline), margin, controlShare);

    /// <summary>The smallest effect on a mean that the units at hand detect with the wanted power.</summary>
    public Result<double> PoweredEffect(double variance, double controlUnits, double treatmentUnits)
    {
        var fault = Refused() ?? Refusals.Positive("control units", controlUnits) ?? Refusals.Positive("treatment units", treatmentUnits)
            ?? (variance < 0 ? Refusals.NegativeVariance("the metric", variance) : Refusals.Finite("variance", variance));
        return fault is not null ? fault : Z * Math.Sqrt(variance * ((1 / controlUnits) + (1 / treatmentUnits)));
    }

    /// <summary>The smallest rise of a proportion that the units at hand detect: solves effect = z·√(v(p)/n_c + v(p + effect)/n_t).</summary>
    public Result<double> PoweredRise(double baseline, double controlUnits, double treatmentUnits)
    {
        var fault = Refused() ?? Refusals.Open("baseline", baseline) ?? Refusals.Positive("control units", controlUnits)
            ?? Refusals.Positive("treatment units", treatmentUnits);
        if (fault is not null) return fault;
        double Short(double effect)
        {
            var moved = baseline + effect;
            return (Z * Math.Sqrt((baseline * (1 - baseline) / controlUnits) + (moved * (1 - moved) / treatmentUnits))) - effect;
        }

        var most = 1 - baseline;
        if (Short(most) > 0)
        {
            return Refusals.TooFew("The powered effect", controlUnits + treatmentUnits, 1 + (int)(Z * Z * baseline / most));
        }

        return Roots.Decreasing(Short, 0, most);
    }

    /// <summary>
    /// The shares of control and treatments that make the sum of the comparisons' variances smallest: control ∝ √(v_c·k), treatment ∝ √v_t, for k treatments
    /// (Dunnett 1955).
    /// </summary>
    public static Result<double[]> OptimalShares(double controlVariance, IReadOnlyList<double> treatmentVariances)
    {
        if (treatmentVariances.Count == 0) return Refusals.Wrong("treatments", "Optimal shares need at least one treatment.");
        foreach (var v in treatmentVariances.Append(controlVariance))
        {
            if (Refusals.Positive("A variance", v) is { } fault) return fault;
        }

        double[] raw = [Math.Sqrt(controlVariance * treatmentVariances.Count), .. treatmentVariances.Select(Math.Sqrt)];
        var sum = raw.Sum();
        return raw.Select(r => r / sum).ToArray();
    }

    /// <summary>
    /// Days until the units have arrived and their measurement windows have closed: the first day whose cumulative arrivals reach the need, plus the window.
    /// </summary>
    /// <param name="arrivals">New units on each day; the last figure continues.</param>
    public static Result<int> DaysNeeded(double units, IReadOnlyList<double> arrivals, int windowDays = 0)
    {
        if (arrivals.Count == 0 || arrivals.Any(a => !(a >= 0))) return Refusals.Wrong("arrivals", "Arrivals must be one or more numbers, none negative.");
        if (windowDays < 0) return Refusals.OutOfRange("window days", windowDays, "zero or more");
        var arrived = 0.0;
        for (var day = 0; day < arrivals.Count; day++)
        {
            arrived += arrivals[day];
            if (arrived >= units) return day + 1 + windowDays;
        }

        if (arrivals[^1] == 0) return Refusals.Wrong("arrivals", $"Arrivals stop at {arrived:0} units; {units:0} are needed.");
        var more = Math.Ceiling((units - arrived) / arrivals[^1]);
        return more > 36_500
            ? Refusals.OutOfRange("days needed", more, "at most 36500; the traffic does not suffice")
            : arrivals.Count + (int)more + windowDays;
    }

    internal double Z => Normal.UpperQuantile(Alpha / Sides) + Normal.UpperQuantile(1 - Power);

    private Result<long> Total(double controlVariance, double treatmentVariance, double effect, double controlShare)
    {
        var fault = Refused() ?? Refusals.Positive("|effect|", Math.Abs(effect)) ?? Refusals.Open("control share", controlShare)
            ?? Refusals.Finite("variance", controlVariance);
        if (fault is not null) return fault;
        var kappa = controlShare / (1 - controlShare);
        var treatment = Math.Ceiling(Z * Z / (effect * effect) * ((controlVariance / kappa) + treatmentVariance));
        var total = Math.Ceiling(treatment * (1 + kappa));
        return total < 1e18 ? (long)total : Refusals.OutOfRange("units needed", total, "below 1e18; the effect is too small");
    }

    private Kernel.Fault? Refused() =>
        Refusals.Open("alpha", Alpha) ?? Refusals.Open("power", Power)
        ?? (Sides is 1 or 2 ? null : Refusals.OutOfRange("sides", Sides, "1 or 2"));
}
