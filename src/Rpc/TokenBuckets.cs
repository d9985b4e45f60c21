using System.Collections.Concurrent;

namespace Busker.Rpc;

/// <summary>
/// One token bucket per key, in this process: N hosts together allow up to N times the limit. A bucket holds
/// <c>Burst</c> tokens and refills at <c>PerSecond</c>; a call takes one, or one for each of its parts. More than a bucket holds
/// pass when it is full, and are paid off before the next.
/// </summary>
internal sealed class TokenBuckets(TimeProvider clock)
{
    private const int IdleSweepCalls = 65_536;
    private readonly ConcurrentDictionary<Guid, Bucket> _buckets = new();
    private int _calls;

    /// <returns>Zero when they were taken; otherwise none was, and this is how long until they can be.</returns>
    public TimeSpan Take(Guid key, RateLimit limit, int tokens)
    {
        if (double.IsPositiveInfinity(limit.PerSecond)) return TimeSpan.Zero;
        var now = clock.GetTimestamp();
        if ((Interlocked.Increment(ref _calls) & (IdleSweepCalls - 1)) == 0) Sweep(now);
        return _buckets.GetOrAdd(key, static (_, at) => new Bucket(at.now, at.limit), (now, limit)).Take(now, limit, tokens, clock);
    }

    /// <summary>Gives back a token of a call that was refused after all.</summary>
    public void GiveBack(Guid key)
    {
        if (_buckets.TryGetValue(key, out var bucket)) bucket.GiveBack();
    }

    /// <summary>A bucket that would be full again says nothing, so it is dropped: memory follows the active keys.</summary>
    private void Sweep(long now)
    {
        foreach (var (key, bucket) in _buckets)
            if (bucket.IsFull(now, clock)) _buckets.TryRemove(key, out _);
    }

    private sealed class Bucket(long at, RateLimit first)
    {
        private readonly Lock _gate = new();
        private double _tokens = first.Burst;
        private long _at = at;
        private RateLimit _limit = first;

        public TimeSpan Take(long now, RateLimit limit, int tokens, TimeProvider clock)
        {
            lock (_gate)
            {
                _limit = limit;
                var refill = clock.GetElapsedTime(_at, now).TotalSeconds * limit.PerSecond;
                _tokens = Math.Min(limit.Burst, _tokens + Math.Max(0, refill));
                _at = Math.Max(_at, now);
                var needed = Math.Min(tokens, limit.Burst);
                if (_tokens >= needed)
                {
                    _tokens -= tokens;
                    return TimeSpan.Zero;
                }

                return TimeSpan.FromSeconds(Math.Min((needed - _tokens) / Math.Max(limit.PerSecond, 1e-6), 3600));
            }
        }

        public void GiveBack()
        {
            lock (_gate) _tokens += 1;
        }

        public bool IsFull(long now, TimeProvider clock)
        {
            lock (_gate) return _tokens + (clock.GetElapsedTime(_at, now).TotalSeconds * _limit.PerSecond) >= _limit.Burst;
        }
    }
}
