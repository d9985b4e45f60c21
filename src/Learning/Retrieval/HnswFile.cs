using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Busker.Learning.Numbers;

namespace Busker.Learning.Retrieval;

/// <summary>The index on disk: a header with a checksum, then the arrays as they are in memory, read back through a memory map.</summary>
public sealed partial class Hnsw
{
    private const long Magic = 0x31_57_53_4E_48_4B_53_42;
    private const int HeaderFields = 9;

    public void Save(string path)
    {
        int[] flat = [.. _upper.SelectMany(u => u)];
        long[] header = [Magic, Count, _set.Dimensions, _m, _beam, _entry, _tombstones, flat.Length, 0];
        header[^1] = Checksum(header, _set.Rows, _base, flat, _levels, _dead);
        WholeFile.Write(path, file =>
        {
            file.Write(MemoryMarshal.AsBytes(header.AsSpan()));
            file.Write(MemoryMarshal.AsBytes(_set.Rows.AsSpan()));
            file.Write(MemoryMarshal.AsBytes(_base.AsSpan()));
            file.Write(MemoryMarshal.AsBytes(flat.AsSpan()));
            file.Write(_levels);
            file.Write(MemoryMarshal.AsBytes(_dead.AsSpan()));
        });
    }

    /// <exception cref="InvalidDataException">Not an index of this version, cut short, or damaged; the message says which.</exception>
    public static Hnsw Load(string path)
    {
        var length = new FileInfo(path).Length;
        if (length < HeaderFields * sizeof(long)) throw new InvalidDataException($"{path} is too short to be an index");
        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var header = Read<long>(view, 0, HeaderFields);
        if (header[0] != Magic) throw new InvalidDataException($"{path} is not an index of this version");
        var (count, d, m) = ((int)header[1], (int)header[2], (int)header[3]);
        long at = HeaderFields * sizeof(long);
        var sizes = (Rows: (long)count * d * 4, Base: (long)count * (2 * m + 1) * 4, Upper: header[7] * 4);
        if (length != at + sizes.Rows + sizes.Base + sizes.Upper + 2L * count) throw new InvalidDataException($"{path} is cut short");
        var index = new Hnsw(new VectorSet(Read<float>(view, at, count * d), d), m, (int)header[4]) { _entry = (int)header[5], _tombstones = (int)header[6] };
        Read<int>(view, at += sizes.Rows, index._base.Length).CopyTo(index._base, 0);
        var flat = Read<int>(view, at += sizes.Base, (int)header[7]);
        Read<byte>(view, at += sizes.Upper, count).CopyTo(index._levels, 0);
        Read<bool>(view, at + count, count).CopyTo(index._dead, 0);
        if (header[^1] != Checksum(header, index._set.Rows, index._base, flat, index._levels, index._dead)) throw new InvalidDataException($"{path} is damaged: its checksum does not agree");
        for (int n = 0, from = 0; n < count; n++)
        {
            var own = index._levels[n] * (m + 1);
            index._upper[n] = flat[from..(from + own)];
            from += own;
        }

        return index;
    }

    private static T[] Read<T>(MemoryMappedViewAccessor view, long at, int count) where T : unmanaged
    {
        var values = new T[count];
        view.ReadArray(at, values, 0, count);
        return values;
    }

    private static long Checksum(long[] header, float[] rows, int[] links, int[] upper, byte[] levels, bool[] dead)
    {
        var sum = 0UL;
        foreach (var part in header.AsSpan(0, HeaderFields - 1)) sum = Rng.Mix(sum ^ (ulong)part);
        foreach (var word in MemoryMarshal.Cast<float, int>(rows.AsSpan())) sum = Rng.Mix(sum ^ (uint)word);
        foreach (var word in links) sum = Rng.Mix(sum ^ (uint)word);
        foreach (var word in upper) sum = Rng.Mix(sum ^ (uint)word);
        foreach (var level in levels) sum = Rng.Mix(sum ^ level);
        foreach (var gone in dead) sum = Rng.Mix(sum ^ (gone ? 1UL : 0));
        return (long)sum;
    }
}
