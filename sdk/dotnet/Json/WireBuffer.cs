using System.Buffers.Binary;

namespace Busker.Flags.Json;

/// <summary>Bytes of protobuf as they are written. A length stands in four bytes, so it can be filled in afterwards.</summary>
internal sealed class WireBuffer(int room)
{
    private const int LengthBytes = 4;
    private byte[] _bytes = new byte[room];
    private int _count;

    public byte[] Bytes => _bytes;

    public int Count => _count;

    public void Tag(int field, int wireType) => Varint(((ulong)(uint)field << 3) | (uint)wireType);

    public void Varint(ulong value)
    {
        Room(10);
        for (; value >= 0x80; value >>= 7) _bytes[_count++] = (byte)(value | 0x80);
        _bytes[_count++] = (byte)value;
    }

    public void Double(double value)
    {
        Room(8);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_count), value);
        _count += 8;
    }

    /// <summary>Where at least so many bytes can be put; then say with <see cref="Put"/> how many were.</summary>
    public Span<byte> Space(int bytes)
    {
        Room(bytes);
        return _bytes.AsSpan(_count);
    }

    public void Put(int bytes) => _count += bytes;

    public int Begin()
    {
        Room(LengthBytes);
        _count += LengthBytes;
        return _count;
    }

    public void End(int began)
    {
        var length = _count - began;
        if (length >> (7 * LengthBytes) != 0) throw new FormatException($"is larger than {StateFiles.MaxStateBytes >> 20} MB");
        for (var i = 0; i < LengthBytes; i++) _bytes[began - LengthBytes + i] = (byte)((length >> (7 * i) & 0x7f) | (i < LengthBytes - 1 ? 0x80 : 0));
    }

    private void Room(int bytes)
    {
        if (_count + bytes <= _bytes.Length) return;
        if (_count + bytes > StateFiles.MaxStateBytes) throw new FormatException($"is larger than {StateFiles.MaxStateBytes >> 20} MB");
        Array.Resize(ref _bytes, Math.Max(_count + bytes, _bytes.Length * 2));
    }
}
