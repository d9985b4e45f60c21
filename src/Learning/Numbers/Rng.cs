using System.Numerics;

namespace Busker.Learning.Numbers;

/// <summary>
/// A seeded generator: xoshiro256** (Blackman and Vigna 2018), seeded through splitmix64. The same seed gives the same
/// bits everywhere. Not for secrets. Not shared between threads: give each unit of work its own <see cref="Fork"/>.
/// </summary>
public sealed class Rng
{
    private ulong _a, _b, _c, _d;
    private readonly ulong _seed;

    /// <summary>The same seed starts the same stream everywhere.</summary>
    public Rng(ulong seed)
    {
        _seed = seed;
        _a = Mix(unchecked(seed + Golden));
        _b = Mix(unchecked(seed + 2 * Golden));
        _c = Mix(unchecked(seed + 3 * Golden));
        _d = Mix(unchecked(seed + 4 * Golden));
    }

    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Splitmix64's finaliser: a good 64-bit hash of an integer.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>An independent stream that depends on the seed and the number, not on what was drawn so far.</summary>
    public Rng Fork(ulong stream) => new(Mix(_seed ^ Mix(stream + Golden)) + stream);

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="below"/> − 1, unbiased (Lemire 2019).</summary>
    public int NextInt(int below)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(below, 1);
        var high = Math.BigMul(Next(), (ulong)below, out var low);
        if (low < (ulong)below)
        {
            var threshold = (0UL - (ulong)below) % (ulong)below;
            while (low < threshold) high = Math.BigMul(Next(), (ulong)below, out low);
        }

        return (int)high;
    }

    /// <summary>True with that chance.</summary>
    public bool NextBool(double probability) => NextDouble() < probability;

    /// <summary>Standard normal, by the polar method; no state is kept between calls.</summary>
    public double NextGaussian()
    {
        while (true)
        {
            var u = 2 * NextDouble() - 1;
            var v = 2 * NextDouble() - 1;
            var s = u * u + v * v;
            if (s is > 0 and < 1) return u * Math.Sqrt(-2 * Math.Log(s) / s);
        }
    }

    /// <summary>Exponential with that rate, mean 1/rate.</summary>
    public double NextExponential(double rate) => -Math.Log(1 - NextDouble()) / rate;

    /// <summary>Gamma(shape, scale 1) after Marsaglia and Tsang 2000.</summary>
    public double NextGamma(double shape)
    {
        if (shape < 1) return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextGaussian();
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    /// <summary>Beta(α, β) as a ratio of Gammas.</summary>
    public double NextBeta(double alpha, double beta)
    {
        var x = NextGamma(alpha);
        return x / (x + NextGamma(beta));
    }

    /// <summary>Poisson by inversion for small means, by splitting the mean for large ones.</summary>
    public int NextPoisson(double mean)
    {
        var total = 0;
        while (mean > 30)
        {
            // The k-th arrival of a unit-rate process comes at Gamma(k); what is left of the mean is Poisson, or the rest binomial.
            var k = (int)(mean * 7 / 8);
            var at = NextGamma(k);
            if (at > mean) return total + NextBinomial(k - 1, mean / at);
            total += k;
            mean -= at;
        }

        var limit = Math.Exp(-mean);
        var product = NextDouble();
        while (product > limit)
        {
            total++;
            product *= NextDouble();
        }

        return total;
    }

    private int NextBinomial(int n, double p)
    {
        var hits = 0;
        for (var i = 0; i < n; i++) hits += NextBool(p) ? 1 : 0;
        return hits;
    }

    /// <summary>Puts items in random order, every order alike (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary><paramref name="count"/> distinct indices below <paramref name="below"/>, ascending (selection sampling).</summary>
    public int[] Sample(int below, int count)
    {
        var chosen = new int[Math.Min(count, below)];
        for (int i = 0, k = 0; k < chosen.Length; i++)
        {
            if (NextDouble() * (below - i) < chosen.Length - k) chosen[k++] = i;
        }

        return chosen;
    }
}
