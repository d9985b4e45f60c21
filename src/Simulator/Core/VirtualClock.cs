namespace Busker.Simulator.Core;

/// <summary>
/// The time inside the simulator: frozen, or real time × n. What is scheduled runs in order of due time, then of
/// scheduling, and sees its own due time as now. All members but <see cref="GetUtcNow"/> are called under the stage's gate.
/// </summary>
public sealed class VirtualClock : TimeProvider
{
    private readonly PriorityQueue<Action, (long Due, long Number)> _queue = new();
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

    public int Scheduled => _queue.Count;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _nowMs));

    public long NowMs => Volatile.Read(ref _nowMs);

    public long NowSeconds => NowMs / 1000;

    /// <summary>The earliest thing scheduled, or null.</summary>
    public long? NextDueMs => _queue.TryPeek(out _, out var key) ? key.Due : null;

    internal void Run(double rate)
    {
        _originMs = _nowMs;
        _originReal = _real.GetTimestamp();
        Rate = rate;
    }

    internal void Schedule(TimeSpan delay, Action what) => ScheduleAt(NowMs + (long)delay.TotalMilliseconds, what);

    internal void ScheduleAt(long dueMs, Action what) => _queue.Enqueue(what, (Math.Max(dueMs, NowMs), _number++));

    /// <summary>Lets the time of the real clock in: runs what has come due, and returns now.</summary>
    internal long CatchUp()
    {
        if (Rate > 0)
        {
            var elapsed = _real.GetElapsedTime(_originReal).TotalMilliseconds * Rate;
            RunUntil(_originMs + (long)elapsed);
        }
        else
        {
            RunUntil(_nowMs);
        }

        return _nowMs;
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
        if (!_queue.TryPeek(out var what, out var key) || key.Due > untilMs) return false;
        _queue.Dequeue();
        if (key.Due > _nowMs) Volatile.Write(ref _nowMs, key.Due);
        what();
        return true;
    }

    /// <summary>Moves the origin, so that a running clock goes on from a time it was advanced to.</summary>
    internal void Rebase() => Run(Rate);
}
