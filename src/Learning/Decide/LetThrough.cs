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
    public bool Lets(ulong payment) => (Rng.Mix(payment ^ Rng.Mix(Salt)) >> 11) * (1.0 / (1UL << 53)) < Share;

    /// <summary>Training weight of a row with that propensity of being seen: 1/e, at most <paramref name="clip"/>.</summary>
    public static double Weight(double propensity, double clip = 50) => Math.Min(clip, 1 / propensity);

    /// <summary>
    /// Share of the stopped payments that is fraud, estimated from those let through (self-normalised inverse propensity),
    /// with a normal interval at 95 %; payments of propensity 0 are left out.
    /// </summary>
    public static Interval StoppedPrecision(IReadOnlyList<WouldStop> payments)
    {
        double weights = 0, frauds = 0, squares = 0;
        foreach (var payment in payments.Where(p => p.LetThrough && p.Propensity > 0))
        {
            weights += 1 / payment.Propensity;
            frauds += payment.Fraud ? 1 / payment.Propensity : 0;
        }

        if (weights == 0) return new Interval(double.NaN, 0, 1);
        var precision = frauds / weights;
        foreach (var payment in payments.Where(p => p.LetThrough && p.Propensity > 0))
        {
            var residual = ((payment.Fraud ? 1 : 0) - precision) / payment.Propensity;
            squares += residual * residual;
        }

        var error = 1.96 * Math.Sqrt(squares) / weights;
        return new Interval(precision, Math.Max(0, precision - error), Math.Min(1, precision + error));
    }
}
