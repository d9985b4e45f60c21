namespace Busker.Kernel;

/// <summary>
/// A stretch of time, half-open: the start belongs to it, the end belongs to the next one. So periods that touch leave
/// no gap and no overlap, and an event on a boundary has exactly one home.
/// </summary>
public readonly record struct Period
{
    /// <exception cref="InvariantException">the end is before the start</exception>
    public Period(DateTimeOffset start, DateTimeOffset end)
    {
        if (end < start) throw new InvariantException($"a period cannot end ({end:O}) before it starts ({start:O})");
        (Start, End) = (start.ToUniversalTime(), end.ToUniversalTime());
    }

    public DateTimeOffset Start { get; }
    public DateTimeOffset End { get; }
    public TimeSpan Length => End - Start;
    public bool IsEmpty => Start == End;

    public bool Contains(DateTimeOffset instant) => Start <= instant && instant < End;

    public bool Overlaps(Period other) => Start < other.End && other.Start < End;

    /// <summary>What both share; null when they share nothing.</summary>
    public Period? Intersect(Period other) => Overlaps(other)
        ? new Period(Start > other.Start ? Start : other.Start, End < other.End ? End : other.End)
        : null;

    public override string ToString() => $"[{Start:O}, {End:O})";
}
