using Busker.Events.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Events;

/// <summary>How fast facts come, by kind, with the newest as a sample: small however much is told.</summary>
internal sealed class WatchPulse(OutboxTail tail, FactText text, TimeProvider clock) : IStreamRpc<WatchPulseRequest, Pulse>
{
    private const int IntervalMin = 250, IntervalMax = 60_000, IntervalDefault = 1_000, SampleMax = 100;

    public async Task<Fault?> HandleAsync(WatchPulseRequest request, Call call, Func<Pulse, ValueTask> send, CancellationToken ct)
    {
        var interval = request.IntervalMs == 0 ? IntervalDefault : request.IntervalMs;
        if (interval is < IntervalMin or > IntervalMax) return Fault.Invalid("interval_ms", $"{IntervalMin} to {IntervalMax}; 0 means {IntervalDefault}.");
        if (request.SampleSize is < 0 or > SampleMax) return Fault.Invalid("sample_size", $"0 to {SampleMax}.");

        await using var watch = await tail.OpenAsync(call.Scope, [], ct);
        var tally = new Tally(request.SampleSize);
        var reading = ReadAsync(watch, tally, ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(interval), clock);
        while (!reading.IsCompleted && await timer.WaitForNextTickAsync(ct))
        {
            var pulse = tally.Take(text);
            (pulse.EndTime, pulse.IntervalMs) = (Timestamp.FromDateTimeOffset(clock.GetUtcNow()), interval);
            await send(pulse);
        }

        await reading;
        return null;
    }

    private static async Task ReadAsync(FactWatch watch, Tally tally, CancellationToken ct)
    {
        await foreach (var fact in watch.ReadAsync(ct)) tally.Add(fact);
    }

    /// <summary>One interval's counts and newest facts; written by the reader, taken by the sender.</summary>
    private sealed class Tally(int sampleSize)
    {
        private readonly Lock _lock = new();
        private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
        private readonly Queue<Storage.Fact> _newest = new();
        private long _position;

        public void Add(Storage.Fact fact)
        {
            lock (_lock)
            {
                _counts[fact.Kind] = _counts.GetValueOrDefault(fact.Kind) + 1;
                _position = fact.Position;
                if (sampleSize == 0) return;
                if (_newest.Count == sampleSize) _newest.Dequeue();
                _newest.Enqueue(fact);
            }
        }

        public Pulse Take(FactText text)
        {
            lock (_lock)
            {
                var pulse = new Pulse
                {
                    Position = _position,
                    Counts = { _counts.Select(c => new KindCount { Kind = c.Key, Count = c.Value }) },
                    Sample = { _newest.Select(text.ToProto) },
                };
                _counts.Clear();
                _newest.Clear();
                return pulse;
            }
        }
    }
}
