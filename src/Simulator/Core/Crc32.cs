namespace Busker.Simulator.Core;

/// <summary>CRC-32 as in ISO-HDLC (zip, PNG, PayPal's webhook signature).</summary>
public static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 1024).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
        for (; data.Length >= 4; data = data[4..])
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(data);
            crc = Table[768 + (crc & 0xFF)] ^ Table[512 + ((crc >> 8) & 0xFF)] ^ Table[256 + ((crc >> 16) & 0xFF)] ^ Table[crc >> 24];
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
