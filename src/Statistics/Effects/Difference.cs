using Busker.Kernel;

namespace Busker.Statistics.Effects;

/// <summary>The effect of a treatment over a control from their means. Arms are independent.</summary>
public static class Difference
{
    /// <summary>Treatment − control with se = √(s²₁/n₁ + s²₂/n₂), referred to the normal distribution.</summary>
    public static Result<Estimate> Z(ArmMean control, ArmMean treatment, string what = "metric")
    {
        if (Refused(control, treatment, what) is { } fault) return fault;
        return new Estimate(treatment.Mean - control.Mean, Math.Sqrt(control.Uncertainty + treatment.Uncertainty),
            double.PositiveInfinity);
    }

    /// <summary>The same referred to Student's t with Welch–Satterthwaite degrees of freedom (Welch, Biometrika 1947).</summary>
    public static Result<Estimate> Welch(ArmMean control, ArmMean treatment, string what = "metric")
    {
        var z = Z(control, treatment, what);
        return z.Fault is not null ? z : z.Value with { DegreesOfFreedom = Degrees(control, treatment) };
    }

    /// <summary>
    /// (treatment − control) / control. Delta method, control's own error included:
    /// var = s²ₜ/(nₜ·c²) + s²꜀·t²/(n꜀·c⁴) with c and t the two means. Normal reference.
    /// </summary>
    public static Result<Estimate> Relative(ArmMean control, ArmMean treatment, string what = "metric")
    {
        if (Refused(control, treatment, what) is { } fault) return fault;
        var (c, t) = (control.Mean, treatment.Mean);
        if (c == 0) return Refusals.ZeroControlMean(what);
        var variance = (treatment.Uncertainty / (c * c)) + (control.Uncertainty * t * t / (c * c * c * c));
        return new Estimate((t - c) / Math.Abs(c), Math.Sqrt(variance), double.PositiveInfinity);
    }

    /// <summary>The relative effect referred to Student's t with the Welch–Satterthwaite degrees of freedom.</summary>
    public static Result<Estimate> RelativeWelch(ArmMean control, ArmMean treatment, string what = "metric")
    {
        var z = Relative(control, treatment, what);
        if (z.Fault is not null) return z;
        var scale = treatment.Mean / control.Mean;
        var control2 = control with { Variance = control.Variance * scale * scale };
        return z.Value with { DegreesOfFreedom = Degrees(control2, treatment) };
    }

    private static double Degrees(ArmMean a, ArmMean b)
    {
        var (x, y) = (a.Uncertainty, b.Uncertainty);
        return (x + y) * (x + y) / ((x * x / (a.Units - 1)) + (y * y / (b.Units - 1)));
    }

    private static Fault? Refused(ArmMean control, ArmMean treatment, string what) =>
        control.Refused(what) ?? treatment.Refused(what)
        ?? (control.Variance + treatment.Variance > 0 ? null : Refusals.NoVariance(what));
}
