using System.Runtime.CompilerServices;

namespace Busker.Learning.Features;

/// <summary>
/// One remembered payment, 16 bytes: seconds since the store's origin, its number, and the amount with the known outcome
/// in the lowest bit.
/// </summary>
internal struct Entry
{
    public uint Second;
    public int Id;
    public long Coded;

    public readonly long Amount => Coded >> 1;
    public readonly int Fraud => (int)(Coded & 1);
}

/// <summary>Running sums over the entries [Tail, Head) of an entity, in whole numbers: adding and evicting never drifts.</summary>
internal struct WindowSums
{
    public int Tail, Head;
    public int Frauds;
    public long Sum;

    public readonly int Count => Head - Tail;
}

/// <summary>A weight that halves with time: value as of the last touch.</summary>
internal struct Decayed
{
    public double Count, Sum;
}

/// <summary>What is kept once per entity; <see cref="Entries"/> holds its recent payments in time order, up to <see cref="End"/>.</summary>
internal struct EntityHead
{
    public Entry[] Entries;
    public int End;

    /// <summary>Payments known to be fraud, by time and number, for as long as the entity is remembered; null while there is none.</summary>
    public List<(long Time, int Id)>? Known;
    public long Total, First, Last;

    public readonly int Frauds => Known?.Count ?? 0;
}

/// <summary>
/// All that is kept of the entities of one kind (cards, accounts, terminals…), in arrays by slot: recent payments, one set
/// of cursors and sums per window, totals, decayed sums and sketches.
/// </summary>
internal sealed class EntityStore(EntityPlan plan)
{
    private readonly (long Length, long Delay)[] _windows = [.. plan.Windows];
    private readonly WindowSums[] _noSums = new WindowSums[plan.Windows.Count];
    private readonly Int128[] _noSquares = new Int128[plan.Windows.Count];
    private long _origin = long.MinValue;

    public EntityPlan Plan => plan;
    public KeySlots Keys { get; private set; } = new();
    public EntityHead[] Heads { get; private set; } = [];
    public WindowSums[] Sums { get; private set; } = [];
    public Int128[] Squares { get; private set; } = [];
    public Decayed[] Decays { get; private set; } = [];
    public PaneSketch[][] Sketches { get; private set; } = [];

    /// <summary>The moment that seconds of entries are counted from; set by the first payment.</summary>
    public long Origin
    {
        get => _origin;
        set => _origin = value;
    }

    public int Windows => _windows.Length;

    /// <summary>An entity without a past.</summary>
    public EntityView Unseen => new(this, -1, _noSums, _noSquares);

    public Span<WindowSums> SumsOf(int slot) => Sums.AsSpan(slot * _windows.Length, _windows.Length);

    public Span<Int128> SquaresOf(int slot) => plan.NeedsSquares ? Squares.AsSpan(slot * _windows.Length, _windows.Length) : default;

    public Span<Decayed> DecaysOf(int slot) => Decays.AsSpan(slot * plan.HalfLives.Count, plan.HalfLives.Count);

    public int FindOrAdd(ulong key)
    {
        var slot = Keys.Find(key);
        if (slot >= 0) return slot;
        slot = Keys.Add(key);
        if (slot == Heads.Length) Resize(Math.Max(16, 2 * slot));
        Heads[slot] = new EntityHead { Entries = new Entry[4], First = long.MaxValue, Last = long.MinValue };
        if (plan.Sketches.Count > 0) Sketches[slot] = [.. plan.Sketches.Select(s => new PaneSketch(s.Length))];
        return slot;
    }

    private void Resize(int slots)
    {
        Heads = Longer(Heads, slots);
        Sums = Longer(Sums, slots * _windows.Length);
        if (plan.NeedsSquares) Squares = Longer(Squares, slots * _windows.Length);
        Decays = Longer(Decays, slots * plan.HalfLives.Count);
        if (plan.Sketches.Count > 0) Sketches = Longer(Sketches, slots);
    }

    private static T[] Longer<T>(T[] items, int length)
    {
        Array.Resize(ref items, length);
        return items;
    }

    /// <summary>Moves cursors of an entity's windows to <paramref name="now"/>; the spans are the entity's own or copies of them.</summary>
    public void Advance(int slot, long now, Span<WindowSums> sums, Span<Int128> squares)
    {
        ref var head = ref Heads[slot];
        for (var w = 0; w < sums.Length; w++)
        {
            ref var window = ref sums[w];
            var newest = now - _windows[w].Delay - _origin;
            var oldest = newest - _windows[w].Length;
            var entries = head.Entries;
            while (window.Head < head.End && entries[window.Head].Second <= newest)
            {
                ref var entry = ref entries[window.Head++];
                window.Sum += entry.Amount;
                window.Frauds += entry.Fraud;
                if (squares.Length > 0) squares[w] += (Int128)entry.Amount * entry.Amount;
            }

            while (window.Tail < window.Head && entries[window.Tail].Second <= oldest)
            {
                ref var entry = ref entries[window.Tail++];
                window.Sum -= entry.Amount;
                window.Frauds -= entry.Fraud;
                if (squares.Length > 0) squares[w] -= (Int128)entry.Amount * entry.Amount;
            }
        }
    }

