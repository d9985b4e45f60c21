using Busker.Experiments.V1;
using Busker.Flags.Hashing;
using Busker.Kernel;

namespace Busker.Flags;

/// <summary>
/// The account's million buckets. Allocates segments in granules of 1,000 buckets drawn by the segment's own seed, so
/// segments that are not exclusive overlap as if drawn independently, and exclusive ones are disjoint.
/// </summary>
public static class BucketSpace
{
    public const uint Buckets = 1_000_000;
    private const uint Granule = 1_000;

    /// <summary>
    /// Ranges for `segment`, or why there is no room: which segments hold how much of it. Proportions that are no multiple
    /// of 0.1 % take part of a last granule.
    /// </summary>
    public static Result<Allocation> Allocate(Segment segment, IReadOnlyList<Segment> others)
    {
        var asked = segment.Allocation?.Buckets ?? 0;
        if (asked is 0 or > Buckets) return Fault.Invalid("allocation.buckets", "must be 1 to 1000000");
        var rivals = others.Where(o => o.Name != segment.Name && AreExclusive(segment, o)).ToList();
        var taken = rivals.Select(o => o.Allocation.AllocatedCase == Allocation.AllocatedOneofCase.Bitset
            ? BucketSet.Of(o.Allocation.Bitset.Span, (int)Buckets)
            : BucketSet.Of(o.Allocation.Ranges?.Ranges_ ?? [], Buckets)).ToList();
        var free = Free(taken);
        var room = free.Aggregate(0u, (sum, range) => sum + (range.Upper - range.Lower));
        if (room < asked) return NoRoom(segment, asked, room, rivals);
        Shuffle(free, segment.Name);
        var chosen = new List<BucketRange>();
        foreach (var range in free)
        {
            var take = Math.Min(asked, range.Upper - range.Lower);
            chosen.Add(new() { Lower = range.Lower, Upper = range.Lower + take });
            asked -= take;
            if (asked == 0) break;
        }

        var allocation = segment.Allocation!.Clone();
        allocation.Ranges = new() { Ranges_ = { Merge(chosen) } };
        return allocation;
    }

    /// <summary>One names a tag of the other.</summary>
    public static bool AreExclusive(Segment a, Segment b) =>
        a.Allocation is not null && b.Allocation is not null
        && (a.Allocation.ExclusiveTo.Intersect(b.Allocation.ExclusivityTags).Any()
            || b.Allocation.ExclusiveTo.Intersect(a.Allocation.ExclusivityTags).Any());

    private static List<BucketRange> Free(List<BucketSet> taken)
    {
        var free = new List<BucketRange>();
        for (var start = 0u; start < Buckets; start += Granule)
        {
            for (var bucket = start; bucket < start + Granule; bucket++)
            {
                if (taken.Exists(t => t.Contains(bucket))) continue;
                if (bucket > start && free.Count > 0 && free[^1].Upper == bucket) free[^1].Upper++;
                else free.Add(new() { Lower = bucket, Upper = bucket + 1 });
            }
        }

        return free;
    }

    // Fisher–Yates over murmur of the name: the same segment always draws the same order.
    private static void Shuffle(List<BucketRange> ranges, string seed)
    {
        for (var i = ranges.Count - 1; i > 0; i--)
        {
            var hash = Murmur3.X64(System.Text.Encoding.UTF8.GetBytes($"{seed}|{i}")).H1 >> 4;
            var j = (int)(hash % (ulong)(i + 1));
            (ranges[i], ranges[j]) = (ranges[j], ranges[i]);
        }
    }

    private static List<BucketRange> Merge(List<BucketRange> ranges)
    {
        var merged = new List<BucketRange>();
        foreach (var range in ranges.OrderBy(r => r.Lower))
        {
            if (merged.Count > 0 && merged[^1].Upper == range.Lower) merged[^1].Upper = range.Upper;
            else merged.Add(range);
        }

        return merged;
    }

    private static Fault NoRoom(Segment segment, uint asked, uint room, List<Segment> rivals) =>
        new(Code.FailedPrecondition, "BUCKET_SPACE_EXHAUSTED",
            $"{segment.Name} asks for {asked} buckets and {room} are free beside "
            + string.Join(", ", rivals.Select(r => $"{r.Name} ({r.Allocation.Buckets})")), "allocation.buckets");
}
