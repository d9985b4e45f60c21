using System.Runtime.CompilerServices;
using Busker.FlagServer.Requests;

namespace Busker.FlagServer.Serving;

/// <summary>Those who listen for changes: how many there may be, and what each is told.</summary>
internal sealed class Listeners(StateWatch watch, FlagServerOptions options) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public Refusal Full => new(429, "GENERAL", $"{options.StreamsMax} listeners are connected, which is as many as may be", 10);

    /// <summary>A place to listen from, until it is disposed; null: there is none left.</summary>
    public IDisposable? TrySit()
    {
        if (Interlocked.Increment(ref _count) <= options.StreamsMax) return new Seat(this);
        Interlocked.Decrement(ref _count);
        return null;
    }

    /// <summary>
    /// Each state that differs from the one last known, the newest only; null now and then, when nothing happens. Ends when the
    /// listener leaves or the server stops.
    /// </summary>
    public async IAsyncEnumerable<Served?> FollowAsync(string known, [EnumeratorCancellation] CancellationToken left)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(left, _stop.Token);
        while (!either.IsCancellationRequested)
        {
            var served = watch.Current;
            if (served.Etag != known)
            {
                known = served.Etag;
                yield return served;
                continue;
            }

            var changed = false;
            try
            {
                await served.Replaced.WaitAsync(options.Heartbeat, options.Clock, either.Token);
                changed = true;
            }
            catch (TimeoutException)
            {
                // nothing happened
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            if (!changed) yield return null;
        }
    }

    /// <summary>Ends every stream: its listener will look for another server.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    private sealed class Seat(Listeners owner) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref owner._count);
    }
}
