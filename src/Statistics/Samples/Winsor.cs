using Busker.Kernel;

namespace Busker.Statistics.Samples;

/// <summary>
/// Winsorising: values beyond the limits are moved to the limits. The limits must come from all arms together; limits taken
/// per arm would turn a treatment effect in the tail into bias.
/// </summary>
public readonly record struct Winsor(double Low, double High)
{
    public double Apply(double value) => Math.Clamp(value, Low, High);

    /// <summary>Limits at two quantiles of the pooled arms, e.g. 0 and 0.99.</summary>
    public static Result<Winsor> Of(IEnumerable<QuantileSketch> arms, double lower, double upper)
    {
        if (!(lower >= 0 && lower < upper && upper <= 1))
        {
            return Refusals.Wrong("winsor", $"Winsorising from {lower} to {upper} needs 0 ≤ lower < upper ≤ 1.");
        }

        QuantileSketch? pooled = null;
        foreach (var arm in arms)
        {
            pooled ??= new QuantileSketch(arm.Accuracy);
            pooled.Merge(arm);
        }

        if (pooled is null || pooled.Count == 0) return Refusals.TooFew("Winsorising", 0, 1);
        return new Winsor(
            lower == 0 ? double.NegativeInfinity : pooled.Quantile(lower).Value,
            upper == 1 ? double.PositiveInfinity : pooled.Quantile(upper).Value);
    }
}
