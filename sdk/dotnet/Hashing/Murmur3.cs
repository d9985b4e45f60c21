using System.Buffers.Binary;
using System.Numerics;

namespace Busker.Flags.Hashing;

/// <summary>MurmurHash3 by Austin Appleby (public domain), the x64 128-bit and x86 32-bit forms.</summary>
internal static class Murmur3
{
    private const ulong C1 = 0x87c37b91114253d5, C2 = 0x4cf5ad432745937f;

    /// <summary>Both 64-bit halves, seed 0.</summary>
    public static (ulong H1, ulong H2) X64(ReadOnlySpan<byte> data)
    {
        ulong h1 = 0, h2 = 0;
        var rest = data;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            h1 ^= Mix1(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            h1 = (BitOperations.RotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= Mix2(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            h2 = (BitOperations.RotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }

        h2 ^= Mix2(Tail(rest, 8));
        h1 ^= Mix1(Tail(rest, 0));
        h1 ^= (ulong)data.Length;
        h2 ^= (ulong)data.Length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        return (h1, h2);
    }

    public static uint X86(ReadOnlySpan<byte> data, uint seed = 0)
    {
        var h = seed;
        var rest = data;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            h ^= Mix(BinaryPrimitives.ReadUInt32LittleEndian(rest));
            h = BitOperations.RotateLeft(h, 13) * 5 + 0xe6546b64;
        }

        uint k = 0;
        for (var i = rest.Length - 1; i >= 0; i--) k = (k << 8) | rest[i];
        h ^= Mix(k);
        h ^= (uint)data.Length;
        h = (h ^ (h >> 16)) * 0x85ebca6b;
        h = (h ^ (h >> 13)) * 0xc2b2ae35;
        return h ^ (h >> 16);
    }

    // Up to 8 bytes from `start`, little endian; a missing tail is 0 and mixes to 0.
    private static ulong Tail(ReadOnlySpan<byte> rest, int start)
    {
        if (rest.Length <= start) return 0;
        if (rest.Length >= start + 8) return BinaryPrimitives.ReadUInt64LittleEndian(rest[start..]);
        ulong k = 0;
        for (var i = rest.Length - 1; i >= start; i--) k = (k << 8) | rest[i];
        return k;
    }

    private static ulong Mix1(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    private static ulong Mix2(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static uint Mix(uint k) => BitOperations.RotateLeft(k * 0xcc9e2d51, 15) * 0x1b873593;

    private static ulong Finish(ulong k)
    {
        k = (k ^ (k >> 33)) * 0xff51afd7ed558ccd;
        k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53;
        return k ^ (k >> 33);
    }
}
