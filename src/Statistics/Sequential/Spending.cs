using Busker.Statistics.Numerics;

namespace Busker.Statistics.Sequential;

public enum SpendingFamily
{
    Power,
    OBrienFleming,
    Pocock,
    HwangShihDeCani,
}

/// <summary>
/// How much of the error may have been used when a fraction t of the information is in. Power family α·tᵠ (Kim and DeMets 1987); O'Brien–Fleming type
/// 2 − 2Φ(z_{α/2}/√t) and Pocock type α·ln(1 + (e − 1)t) (Lan and DeMets 1983); α(1 − e^{−γt})/(1 − e^{−γ}) (Hwang, Shih and DeCani 1990).
/// α is the error of one side.
/// </summary>
public sealed record Spending(SpendingFamily Family, double Parameter = 0)
{
    /// <summary>α·t²: the default.</summary>
    public static Spending Default { get; } = Power(2);

    public static Spending Power(double exponent) => new(SpendingFamily.Power, exponent);
    public static Spending OBrienFleming { get; } = new(SpendingFamily.OBrienFleming);
    public static Spending Pocock { get; } = new(SpendingFamily.Pocock);
    public static Spending HwangShihDeCani(double gamma) => new(SpendingFamily.HwangShihDeCani, gamma);

    /// <summary>The error spent by fraction <paramref name="t"/>: 0 at 0, α from 1 on.</summary>
    public double Spent(double t, double alpha)
    {
        if (t <= 0) return 0;
        if (t >= 1) return alpha;
        return Family switch
        {
            SpendingFamily.Power => alpha * Math.Pow(t, Parameter),
            SpendingFamily.OBrienFleming => 2 * Normal.Upper(Normal.UpperQuantile(alpha / 2) / Math.Sqrt(t)),
            SpendingFamily.Pocock => alpha * Math.Log(1 + ((Math.E - 1) * t)),
            _ => Math.Abs(Parameter) < 1e-9 ? alpha * t : alpha * (Math.Exp(-Parameter * t) - 1) / (Math.Exp(-Parameter) - 1),
        };
    }
}
