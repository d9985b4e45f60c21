using System.Buffers.Binary;

namespace Busker.Entitlements.Caps;

/// <summary>
/// What was consumed in a rolling window: when and how much, oldest first. The first <see cref="ExactMax"/> marks are exact;
/// beyond that, marks of one sixtieth of the window become one with the time of the last, so that the log stays short and
/// never admits more than it should, at most refuses a sixtieth longer.
/// </summary>
internal readonly struct Marks
{
    public const int ExactMax = 60;
    private const int Size = 16;

    private readonly byte[]? _bytes;

    /// <param name="bytes">Pairs of big-endian 64-bit numbers: milliseconds since 1970, amount.</param>
    public Marks(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;
    public int Count => Bytes.Length / Size;

    public long TimeMs(int at) => BinaryPrimitives.ReadInt64BigEndian(Bytes[(at * Size)..]);

    public long Amount(int at) => BinaryPrimitives.ReadInt64BigEndian(Bytes[((at * Size) + 8)..]);

    public byte[] ToArray() => _bytes ?? [];

    public long Sum()
    {
        var sum = 0L;
        for (var i = 0; i < Count; i++) sum += Amount(i);
        return sum;
    }

    /// <summary>Without the marks that have left the window (now - length, now].</summary>
    public Marks Since(DateTimeOffset now, TimeSpan length)
    {
        var border = now.ToUnixTimeMilliseconds() - (long)length.TotalMilliseconds;
        var gone = 0;
        while (gone < Count && TimeMs(gone) <= border) gone++;
        return gone == 0 ? this : new Marks(_bytes![(gone * Size)..]);
    }

    public Marks Add(DateTimeOffset now, long amount, TimeSpan length)
    {
        var time = Math.Max(CeilingMs(now), Count == 0 ? 0 : TimeMs(Count - 1)); // a clock that went back does not unsort
        var bucket = Math.Max(1, (long)length.TotalMilliseconds / ExactMax);
        var joins = Count >= ExactMax && TimeMs(Count - 1) / bucket == time / bucket;
        var bytes = new byte[joins ? Bytes.Length : Bytes.Length + Size];
        Bytes.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(bytes.Length - Size), time);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(bytes.Length - 8), amount + (joins ? Amount(Count - 1) : 0));
        return new Marks(bytes);
    }

    /// <summary>When so much will have left that this much is free; null when even an empty window would not do.</summary>
    public DateTimeOffset? WhenFreed(long needed, TimeSpan length)
    {
        for (var i = 0; i < Count; i++)
        {
            needed -= Amount(i);
            if (needed <= 0) return DateTimeOffset.FromUnixTimeMilliseconds(TimeMs(i)) + length;
        }

        return null;
    }

    /// <summary>Up, so that a mark never leaves before its time.</summary>
    private static long CeilingMs(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
}
