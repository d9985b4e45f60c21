using System.Security.Cryptography;
using System.Text;
using Busker.Kernel;

namespace Busker.Learning.Trees;

/// <summary>
/// A model as bytes: magic, version, columns, link, base score, training fingerprint, metrics, trees; SHA-256 over all of it
/// at the end. The same model gives the same bytes; little-endian.
/// </summary>
public static class ModelFile
{
    private const string Magic = "BUSKTREE";

    /// <summary>Of the file format.</summary>
    public const int Version = 1;

    /// <summary>The model with its schema, fingerprint, metrics and checksum; equal models give equal bytes.</summary>
    public static byte[] Write(TreeModel model)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(Encoding.ASCII.GetBytes(Magic));
        writer.Write(Version);
        writer.Write(model.Features.Length);
        foreach (var name in model.Features) writer.Write(name);
        writer.Write((byte)model.Link);
        writer.Write(model.BaseScore);
        writer.Write(model.Fingerprint);
        writer.Write(model.Metrics.Count);
        foreach (var (name, value) in model.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Write(model.Trees.Count);
        foreach (var tree in model.Trees) WriteTree(writer, tree);
        writer.Flush();
        var body = memory.ToArray();
        return [.. body, .. SHA256.HashData(body)];
    }

    /// <summary>Refuses what is cut short, altered, not a model, or of another version.</summary>
    public static Result<TreeModel> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || !bytes[..8].SequenceEqual(Encoding.ASCII.GetBytes(Magic))) return Bad("this is not a Busker tree model");
        if (bytes.Length < 12 + 32) return Bad($"the model file is cut short: {bytes.Length} bytes");
        var version = BitConverter.ToInt32(bytes[8..12]);
        if (version != Version) return Bad($"the model file has version {version}; this program reads version {Version}");
        if (!SHA256.HashData(bytes[..^32]).AsSpan().SequenceEqual(bytes[^32..]))
        {
            return Bad("the model file is cut short or altered: its checksum does not match");
        }

        using var reader = new BinaryReader(new MemoryStream(bytes[12..^32].ToArray()), Encoding.UTF8);
        return ReadBody(reader);
    }

    private static TreeModel ReadBody(BinaryReader reader)
    {
        var features = new string[reader.ReadInt32()];
        for (var f = 0; f < features.Length; f++) features[f] = reader.ReadString();
        var link = (Link)reader.ReadByte();
        var baseScore = reader.ReadDouble();
        var fingerprint = reader.ReadString();
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        for (var n = reader.ReadInt32(); n > 0; n--) metrics[reader.ReadString()] = reader.ReadDouble();
        var trees = new Tree[reader.ReadInt32()];
        for (var t = 0; t < trees.Length; t++) trees[t] = ReadTree(reader);
        return new TreeModel(features, baseScore, link, trees) { Fingerprint = fingerprint, Metrics = metrics };
    }

    private static void WriteTree(BinaryWriter writer, Tree tree)
    {
        writer.Write(tree.Nodes);
        for (var n = 0; n < tree.Nodes; n++)
        {
            writer.Write(tree.Feature[n]);
            writer.Write(tree.Threshold[n]);
            writer.Write(tree.Left[n]);
            writer.Write(tree.Right[n]);
            writer.Write((byte)tree.Traits[n]);
            writer.Write(tree.Value[n]);
            writer.Write(tree.Cover[n]);
            writer.Write(tree.Gain[n]);
            writer.Write(tree.Categories[n]?.Length ?? -1);
            foreach (var code in tree.Categories[n] ?? []) writer.Write(code);
        }
    }

    private static Tree ReadTree(BinaryReader reader)
    {
        var draft = new TreeArrays(reader.ReadInt32());
        for (var n = 0; n < draft.Nodes; n++)
        {
            draft.Feature[n] = reader.ReadInt32();
            draft.Threshold[n] = reader.ReadDouble();
            draft.Left[n] = reader.ReadInt32();
            draft.Right[n] = reader.ReadInt32();
            draft.Traits[n] = (NodeTraits)reader.ReadByte();
            draft.Value[n] = reader.ReadDouble();
            draft.Cover[n] = reader.ReadDouble();
            draft.Gain[n] = reader.ReadDouble();
            var codes = reader.ReadInt32();
            if (codes < 0) continue;
            var set = draft.Categories[n] = new int[codes];
            for (var i = 0; i < codes; i++) set[i] = reader.ReadInt32();
        }

        return draft.ToTree();
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}
