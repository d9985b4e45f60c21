using Busker.Kernel;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Sequential;

/// <summary>
/// A fixed-power design: look as often as you like at the *pooled variance*, never at the effect, and stop when the units suffice for the wanted power at the
/// variance seen. The ordinary test at that moment keeps its level, because the stopping rule knows nothing of the effect (Friede and Kieser 2006).
/// </summary>
public sealed record FixedPower(double Alpha, double Power, double Effect, int Sides = 2)
{
    /// <summary>Units needed in each of two equal arms at the variance seen so far: 2·v·((z_α + z_β)/effect)².</summary>
    public Result<double> UnitsPerArm(double pooledVariance)
    {
        var fault = Refusals.Open("alpha", Alpha) ?? Refusals.Open("power", Power) ?? Refusals.Positive("|effect|", Math.Abs(Effect))
            ?? (pooledVariance < 0 ? Refusals.NegativeVariance("the metric", pooledVariance) : Refusals.Finite("variance", pooledVariance));
        if (fault is not null) return fault;
        var z = Normal.UpperQuantile(Alpha / Sides) + Normal.UpperQuantile(1 - Power);
        return Math.Ceiling(2 * pooledVariance * z * z / (Effect * Effect));
    }

    /// <summary>Whether the experiment has what it needs. Ask with all arms' units pooled, blind to which arm they are in.</summary>
    public Result<bool> IsReached(double unitsPerArm, double pooledVariance)
    {
        var needed = UnitsPerArm(pooledVariance);
        return needed.Fault is { } fault ? fault : unitsPerArm >= needed.Value;
    }
}
