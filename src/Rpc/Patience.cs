using System.Collections.Concurrent;

namespace Busker.Rpc;

/// <summary>
/// How long a call may go on: until the caller leaves, the host stops, or the time is over. Its parts are used again by later
/// calls, because a source and a timer for each call would cost as much as reading its head. So the token is good until the
/// call ends, and not after.
/// </summary>
internal sealed class Patience : IDisposable
{
    private const int SpareMax = 1024;
    private static readonly ConcurrentQueue<Patience> Spare = new();

    private readonly CancellationTokenSource _source = new();
    private bool _limited;
    private CancellationTokenRegistration _left;
    private CancellationTokenRegistration _stopping;

    private Patience()
    {
    }

    public CancellationToken Token => _source.Token;

    /// <summary>A token that nothing cancels yet.</summary>
    public static Patience Rent() => Spare.TryDequeue(out var spare) ? spare : new Patience();

    /// <param name="after">The time there is; null for no end.</param>
    /// <param name="left">Cancelled when the caller leaves.</param>
    /// <param name="stopping">Cancelled when the host stops; the default for calls that may finish.</param>
    public void Limit(TimeSpan? after, CancellationToken left, CancellationToken stopping)
    {
        _limited = true;
        if (after is { } span) _source.CancelAfter(span);
        _left = left.UnsafeRegister(static p => ((Patience)p!)._source.Cancel(), this);
        _stopping = stopping.UnsafeRegister(static p => ((Patience)p!)._source.Cancel(), this);
    }

    /// <summary>The call has ended. A source that was cancelled, or whose timer may be about to fire, is not used again.</summary>
    public void Dispose()
    {
        var limited = _limited;
        if (limited)
        {
            _limited = false;
            _left.Dispose();
            _stopping.Dispose();
        }

        if (Spare.Count < SpareMax && (!limited || _source.TryReset())) Spare.Enqueue(this);
        else _source.Dispose();
    }
}
