namespace Busker.Learning.Recommend;

/// <summary>
/// What everybody listens to now: Σ weight · 2^(−age/halfLife), one number per item, updated event by event in O(1).
/// The sums are kept relative to a moving origin, so that old events never have to be touched again.
/// </summary>
/// <param name="items">Number of items.</param>
/// <param name="halfLife">Time in which a play loses half its weight; in the unit of the times given. Infinite for plain popularity.</param>
public sealed class Trending(int items, double halfLife) : IGenerator
{
    private readonly double[] _sums = new double[items];
    private double _origin;

    public string Name => double.IsInfinity(halfLife) ? "popular" : "trending";
    public int Items => items;

    /// <summary>Counts one event. Times may come out of order.</summary>
    public void Add(int item, double time, double weight = 1)
    {
        var exponent = (time - _origin) / halfLife;
        if (exponent > 500) Rebase(time);
        _sums[item] += weight * Math.Pow(2, (time - _origin) / halfLife);
    }

    private void Rebase(double time)
    {
        var factor = Math.Pow(2, (_origin - time) / halfLife);
        for (var i = 0; i < _sums.Length; i++) _sums[i] *= factor;
        _origin = time;
    }

    /// <summary>The decayed weight of an item as of a time.</summary>
    public double At(int item, double time) => _sums[item] * Math.Pow(2, (_origin - time) / halfLife);

    /// <summary>The decayed weights over the largest; the history does not matter.</summary>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        var top = Math.Max(double.Epsilon, _sums.Max());
        for (var i = 0; i < items; i++) scores[i] = (float)(_sums[i] / top);
    }

    /// <summary>Plain popularity of a set of interactions: the number of listeners.</summary>
    public static Trending Popularity(Interactions data)
    {
        var popular = new Trending(data.Items, double.PositiveInfinity);
        foreach (var item in data.Columns) popular.Add(item, 0);
        return popular;
    }
}
