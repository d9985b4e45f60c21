namespace Busker.Simulator.Core;

/// <summary>CRC-32 as in ISO-HDLC (zip, PNG, PayPal's webhook signature).</summary>
public static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 2048).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
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

    private static uint Entry(int index)
    {
        var crc = (uint)(index & 0xFF);
        for (var bit = 0; bit < 8 * ((index >> 8) + 1); bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        return crc;
    }
}
