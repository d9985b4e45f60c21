using Busker.Experiments.V1;

namespace Busker.Flags.Hashing;

/// <summary>Which buckets belong: all, sorted half-open ranges, or bits (least significant first in each byte).</summary>
internal sealed class BucketSet
{
    private readonly uint[]? _edges; // lower, upper, lower, upper, … strictly increasing after merging
    private readonly byte[]? _bits;

    private BucketSet(uint[]? edges, byte[]? bits) => (_edges, _bits) = (edges, bits);

    public static BucketSet All { get; } = new(null, null);

    public bool IsAll => _edges is null && _bits is null;

    public static BucketSet Of(IReadOnlyList<BucketRange> ranges, uint count)
    {
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Lower < ranges[i - 1].Lower) return Of([.. ranges.OrderBy(r => r.Lower)], count);
        }

        var edges = new List<uint>(ranges.Count * 2);
        for (var i = 0; i < ranges.Count; i++)
        {
            var range = ranges[i];
            if (range.Lower >= range.Upper) continue;
            if (edges.Count > 0 && edges[^1] >= range.Lower) edges[^1] = Math.Max(edges[^1], range.Upper);
            else edges.AddRange([range.Lower, range.Upper]);
        }

        return edges is [0, var end] && end >= count ? All : new([.. edges], null);
    }

    public static BucketSet Of(ReadOnlySpan<byte> bits, int count)
    {
        var full = bits.Length * 8 >= count;
        for (var i = 0; full && i < count / 8; i++) full = bits[i] == 0xff;
        for (var i = count & ~7; full && i < count; i++) full = (bits[i >> 3] >> (i & 7) & 1) != 0;
        return full ? All : new(null, bits.ToArray());
    }

    public bool Contains(uint bucket)
    {
        if (_bits is not null) return bucket >> 3 < (uint)_bits.Length && (_bits[bucket >> 3] >> (int)(bucket & 7) & 1) != 0;
        if (_edges is null) return true;
        return UpperBound(_edges, bucket) % 2 == 1;
    }

    // The number of edges at or below the bucket: odd is inside a range.
    private static int UpperBound(uint[] edges, uint bucket)
    {
        int low = 0, high = edges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (edges[middle] <= bucket) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
