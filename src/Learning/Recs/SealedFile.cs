using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recs;

/// <summary>
/// A file that says what it is, in which version, and carries the SHA-256 of all of it at its end. Arrays are written as they are in memory
/// (little-endian), so that a gigabyte streams.
/// </summary>
internal static class SealedFile
{
    private const int Seal = 32;

    /// <param name="magic">Eight ASCII letters.</param>
    public static void Write(string path, string magic, int version, Action<BinaryWriter> body) => WholeFile.Write(path, file =>
    {
        using var writer = new BinaryWriter(file, Encoding.UTF8, leaveOpen: true);
        writer.Write(Encoding.ASCII.GetBytes(magic));
        writer.Write(version);
        body(writer);
        writer.Flush();
        file.Position = 0;
        var sum = SHA256.HashData(file);
        file.Write(sum);
    });

    /// <summary>Refuses what is not such a file, is of another version, cut short or altered.</summary>
    /// <param name="kind">What it should be, for the sentence: "recommendation model".</param>
    public static Result<T> Read<T>(string path, string magic, int version, string kind, Func<BinaryReader, T> body)
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(path)) return Bad($"{path} does not exist");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        using var reader = new BinaryReader(file, Encoding.UTF8);
        if (file.Length < magic.Length || Encoding.ASCII.GetString(reader.ReadBytes(magic.Length)) != magic) return Bad($"{name} is not a {kind}");
        if (file.Length < magic.Length + sizeof(int) + Seal) return Bad($"{name} is cut short: {file.Length} bytes");
        var own = reader.ReadInt32();
        if (own != version) return Bad($"{name} has version {own}; this program reads version {version}");
        if (!IsWhole(file)) return Bad($"{name} is cut short or altered: its checksum does not match");
        file.Position = magic.Length + sizeof(int);
        return body(reader);
    }

    private static bool IsWhole(FileStream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        file.Position = 0;
        for (var left = file.Length - Seal; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        var seal = new byte[Seal];
        file.ReadExactly(seal);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(seal);
    }

    public static void WriteArray<T>(this BinaryWriter writer, T[] values) where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Flush();
        const int Piece = 1 << 24;
        for (var at = 0; at < values.Length; at += Piece)
            writer.BaseStream.Write(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(Piece, values.Length - at))));
    }

    public static T[] ReadArray<T>(this BinaryReader reader) where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        const int Piece = 1 << 24;
        for (var at = 0; at < values.Length; at += Piece)
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(Piece, values.Length - at))));
        return values;
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}
