namespace Busker.Learning.Features;

/// <summary>One remembered payment, 24 bytes.</summary>
internal struct Entry
{
    public long Amount;
    public long Time;
    public int Id;
    public int Fraud;
}

/// <summary>Running sums over the entries [Tail, Head) of a ring, in whole numbers: adding and evicting never drifts.</summary>
internal struct WindowSums
{
    public int Tail, Head;
    public int Frauds;
    public long Sum;
    public Int128 Squares;

    public readonly int Count => Head - Tail;

    public void Advance(EntityState state, long now, long length, long delay)
    {
        var entries = state.Entries;
        var (end, newest, oldest) = (state.End, now - delay, now - delay - length);
        while (Head < end && entries[Head].Time <= newest)
        {
            ref var entry = ref entries[Head++];
            Sum += entry.Amount;
            Squares += (Int128)entry.Amount * entry.Amount;
            Frauds += entry.Fraud;
        }

        while (Tail < Head && entries[Tail].Time <= oldest)
        {
            ref var entry = ref entries[Tail++];
            Sum -= entry.Amount;
            Squares -= (Int128)entry.Amount * entry.Amount;
            Frauds -= entry.Fraud;
        }
    }
}

/// <summary>A weight that halves with time: value as of the last touch.</summary>
internal struct Decayed
{
    public double Count, Sum;
}

/// <summary>
/// All that is kept of one card, account, terminal…: its recent payments in time order, one set of cursors per window,
/// totals, decayed sums and sketches.
/// </summary>
internal sealed class EntityState(EntityPlan plan)
{
    public Entry[] Entries { get; set; } = new Entry[4];
    public int End { get; set; }
    public WindowSums[] Windows { get; } = new WindowSums[plan.Windows.Count];
    public Decayed[] Decays { get; } = new Decayed[plan.HalfLives.Count];
    public PaneSketch[] Sketches { get; } = [.. plan.Sketches.Select(s => new PaneSketch(s.Length))];
    public long Total { get; set; }
    public long TotalFrauds { get; set; }
    public long First { get; set; } = long.MaxValue;
    public long Last { get; set; } = long.MinValue;
    public long LastFraud { get; set; } = long.MinValue;

    public void Record(EntityPlan plan, long time, long amount, int id, ReadOnlySpan<ulong> keys)
    {
        for (var w = 0; w < Windows.Length; w++) Windows[w].Advance(this, time, plan.Windows[w].Length, plan.Windows[w].Delay);
        if (End == Entries.Length) MakeRoom();
        Entries[End++] = new Entry { Amount = amount, Time = time, Id = id };
        for (var d = 0; d < Decays.Length; d++)
        {
            var keep = Last == long.MinValue ? 0 : Math.Pow(0.5, (time - Last) / (double)plan.HalfLives[d]);
            Decays[d].Count = Decays[d].Count * keep + 1;
            Decays[d].Sum = Decays[d].Sum * keep + amount;
        }

        for (var s = 0; s < Sketches.Length; s++)
        {
            if (keys[plan.Sketches[s].Other] is not 0 and var other) Sketches[s].Add(time, other);
        }

        Total++;
        First = Math.Min(First, time);
        Last = time;
    }

    /// <summary>Marks a remembered payment; returns by how much the number of known frauds changed.</summary>
    public int Learn(long time, int id, bool fraud)
    {
        var at = Find(time, id);
        var change = 0;
        if (at >= 0)
        {
            change = (fraud ? 1 : 0) - Entries[at].Fraud;
            Entries[at].Fraud += change;
            for (var w = 0; w < Windows.Length; w++)
            {
                if (Windows[w].Tail <= at && at < Windows[w].Head) Windows[w].Frauds += change;
            }
        }
        else if (fraud)
        {
            change = 1; // older than every window: only the totals still hear of it
        }

        TotalFrauds += change;
        if (fraud) LastFraud = Math.Max(LastFraud, time);
        return change;
    }

    private int Find(long time, int id)
    {
        int low = 0, high = End;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (Entries[middle].Time < time) low = middle + 1;
            else high = middle;
        }

        for (; low < End && Entries[low].Time == time; low++)
        {
            if (Entries[low].Id == id) return low;
        }

        return -1;
    }

    /// <summary>Drops what every window has passed, or doubles.</summary>
    private void MakeRoom()
    {
        var drop = End;
        foreach (var window in Windows) drop = Math.Min(drop, window.Tail);
        var entries = End - drop > Entries.Length / 2 ? new Entry[Entries.Length * 2] : Entries;
        Array.Copy(Entries, drop, entries, 0, End - drop);
        Entries = entries;
        End -= drop;
        for (var w = 0; w < Windows.Length; w++)
        {
            Windows[w].Tail -= drop;
            Windows[w].Head -= drop;
        }
    }

    /// <summary>Takes in another state of the same entity, fed by other payments up to the same moment.</summary>
    public void Merge(EntityPlan plan, EntityState other, long now)
    {
        Entry[] all = [.. Entries.AsSpan(0, End), .. other.Entries.AsSpan(0, other.End)];
        Array.Sort(all, (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Id.CompareTo(b.Id));
        (Entries, End) = (all.Length < 4 ? [.. all, .. new Entry[4]] : all, all.Length);
        for (var w = 0; w < Windows.Length; w++)
        {
            Windows[w] = default;
            Windows[w].Advance(this, now, plan.Windows[w].Length, plan.Windows[w].Delay);
        }

        var last = Math.Max(Last, other.Last);
        for (var d = 0; d < Decays.Length; d++)
        {
            var (mine, theirs) = (Math.Pow(0.5, (last - Last) / (double)plan.HalfLives[d]), Math.Pow(0.5, (last - other.Last) / (double)plan.HalfLives[d]));
            Decays[d].Count = Decays[d].Count * mine + other.Decays[d].Count * theirs;
            Decays[d].Sum = Decays[d].Sum * mine + other.Decays[d].Sum * theirs;
        }

        for (var s = 0; s < Sketches.Length; s++) Sketches[s].Merge(other.Sketches[s]);
        (Total, TotalFrauds) = (Total + other.Total, TotalFrauds + other.TotalFrauds);
        (First, Last, LastFraud) = (Math.Min(First, other.First), last, Math.Max(LastFraud, other.LastFraud));
    }
}