    /// <summary>Remembers a payment of an entity whose windows stand at its time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(int slot, in Attempt attempt, ReadOnlySpan<ulong> keys)
    {
        ref var head = ref Heads[slot];
        if (head.End == head.Entries.Length) MakeRoom(slot);
        head.Entries[head.End++] = new Entry { Second = checked((uint)(attempt.Time - _origin)), Id = attempt.Id, Coded = attempt.Amount << 1 };
        if (Decays.Length > 0) Decay(slot, attempt);
        for (var s = 0; s < plan.Sketches.Count; s++)
        {
            if (keys[plan.Sketches[s].Other] is not 0 and var other) Sketches[slot][s].Add(attempt.Time, other);
        }

        head.Total++;
        if (attempt.Time < head.First) head.First = attempt.Time;
        head.Last = attempt.Time;
    }

    private void Decay(int slot, in Attempt attempt)
    {
        var decays = DecaysOf(slot);
        var last = Heads[slot].Last;
        for (var d = 0; d < decays.Length; d++)
        {
            var keep = last == long.MinValue ? 0 : Math.Pow(0.5, (attempt.Time - last) / (double)plan.HalfLives[d]);
            decays[d].Count = decays[d].Count * keep + 1;
            decays[d].Sum = decays[d].Sum * keep + attempt.Amount;
        }
    }

    /// <summary>Marks a payment as fraud or not: once for all, however often it is said and however old it is.</summary>
    public void Learn(int slot, in Attempt attempt, bool fraud)
    {
        ref var head = ref Heads[slot];
        if (!Mark(ref head, (attempt.Time, attempt.Id), fraud)) return;
        var at = Find(head, attempt.Time - _origin, attempt.Id);
        if (at < 0) return; // older than every window
        var change = fraud ? 1 : -1;
        head.Entries[at].Coded += change;
        foreach (ref var window in SumsOf(slot))
        {
            if (window.Tail <= at && at < window.Head) window.Frauds += change;
        }
    }

    private static bool Mark(ref EntityHead head, (long Time, int Id) payment, bool fraud)
    {
        var at = head.Known?.BinarySearch(payment) ?? -1;
        if (at >= 0 == fraud) return false;
        if (fraud) (head.Known ??= new List<(long, int)>(1)).Insert(~at, payment);
        else head.Known!.RemoveAt(at);
        return true;
    }

    private static int Find(in EntityHead head, long second, int id)
    {
        var (low, high) = (0, head.End);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (head.Entries[middle].Second < second) low = middle + 1;
            else high = middle;
        }

        for (; low < head.End && head.Entries[low].Second == second; low++)
        {
            if (head.Entries[low].Id == id) return low;
        }

        return -1;
    }

    /// <summary>Drops what every window has passed, or doubles.</summary>
    private void MakeRoom(int slot)
    {
        ref var head = ref Heads[slot];
        var drop = head.End;
        foreach (var window in SumsOf(slot)) drop = Math.Min(drop, window.Tail);
        var entries = head.End - drop > head.Entries.Length / 2 ? new Entry[head.Entries.Length * 2] : head.Entries;
        Array.Copy(head.Entries, drop, entries, 0, head.End - drop);
        head.Entries = entries;
        head.End -= drop;
        foreach (ref var window in SumsOf(slot)) (window.Tail, window.Head) = (window.Tail - drop, window.Head - drop);
    }

    /// <summary>Forgets entities not seen since <paramref name="before"/>, and of the others the payments that every window has passed by <paramref name="now"/>; returns how many entities.</summary>
    public int Evict(long before, long now)
    {
        var (keys, kept) = (Keys.ToArray(), new EntityStore(plan) { Origin = _origin });
        for (var slot = 0; slot < keys.Length; slot++)
        {
            if (Heads[slot].Last >= before) kept.Copy(kept.FindOrAdd(keys[slot]), this, slot, now);
        }

        (Keys, Heads, Sums, Squares, Decays, Sketches) = (kept.Keys, kept.Heads, kept.Sums, kept.Squares, kept.Decays, kept.Sketches);
        return keys.Length - Keys.Count;
    }

    private void Copy(int slot, EntityStore other, int from, long now)
    {
        Heads[slot] = other.Heads[from];
        other.SumsOf(from).CopyTo(SumsOf(slot));
        other.SquaresOf(from).CopyTo(SquaresOf(slot));
        other.DecaysOf(from).CopyTo(DecaysOf(slot));
        if (plan.Sketches.Count > 0) Sketches[slot] = other.Sketches[from];
        Advance(slot, now, SumsOf(slot), SquaresOf(slot));
        Trim(slot);
    }

    /// <summary>Keeps what a window still needs, in as much memory as that takes.</summary>
    private void Trim(int slot)
    {
        ref var head = ref Heads[slot];
        var drop = head.End;
        foreach (ref readonly var window in SumsOf(slot)) drop = Math.Min(drop, window.Tail);
        if (head.Entries.Length <= Math.Max(4, 2 * (head.End - drop))) return;
        var entries = new Entry[Math.Max(4, head.End - drop)];
        head.Entries.AsSpan(drop, head.End - drop).CopyTo(entries);
        (head.Entries, head.End) = (entries, head.End - drop);
        foreach (ref var window in SumsOf(slot)) (window.Tail, window.Head) = (window.Tail - drop, window.Head - drop);
    }
}
