using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Busker.Kernel;

namespace Busker.Learning.Numbers;

/// <summary>
/// A file that says what it is, in which version, and carries the SHA-256 of all of it at its end: eight letters, version, body, seal.
/// Arrays are written as they are in memory (little-endian), so that a gigabyte streams. The same content gives the same bytes.
/// </summary>
/// <param name="Magic">Eight ASCII letters.</param>
/// <param name="Kind">What it is, for the sentences of refusals: "tree model".</param>
internal sealed record SealedFile(string Magic, int Version, string Kind)
{
    private const int Seal = 32;

    private int Header => Magic.Length + sizeof(int);

    public void Write(string path, Action<BinaryWriter> body) => WholeFile.Write(path, file => Write(file, body));

    public byte[] ToBytes(Action<BinaryWriter> body)
    {
        using var memory = new MemoryStream();
        Write(memory, body);
        return memory.ToArray();
    }

    /// <summary>Refuses what is not there, is not such a file, of another version, cut short or altered.</summary>
    public Result<T> Read<T>(string path, Func<BinaryReader, T> body)
    {
        if (!File.Exists(path)) return Bad($"{path} does not exist");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Read(file, Path.GetFileName(path), body);
    }

    public Result<T> Read<T>(ReadOnlySpan<byte> bytes, Func<BinaryReader, T> body) => Read(new MemoryStream(bytes.ToArray()), null, body);

    private void Write(Stream stream, Action<BinaryWriter> body)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Encoding.ASCII.GetBytes(Magic));
        writer.Write(Version);
        body(writer);
        writer.Flush();
        stream.Position = 0;
        var sum = SHA256.HashData(stream);
        stream.Write(sum);
    }

    private Result<T> Read<T>(Stream stream, string? name, Func<BinaryReader, T> body)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        if (Encoding.ASCII.GetString(reader.ReadBytes(Magic.Length)) != Magic) return Bad($"{name ?? "this"} is not a Busker {Kind}");
        var subject = name ?? $"the {Kind}";
        if (stream.Length < Header + Seal) return Bad($"{subject} is cut short: {stream.Length} bytes");
        var own = reader.ReadInt32();
        if (own != Version) return Bad($"{subject} has version {own}; this program reads version {Version}");
        if (!IsWhole(stream)) return Bad($"{subject} is cut short or altered: its checksum does not match");
        stream.Position = Header;
        return body(reader);
    }

    private static bool IsWhole(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        stream.Position = 0;
        for (var left = stream.Length - Seal; left > 0;)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        var seal = new byte[Seal];
        stream.ReadExactly(seal);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(seal);
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}

/// <summary>Arrays and named numbers in a sealed file.</summary>
internal static class SealedArrays
{
    private const int Piece = 1 << 24;

    public static void WriteArray<T>(this BinaryWriter writer, T[] values) where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Flush();
        for (var at = 0; at < values.Length; at += Piece)
            writer.BaseStream.Write(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(Piece, values.Length - at))));
    }

    public static T[] ReadArray<T>(this BinaryReader reader) where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        for (var at = 0; at < values.Length; at += Piece)
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(Piece, values.Length - at))));
        return values;
    }

    public static void WriteMetrics(this BinaryWriter writer, IReadOnlyDictionary<string, double> metrics)
    {
        writer.Write(metrics.Count);
        foreach (var (name, value) in metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            writer.Write(name);
            writer.Write(value);
        }
    }

    public static SortedDictionary<string, double> ReadMetrics(this BinaryReader reader)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        for (var n = reader.ReadInt32(); n > 0; n--) metrics[reader.ReadString()] = reader.ReadDouble();
        return metrics;
    }
}
