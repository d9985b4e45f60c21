namespace Busker.Simulator.Core;

/// <summary>
/// A stream of random numbers named by (seed, entity, purpose). The same name gives the same numbers whenever and in
/// whatever order it is asked for, so the machine's timing cannot change a run. SplitMix64 over an FNV-1a name.
/// </summary>
public struct Draw
{
    private ulong _state;

    private Draw(ulong state) => _state = state;

    public static Draw Of(ulong seed, string entity, string purpose) =>
        new(Mix(Mix(seed) ^ Name(Name(14695981039346656037, entity), purpose)));

    public static Draw Of(ulong seed, ulong entity, string purpose) =>
        new(Mix(Mix(seed) ^ Name(Mix(entity), purpose)));

    public ulong Next() => unchecked(Mix(_state += 0x9E3779B97F4A7C15));

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => probability > 0 && (probability >= 1 || Unit() < probability);

    /// <summary>Uniform in [0, <paramref name="bound"/>).</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Standard normal (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    public double LogNormal(double median, double sigma) => median * Math.Exp(sigma * Normal());

    /// <summary>Exponential with the given mean.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1 - Unit());

    /// <summary>An index, drawn in proportion to the weights.</summary>
    public int Pick(ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights) total += weight;
        var at = Unit() * total;
        for (var i = 0; i < weights.Length; i++)
        {
            at -= weights[i];
            if (at < 0) return i;
        }

        return weights.Length - 1;
    }

    private static ulong Name(ulong hash, string text)
    {
        unchecked
        {
            foreach (var c in text) hash = (hash ^ c) * 1099511628211;
            return (hash ^ 0xFF) * 1099511628211;
        }
    }

    internal static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
