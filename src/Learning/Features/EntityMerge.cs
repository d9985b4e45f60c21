namespace Busker.Learning.Features;

/// <summary>Takes one entity's past out of another store of the same plan, fed by other payments up to the same moment.</summary>
internal static class EntityMerge
{
    public static void Merge(this EntityStore mine, EntityStore theirs, long now)
    {
        if (theirs.Keys.Count == 0) return;
        if (mine.Keys.Count == 0) mine.Origin = theirs.Origin;
        Rebase(mine, Math.Min(mine.Origin, theirs.Origin));
        var keys = theirs.Keys.ToArray();
        for (var from = 0; from < keys.Length; from++) One(mine, mine.FindOrAdd(keys[from]), theirs, from, now);
    }

    private static void Rebase(EntityStore store, long origin)
    {
        var shift = checked((uint)(store.Origin - origin));
        store.Origin = origin;
        if (shift == 0) return;
        for (var slot = 0; slot < store.Keys.Count; slot++)
        {
            foreach (ref var entry in store.Heads[slot].Entries.AsSpan(0, store.Heads[slot].End)) entry.Second += shift;
        }
    }

    private static void One(EntityStore mine, int to, EntityStore theirs, int from, long now)
    {
        ref var head = ref mine.Heads[to];
        ref var other = ref theirs.Heads[from];
        var shift = checked((uint)(theirs.Origin - mine.Origin));
        Entry[] all = [.. head.Entries.AsSpan(0, head.End), .. other.Entries.AsSpan(0, other.End)];
        foreach (ref var entry in all.AsSpan(head.End)) entry.Second += shift;
        Array.Sort(all, (a, b) => a.Second != b.Second ? a.Second.CompareTo(b.Second) : a.Id.CompareTo(b.Id));
        (head.Entries, head.End) = (all, all.Length);
        mine.SumsOf(to).Clear();
        mine.SquaresOf(to).Clear();
        mine.Advance(to, now, mine.SumsOf(to), mine.SquaresOf(to));
        var last = Math.Max(head.Last, other.Last);
        var left = mine.DecaysOf(to);
        var right = theirs.DecaysOf(from);
        for (var d = 0; d < left.Length; d++)
        {
            double Keep(long since) => since == long.MinValue ? 0 : Math.Pow(0.5, (last - since) / (double)mine.Plan.HalfLives[d]);
            var (l, r) = (Keep(head.Last), Keep(other.Last));
            left[d] = new Decayed { Count = left[d].Count * l + right[d].Count * r, Sum = left[d].Sum * l + right[d].Sum * r };
        }

        for (var s = 0; s < mine.Plan.Sketches.Count; s++) mine.Sketches[to][s].Merge(theirs.Sketches[from][s]);
        head.Total += other.Total;
        if (other.Known is not null) head.Known = [.. (head.Known ?? []).Union(other.Known).Order()];
        (head.First, head.Last) = (Math.Min(head.First, other.First), last);
    }
}
