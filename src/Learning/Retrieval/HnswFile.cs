using System.Runtime.InteropServices;
using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Retrieval;

/// <summary>
/// The index on disk: a header with a checksum, then the arrays as they are in memory. A loaded index serves rows and ground links from the
/// memory map; the 8-bit copy, the few upper links and the tombstones are in memory of its own.
/// </summary>
public sealed partial class Hnsw
{
    private const long Magic = 0x31_57_53_4E_48_4B_53_42;
    private const int HeaderFields = 9;

    /// <summary>Writes the index; a file at the path is replaced when all is written.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written to.</exception>
    public void Save(string path)
    {
        int[] flat = [.. _upper.SelectMany(u => u)];
        long[] header = [Magic, Count, _set.Dimensions, _m, _beam, _entry, _tombstones, flat.Length, 0];
        header[^1] = Checksum(header, flat);
        WholeFile.Write(path, file =>
        {
            file.Write(MemoryMarshal.AsBytes(header.AsSpan()));
            file.Write(MemoryMarshal.AsBytes(_set.Block(0, Count)));
            file.Write(MemoryMarshal.AsBytes(Ground(0, Count * (2 * _m + 1))));
            file.Write(MemoryMarshal.AsBytes(flat.AsSpan()));
            file.Write(_levels);
            file.Write(MemoryMarshal.AsBytes(_dead.AsSpan()));
        });
    }

    /// <summary>Maps an index written by <see cref="Save"/>. Refuses what is missing, cut short, altered or not such an index.</summary>
    public static Result<Hnsw> Load(string path)
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(path)) return Bad($"{path} does not exist");
        if (new FileInfo(path).Length < HeaderFields * sizeof(long)) return Bad($"{name} is too short to be an index");
        try
        {
            return Map(new MappedFile(path), name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Bad($"{name} cannot be read: {e.Message}");
        }
    }

    private static unsafe Result<Hnsw> Map(MappedFile file, string name)
    {
        var header = new ReadOnlySpan<long>(file.At<long>(0), HeaderFields).ToArray();
        if (header[0] != Magic) return Bad($"{name} is not an index of this version");
        if (header[1] is < 0 or > int.MaxValue || header[2] is < 1 or > 1 << 20 || header[3] is < 2 or > 1 << 16 || header[7] is < 0 or > int.MaxValue) return Bad($"{name} is damaged: its header makes no sense");
        var (count, d, m) = ((int)header[1], (int)header[2], (int)header[3]);
        var rows = (long)HeaderFields * sizeof(long);
        var links = rows + (long)count * d * sizeof(float);
        var upper = links + (long)count * (2 * m + 1) * sizeof(int);
        var levels = upper + header[7] * sizeof(int);
        if (file.Length != levels + 2L * count) return Bad($"{name} is cut short: {file.Length} bytes, not {levels + 2L * count}");
        var flat = new ReadOnlySpan<int>(file.At<int>(upper), (int)header[7]).ToArray();
        var own = new ReadOnlySpan<byte>(file.At<byte>(levels), count);
        var dead = new ReadOnlySpan<byte>(file.At<byte>(levels + count), count);
        var sum = Checksum(header, new ReadOnlySpan<float>(file.At<float>(rows), count * d), new ReadOnlySpan<int>(file.At<int>(links), count * (2 * m + 1)), flat, own, dead);
        if (header[^1] != sum) return Bad($"{name} is damaged: its checksum does not agree");
        var index = new Hnsw(new VectorSet(file, rows, count, d), m, (int)header[4], file, links) { _entry = (int)header[5] };
        own.CopyTo(index._levels);
        for (int n = 0, from = 0; n < count; n++)
        {
            var length = index._levels[n] * (m + 1);
            index._upper[n] = flat[from..(from + length)];
            from += length;
            if (dead[n] != 0) index.Delete(n);
        }

        return index;
    }

    private long Checksum(long[] header, int[] upper) =>
        Checksum(header, _set.Block(0, Count), Ground(0, Count * (2 * _m + 1)), upper, _levels, MemoryMarshal.AsBytes(_dead.AsSpan()));

    private static long Checksum(long[] header, ReadOnlySpan<float> rows, ReadOnlySpan<int> links, ReadOnlySpan<int> upper, ReadOnlySpan<byte> levels, ReadOnlySpan<byte> dead)
    {
        var sum = 0UL;
        foreach (var part in header.AsSpan(0, HeaderFields - 1)) sum = Rng.Mix(sum ^ (ulong)part);
        foreach (var word in MemoryMarshal.Cast<float, int>(rows)) sum = Rng.Mix(sum ^ (uint)word);
        foreach (var word in links) sum = Rng.Mix(sum ^ (uint)word);
        foreach (var word in upper) sum = Rng.Mix(sum ^ (uint)word);
        foreach (var level in levels) sum = Rng.Mix(sum ^ level);
        foreach (var gone in dead) sum = Rng.Mix(sum ^ (gone != 0 ? 1UL : 0));
        return (long)sum;
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}
