using System.Collections.Concurrent;

namespace Busker.Rpc;

/// <summary>
/// One token bucket per key, in this process: N hosts together allow up to N times the limit. A bucket holds
/// <c>Burst</c> tokens and refills at <c>PerSecond</c>; a call takes one.
/// </summary>
internal sealed class TokenBuckets(TimeProvider clock)
{
    private const int IdleSweepCalls = 65_536;
    private readonly ConcurrentDictionary<Guid, Bucket> _buckets = new();
    private int _calls;

    /// <returns>Zero when the call may pass, otherwise how long until a token is there.</returns>
    public TimeSpan Take(Guid key, RateLimit limit)
    {
        if (double.IsPositiveInfinity(limit.PerSecond)) return TimeSpan.Zero;
        var now = clock.GetTimestamp();
        if ((Interlocked.Increment(ref _calls) & (IdleSweepCalls - 1)) == 0) Sweep(now);
        return _buckets.GetOrAdd(key, static (_, at) => new Bucket(at.now, at.limit), (now, limit)).Take(now, limit, clock);
    }

    /// <summary>A bucket that would be full again says nothing, so it is dropped: memory follows the active keys.</summary>
    private void Sweep(long now)
    {
        foreach (var (key, bucket) in _buckets)
            if (bucket.IsIdle(now, clock)) _buckets.TryRemove(key, out _);
    }

    private sealed class Bucket(long at, RateLimit first)
    {
        private static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(10);
        private readonly Lock _gate = new();
        private double _tokens = first.Burst;
        private long _at = at;

        public TimeSpan Take(long now, RateLimit limit, TimeProvider clock)
        {
            lock (_gate)
            {
                var refill = clock.GetElapsedTime(_at, now).TotalSeconds * limit.PerSecond;
                _tokens = Math.Min(limit.Burst, _tokens + Math.Max(0, refill));
                _at = Math.Max(_at, now);
                if (_tokens >= 1)
                {
                    _tokens -= 1;
                    return TimeSpan.Zero;
                }

                return TimeSpan.FromSeconds(Math.Min((1 - _tokens) / Math.Max(limit.PerSecond, 1e-6), 3600));
            }
        }

        public bool IsIdle(long now, TimeProvider clock)
        {
            lock (_gate) return clock.GetElapsedTime(_at, now) > IdleAfter;
        }
    }
}
