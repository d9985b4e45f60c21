namespace Busker.Statistics.Numerics;

/// <summary>
/// A sum of doubles without rounding. The total is held as a non-overlapping expansion (Shewchuk, "Adaptive precision
/// floating-point arithmetic", 1997), so adding in any order and merging any partition give the same number, bit for bit.
/// Products enter exactly too: the rounded product and its error by fused multiply-add.
/// Exact while magnitudes stay within <see cref="Smallest"/> and <see cref="Largest"/>.
/// </summary>
public sealed class ExactSum
{
    /// <summary>Beyond this a product could overflow; <see cref="Samples.Tally"/> refuses such values.</summary>
    public const double Largest = 1e140;

    /// <summary>Below this a product's error could underflow; such values count as zero.</summary>
    public const double Smallest = 1e-140;

    private double[] _parts = new double[4];
    private int _count;

    public void Add(double x)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var y = _parts[i];
            var high = x + y;
            var virtualY = high - x;
            var low = (x - (high - virtualY)) + (y - virtualY);
            if (low != 0) _parts[kept++] = low;
            x = high;
        }

        if (x != 0)
        {
            if (kept == _parts.Length) Array.Resize(ref _parts, 2 * kept);
            _parts[kept++] = x;
        }

        _count = kept;
    }

    public void AddProduct(double x, double y)
    {
        var product = x * y;
        Add(product);
        var error = Math.FusedMultiplyAdd(x, y, -product);
        if (error != 0) Add(error);
    }

    public void Add(ExactSum other)
    {
        for (var i = 0; i < other._count; i++) Add(other._parts[i]);
    }

    /// <summary>The total, rounded once (half to even).</summary>
    public double Value
    {
        get
        {
            if (_count == 0) return 0;
            var i = _count - 1;
            var high = _parts[i];
            var low = 0.0;
            while (i > 0 && low == 0)
            {
                var (x, y) = (high, _parts[--i]);
                high = x + y;
                low = y - (high - x);
            }

            // A tie is decided by what lies below it.
            if (i > 0 && ((low < 0 && _parts[i - 1] < 0) || (low > 0 && _parts[i - 1] > 0)))
            {
                var doubled = 2 * low;
                var moved = high + doubled;
                if (doubled == moved - high) high = moved;
            }

            return high;
        }
    }

    /// <summary>
    /// The exact total as a short list of doubles, largest first. Canonical: it depends on the total alone, not on how it was
    /// reached, so it can be stored, compared and hashed.
    /// </summary>
    public double[] Components()
    {
        var rest = Copy();
        var parts = new List<double>(_count);
        while (rest._count > 0)
        {
            var head = rest.Value;
            parts.Add(head);
            rest.Add(-head);
        }

        return [.. parts];
    }

    public static ExactSum Of(params ReadOnlySpan<double> parts)
    {
        var sum = new ExactSum();
        foreach (var part in parts) sum.Add(part);
        return sum;
    }

    /// <summary>n·Σxy − Σx·Σy, rounded once: the centred cross product times n, free of cancellation.</summary>
    internal static double Centred(long n, ExactSum xy, ExactSum x, ExactSum y)
    {
        var total = new ExactSum();
        for (var i = 0; i < xy._count; i++) total.AddProduct(n, xy._parts[i]);
        for (var i = 0; i < x._count; i++)
        {
            for (var j = 0; j < y._count; j++) total.AddProduct(-x._parts[i], y._parts[j]);
        }

        return total.Value;
    }

    private ExactSum Copy() => new() { _parts = [.. _parts], _count = _count };
}
