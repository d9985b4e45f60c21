namespace Busker.Simulator.Core;

/// <summary>
/// The time inside the simulator: frozen, or real time × n. What is scheduled runs in order of due time, then of lane, then of
/// scheduling, and sees its own due time as now. All members but <see cref="GetUtcNow"/> are called under the stage's gate.
/// </summary>
internal sealed class VirtualClock : TimeProvider
{
    private const string Last = "\uffff";
    private static readonly Action<object> Do = static what => ((Action)what)();
    private readonly Agenda<Plan, Turn> _queue = new();
    private readonly TimeProvider _real;
    private long _number;
    private long _nowMs;
    private long _originMs;
    private long _originReal;

    public VirtualClock(DateTimeOffset start, double rate, TimeProvider real)
    {
        _real = real;
        _nowMs = start.ToUnixTimeMilliseconds();
        Run(rate);
    }

    /// <summary>Virtual seconds per real second; 0 is frozen.</summary>
    public double Rate { get; private set; }

    public bool Frozen => Rate == 0;

    /// <summary>The request in hand, or what a request scheduled and is running now.</summary>
    internal Cause Cause { get; private set; } = Cause.Of("", Draw.Of(0, "by hand", "id"));

    public int Scheduled => _queue.Count;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _nowMs));

    public long NowMs => Volatile.Read(ref _nowMs);

    public long NowSeconds => NowMs / 1000;

    /// <summary>The earliest thing scheduled, or null.</summary>
    public long? NextDueMs => _queue.Count > 0 ? _queue.First.Turn.Due : null;

    internal void Run(double rate)
    {
        _originMs = _nowMs;
        _originReal = _real.GetTimestamp();
        Rate = rate;
    }

    internal void Schedule(TimeSpan delay, Action what) => ScheduleAt(NowMs + (long)delay.TotalMilliseconds, what);

    internal void ScheduleAt(long dueMs, Action what) => ScheduleAt(dueMs, Do, what);

    /// <summary>For what is scheduled by the hundred thousand: the same action with another object each time keeps nothing but that object.</summary>
    internal void ScheduleAt(long dueMs, Action<object> what, object with) =>
        _queue.Add(new(what, with, Cause.Next()), new Turn(Math.Max(dueMs, NowMs), Cause.Lane, _number++));

    /// <summary>Runs after everything else of its moment, as nobody's consequence: what many lanes lead to together, such as a daily batch.</summary>
    internal void ScheduleLast(long dueMs, string name, Action what)
    {
        var due = Math.Max(dueMs, NowMs);
        _queue.Add(new(Do, what, Seed.Of(Draw.Of((ulong)due, name, "id"))), new Turn(due, Last, _number++));
    }

    /// <summary>Until the returned span ends, ids and schedules follow from this cause.</summary>
    internal Span Because(Cause cause)
    {
        var span = new Span(this, Cause);
        Cause = cause;
        return span;
    }

    /// <summary>
    /// Lets the time of the real clock in: runs what has come due, and returns now. What fails there is a bug: it is told here, since whoever comes
    /// upon it may have asked for something else; the rest of the schedule waits for the next.
    /// </summary>
    internal long CatchUp()
    {
        try
        {
            RunUntil(Rate > 0 ? _originMs + (long)(_real.GetElapsedTime(_originReal).TotalMilliseconds * Rate) : _nowMs);
            return _nowMs;
        }
        catch (Exception bug)
        {
            Console.Error.WriteLine($"simulator bug in what was scheduled: {bug}");
            throw;
        }
    }

    /// <summary>Runs everything due until then, in order, and makes it now. Never goes back.</summary>
    internal void RunUntil(long untilMs)
    {
        while (RunNext(untilMs))
        {
        }

        if (untilMs > _nowMs) Volatile.Write(ref _nowMs, untilMs);
    }

    /// <summary>Runs the one earliest thing due until then; false when there is none.</summary>
    internal bool RunNext(long untilMs)
    {
        if (_queue.Count == 0 || _queue.First.Turn.Due > untilMs) return false;
        var (next, turn) = _queue.First;
        _queue.RemoveFirst();
        if (turn.Due > _nowMs) Volatile.Write(ref _nowMs, turn.Due);
        using (Because(new Cause(ReferenceEquals(turn.Lane, Last) ? "" : turn.Lane, next.Seed))) next.What(next.With);
        return true;
    }

    /// <summary>Moves the origin, so that a running clock goes on from a time it was advanced to.</summary>
    internal void Rebase() => Run(Rate);

    internal readonly ref struct Span(VirtualClock clock, Cause before)
    {
        public void Dispose() => clock.Cause = before;
    }

    private readonly record struct Plan(Action<object> What, object With, Seed Seed);

    private readonly record struct Turn(long Due, string Lane, long Number) : IComparable<Turn>
    {
        public int CompareTo(Turn other)
        {
            if (Due != other.Due) return Due.CompareTo(other.Due);
            var lanes = string.CompareOrdinal(Lane, other.Lane);
            return lanes != 0 ? lanes : Number.CompareTo(other.Number);
        }
    }
}
