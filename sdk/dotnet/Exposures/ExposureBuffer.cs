using System.Security.Cryptography;
using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.Flags;

/// <summary>
/// Exposures on their way out: bounded, numbered, and the same one not twice within a while. What does not fit is dropped
/// and counted; a batch is sent again until it is acknowledged, and the receiver sees gaps and repeats by the numbers.
/// </summary>
public sealed class ExposureBuffer(TimeProvider clock, int capacity = 100_000, TimeSpan? dedupFor = null)
{
    private readonly Lock _gate = new();
    private readonly Queue<Exposure> _waiting = new();
    private readonly Dictionary<UInt128, long> _seen = [];
    private readonly long _dedupUs = (long)(dedupFor ?? TimeSpan.FromMinutes(10)).TotalMicroseconds;
    private ulong _sequence;
    private long _sweptUs;

    /// <summary>Random, one per buffer.</summary>
    public string Sender { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public ulong Dropped { get; private set; }

    public ulong Repeated { get; private set; }

    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>False: not taken, because it is a repeat or there is no room.</summary>
    public bool Add(Exposure exposure)
    {
        var now = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        if (exposure.AppliedAtUs == 0) exposure.AppliedAtUs = now;
        var identity = Identity(exposure);
        lock (_gate)
        {
            Sweep(now);
            if (_seen.TryGetValue(identity, out var until) && until > now)
            {
                Repeated++;
                return false;
            }

            // A dropped exposure takes its number with it: the gap is the evidence.
            exposure.Sequence = ++_sequence;
            if (_waiting.Count >= capacity)
            {
                Dropped++;
                return false;
            }

            if (_seen.Count < capacity) _seen[identity] = now + _dedupUs;
            _waiting.Enqueue(exposure);
            return true;
        }
    }

    /// <summary>The oldest exposures, at most about `maxBytes`. They stay until acknowledged. Null: nothing waits.</summary>
    public ExposureBatch? Peek(int maxBytes = 4 << 20)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0) return null;
            var batch = new ExposureBatch { Sender = Sender, Dropped = Dropped };
            var bytes = 0;
            foreach (var exposure in _waiting)
            {
                bytes += exposure.CalculateSize() + 4;
                if (bytes > maxBytes && batch.Exposures.Count > 0) break;
                batch.Exposures.Add(exposure);
            }

            return batch;
        }
    }

    /// <summary>The receiver has everything up to this number.</summary>
    public void Acknowledge(ulong sequence)
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var first) && first.Sequence <= sequence) _waiting.Dequeue();
        }
    }

    // The whole identity, not only flag and unit: another variant, rule or fallthrough is another exposure.
    private static UInt128 Identity(Exposure exposure)
    {
        var clone = exposure.Clone();
        (clone.AppliedAtUs, clone.Sequence, clone.ResolveId) = (0, 0, "");
        var (h1, h2) = Hashing.Murmur3.X64(clone.ToByteArray());
        return new UInt128(h1, h2);
    }

    private void Sweep(long now)
    {
        if (now - _sweptUs < 10_000_000) return;
        _sweptUs = now;
        foreach (var (identity, until) in _seen)
        {
            if (until <= now) _seen.Remove(identity);
        }
    }
}

/// <summary>The receiver's book of one sender: what came, what came twice, what is missing.</summary>
public sealed class SequenceLedger
{
    private readonly SortedSet<ulong> _early = [];

    /// <summary>Everything up to here has come.</summary>
    public ulong Through { get; private set; }

    public ulong Received { get; private set; }

    public ulong Repeated { get; private set; }

    public ulong Missing => _early.Count == 0 ? 0 : _early.Max - Through - (ulong)_early.Count;

    /// <summary>True: new. False: it came before.</summary>
    public bool Take(ulong sequence)
    {
        if (sequence <= Through || !_early.Add(sequence))
        {
            Repeated++;
            return false;
        }

        Received++;
        while (_early.Remove(Through + 1)) Through++;
        return true;
    }
}
