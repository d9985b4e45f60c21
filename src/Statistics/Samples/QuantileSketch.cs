using Busker.Kernel;

namespace Busker.Statistics.Samples;

/// <summary>
/// Counts in logarithmic buckets (DDSketch: Masson, Rim and Lee, VLDB 2019): any quantile within <see cref="Accuracy"/> of
/// its true value, relative. The state is integer counts, so partials merge exactly and in any order.
/// </summary>
public sealed class QuantileSketch
{
    private readonly SortedDictionary<int, long> _positive = [];
    private readonly SortedDictionary<int, long> _negative = [];
    private readonly double _logGamma;
    private long _zeros;

    public QuantileSketch(double accuracy = 0.001)
    {
        if (accuracy is not (> 0 and < 0.5)) throw new InvariantException($"accuracy {accuracy} is not in (0, 0.5)");
        Accuracy = accuracy;
        _logGamma = Math.Log((1 + accuracy) / (1 - accuracy));
    }

    public double Accuracy { get; }
    public long Count { get; private set; }

    public Fault? Add(double value)
    {
        if (!double.IsFinite(value)) return Refusals.NotFinite("A unit's value", value);
        Count++;
        if (Math.Abs(value) < 1e-300) _zeros++;
        else Increase(value > 0 ? _positive : _negative, Bucket(Math.Abs(value)), 1);
        return null;
    }

    public void Merge(QuantileSketch other)
    {
        if (other.Accuracy != Accuracy) throw new InvariantException("sketches of different accuracy do not merge");
        Count += other.Count;
        _zeros += other._zeros;
        foreach (var (bucket, count) in other._positive) Increase(_positive, bucket, count);
        foreach (var (bucket, count) in other._negative) Increase(_negative, bucket, count);
    }

    /// <summary>The value of rank ⌈q·n⌉ (1-based), within the accuracy. Refuses an empty sketch.</summary>
    public Result<double> Quantile(double q)
    {
        if (Count == 0) return Refusals.TooFew("The quantile sketch", 0, 1);
        if (q is not (>= 0 and <= 1)) return Refusals.OutOfRange("The quantile", q, "between 0 and 1");
        return AtRank((long)Math.Clamp(Math.Ceiling(q * Count), 1, Count));
    }

    internal double AtRank(long rank)
    {
        var seen = 0L;
        foreach (var (bucket, count) in _negative.Reverse())
        {
            seen += count;
            if (seen >= rank) return -Middle(bucket);
        }

        seen += _zeros;
        if (seen >= rank) return 0;
        var last = 0.0;
        foreach (var (bucket, count) in _positive)
        {
            seen += count;
            last = Middle(bucket);
            if (seen >= rank) break;
        }

        return last;
    }

    private int Bucket(double magnitude) => (int)Math.Ceiling(Math.Log(magnitude) / _logGamma);

    private double Middle(int bucket) => 2 * Math.Exp(bucket * _logGamma) / (1 + Math.Exp(_logGamma));

    private static void Increase(SortedDictionary<int, long> counts, int bucket, long by) =>
        counts[bucket] = counts.GetValueOrDefault(bucket) + by;
}
