using System.Globalization;
using System.Text;
using Busker.Experiments.V1;

namespace Busker.Flags.Hashing;

/// <summary>How a unit becomes a bucket, compiled: salt bytes, algorithm and number of buckets.</summary>
internal sealed class Bucketing
{
    /// <summary>Longest unit in UTF-8 bytes.</summary>
    public const int MaxUnitBytes = 100;

    private readonly byte[] _prefix;
    private readonly byte[] _suffix;
    private readonly BucketHash.Types.Algorithm _algorithm;

    public Bucketing(BucketHash.Types.Algorithm algorithm, string prefix, string suffix, uint buckets)
    {
        (_algorithm, Buckets) = (algorithm, buckets);
        (_prefix, _suffix) = (Encoding.UTF8.GetBytes(prefix), suffix.Length == 0 ? [] : Encoding.UTF8.GetBytes(suffix));
    }

    public uint Buckets { get; }

    /// <summary>The default: (h1 &gt;&gt; 4) mod buckets over "salt|unit".</summary>
    public static Bucketing Salted(string salt, uint buckets) =>
        new(BucketHash.Types.Algorithm.Murmur3128, salt + "|", "", buckets);

    public uint Of(ReadOnlySpan<byte> unit)
    {
        var length = _prefix.Length + unit.Length + _suffix.Length;
        var key = length <= 512 ? stackalloc byte[length] : new byte[length];
        _prefix.CopyTo(key);
        unit.CopyTo(key[_prefix.Length..]);
        _suffix.CopyTo(key[(_prefix.Length + unit.Length)..]);
        return Of(_algorithm, key, Buckets);
    }

    public static uint Of(BucketHash.Types.Algorithm algorithm, ReadOnlySpan<byte> key, uint buckets) => algorithm switch
    {
        BucketHash.Types.Algorithm.Murmur332Scaled => (uint)(((ulong)Murmur3.X86(key) * buckets) >> 32),
        BucketHash.Types.Algorithm.Murmur332Absolute => Absolute(Murmur3.X86(key), buckets),
        BucketHash.Types.Algorithm.Fnv32V1 => (uint)((ulong)(Fnv1A(key) % 1000) * buckets / 1000),
        BucketHash.Types.Algorithm.Fnv32V2 => (uint)((ulong)(FnvTwice(key) % 10000) * buckets / 10000),
        BucketHash.Types.Algorithm.Murmur332Modulo => Murmur3.X86(key) % buckets,
        BucketHash.Types.Algorithm.Murmur332Variant => Murmur3.X86(key, 86028157) % buckets,
        _ => (uint)((Murmur3.X64(key).H1 >> 4) % buckets),
    };

    private static uint Absolute(uint hash, uint buckets)
    {
        var ratio = Math.Abs((double)(int)hash) / int.MaxValue;
        return (uint)Math.Min(Math.Floor(ratio * buckets), buckets - 1d);
    }

    // One UTF-16 code unit at a time: what JavaScript's charCodeAt gives.
    private static uint Fnv1A(ReadOnlySpan<byte> data)
    {
        var hash = 0x811c9dc5u;
        Span<char> units = stackalloc char[2];
        while (!data.IsEmpty)
        {
            if (data[0] < 0x80)
            {
                hash = (hash ^ data[0]) * 0x01000193;
                data = data[1..];
                continue;
            }

            Rune.DecodeFromUtf8(data, out var rune, out var consumed);
            data = data[consumed..];
            foreach (var unit in units[..rune.EncodeToUtf16(units)]) hash = (hash ^ unit) * 0x01000193;
        }

        return hash;
    }

    private static uint FnvTwice(ReadOnlySpan<byte> data)
    {
        Span<byte> digits = stackalloc byte[10];
        Fnv1A(data).TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        return Fnv1A(digits[..written]);
    }
}
