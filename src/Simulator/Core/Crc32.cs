using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Busker.Simulator.Core;

/// <summary>
/// CRC-32 as in ISO-HDLC (zip, PNG, PayPal's webhook signature). Long data is folded by carry-less multiplication where the processor has
/// it (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009), else by table.
/// </summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 2048).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
        if (Pclmulqdq.IsSupported && data.Length >= 128)
        {
            crc = Fold(crc, MemoryMarshal.Cast<byte, Vector128<ulong>>(data));
            data = data[(data.Length & ~15)..];
        }

        for (; data.Length >= 8; data = data[8..])
        {
            var word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(data) ^ crc;
            var (low, high) = (unchecked((uint)word), (uint)(word >> 32));
            crc = Table[1792 + (low & 0xFF)] ^ Table[1536 + ((low >> 8) & 0xFF)] ^ Table[1280 + ((low >> 16) & 0xFF)] ^ Table[1024 + (low >> 24)]
                ^ Table[768 + (high & 0xFF)] ^ Table[512 + ((high >> 8) & 0xFF)] ^ Table[256 + ((high >> 16) & 0xFF)] ^ Table[high >> 24];
        }

        foreach (var value in data) crc = Table[(crc ^ value) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    private static uint Fold(uint crc, ReadOnlySpan<Vector128<ulong>> data)
    {
        var (a, b, c, d) = (data[0] ^ Vector128.CreateScalar((ulong)crc), data[1], data[2], data[3]);
        var by64 = Vector128.Create(0x0154442bd4UL, 0x01c6e41596);
        var at = 4;
        for (; at + 4 <= data.Length; at += 4)
        {
            (a, b, c, d) = (Step(a, by64, data[at]), Step(b, by64, data[at + 1]), Step(c, by64, data[at + 2]), Step(d, by64, data[at + 3]));
        }

        var by16 = Vector128.Create(0x01751997d0UL, 0x00ccaa009e);
        a = Step(Step(Step(a, by16, b), by16, c), by16, d);
        for (; at < data.Length; at++) a = Step(a, by16, data[at]);

        // 128 bits to 64, to 32 (Barrett).
        var words = Vector128.Create(0x00000000FFFFFFFFUL, 0x00000000FFFFFFFF);
        a = Sse2.ShiftRightLogical128BitLane(a, 8) ^ Pclmulqdq.CarrylessMultiply(a, by16, 0x10);
        a = Sse2.ShiftRightLogical128BitLane(a, 4) ^ Pclmulqdq.CarrylessMultiply(a & words, Vector128.CreateScalar(0x0163cd6124UL), 0x00);
        var polynomial = Vector128.Create(0x01db710641UL, 0x01f7011641);
        var quotient = Pclmulqdq.CarrylessMultiply(a & words, polynomial, 0x10);
        return (a ^ Pclmulqdq.CarrylessMultiply(quotient & words, polynomial, 0x00)).AsUInt32().GetElement(1);

        static Vector128<ulong> Step(Vector128<ulong> sum, Vector128<ulong> by, Vector128<ulong> next) =>
            Pclmulqdq.CarrylessMultiply(sum, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(sum, by, 0x11) ^ next;
    }

    private static uint Entry(int index)
    {
        var crc = (uint)(index & 0xFF);
        for (var bit = 0; bit < 8 * ((index >> 8) + 1); bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        return crc;
    }
}
