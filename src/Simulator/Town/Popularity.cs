using Busker.Simulator.Core;

namespace Busker.Simulator.Town;

/// <summary>Draws numbers in proportion to weights, in the logarithm of their count.</summary>
public sealed class Popularity
{
    private readonly double[] _upTo;

    private Popularity(double[] upTo) => _upTo = upTo;

    public int Count => _upTo.Length;

    /// <summary>Zipf: item i (from 0) has weight 1 / (i + 1)^<paramref name="exponent"/>.</summary>
    public static Popularity Zipf(int items, double exponent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        var weights = new double[items];
        for (var i = 0; i < items; i++) weights[i] = Math.Pow(i + 1, -exponent);
        return Of(weights);
    }

    /// <param name="weights">At least one; not negative, and not all zero.</param>
    public static Popularity Of(ReadOnlySpan<double> weights)
    {
        var upTo = new double[weights.Length];
        var total = 0.0;
        for (var i = 0; i < weights.Length; i++) upTo[i] = total += weights[i];
        if (!(total > 0 && double.IsFinite(total))) throw new ArgumentException("The weights must sum to something finite above zero.", nameof(weights));
        return new Popularity(upTo);
    }

    public int Next(ref Draw draw)
    {
        var at = Array.BinarySearch(_upTo, draw.Unit() * _upTo[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, _upTo.Length - 1);
    }
}
