using Busker.Learning.Numbers;

namespace Busker.Learning.Decide;

/// <summary>A payment that would have been stopped. Propensity 0: outside the experiment, never let through.</summary>
public readonly record struct WouldStop(double Propensity, bool LetThrough, bool Fraud);

/// <summary>
/// Lets a small random share of would-be-stopped payments through, so that the truth about the stopped ones stays known.
/// The draw is a hash of payment and salt: reproducible, and the propensity is logged with the decision.
/// </summary>
public sealed record LetThrough(double Share, ulong Salt)
{
    /// <summary>Whether this payment is let through: true for <see cref="Share"/> of all payment numbers.</summary>
    public bool Lets(ulong payment) => (Rng.Mix(payment ^ Rng.Mix(Salt)) >> 11) * (1.0 / (1UL << 53)) < Share;

    /// <summary>Training weight of a row with that propensity of being seen: 1/e, at most <paramref name="clip"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A propensity that is not above 0 and at most 1: such a row cannot have been seen.</exception>
    public static double Weight(double propensity, double clip = 50) =>
        propensity is > 0 and <= 1 ? Math.Min(clip, 1 / propensity) : throw new ArgumentOutOfRangeException(nameof(propensity), propensity, "must be above 0 and at most 1");

    /// <summary>
    /// Corrects a model's chances in the region it stops by a shift of the log-odds that maximises the likelihood of the
    /// outcomes of those let through, under a normal prior of deviation <paramref name="deviation"/> around no shift: a handful of
    /// outcomes moves it little.
    /// </summary>
    public static Func<double, double> Recalibrate(double[] chances, double[] outcomes, double deviation = 1)
    {
        double shift = 0;
        for (var step = 0; step < 50; step++)
        {
            double slope = -shift / (deviation * deviation), curve = 1 / (deviation * deviation);
            for (var i = 0; i < chances.Length; i++)
            {
                var p = Shifted(chances[i], shift);
                slope += outcomes[i] - p;
                curve += p * (1 - p);
            }

            shift += slope / curve;
            if (Math.Abs(slope / curve) < 1e-10) break;
        }

        return chance => Shifted(chance, shift);
    }

    private static double Shifted(double chance, double shift) => chance / (chance + (1 - chance) * Math.Exp(-shift));

    /// <summary>
    /// Share of the stopped payments that is fraud, estimated from those let through (self-normalised inverse propensity),
    /// with Wilson's interval at 95 % for the number n of equal payments with the variance of the ratio, p(1 − p)/n = Σw²(y − p)²/(Σw)², or
    /// (Σw)²/Σw² when all outcomes are alike; payments of propensity 0 are left out.
    /// </summary>
    public static Interval StoppedPrecision(IReadOnlyList<WouldStop> payments)
    {
        double weights = 0, frauds = 0, squares = 0, fraudSquares = 0;
        foreach (var payment in payments.Where(p => p.LetThrough && p.Propensity > 0))
        {
            var weight = 1 / payment.Propensity;
            weights += weight;
            squares += weight * weight;
            if (!payment.Fraud) continue;
            frauds += weight;
            fraudSquares += weight * weight;
        }

        if (weights == 0) return new Interval(double.NaN, 0, 1);
        var (p, z) = (frauds / weights, 1.96);
        var spread = fraudSquares * (1 - p) * (1 - p) + (squares - fraudSquares) * p * p;
        var n = weights * weights / (frauds > 0 && frauds < weights ? spread / (p * (1 - p)) : squares);
        var (middle, half) = (p + z * z / (2 * n), z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n)));
        return new Interval(p, (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n));
    }
}
