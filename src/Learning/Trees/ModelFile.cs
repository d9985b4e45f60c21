using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>A model as bytes: columns, link, base score, training fingerprint, metrics, words of categories and trees, sealed.</summary>
public static class ModelFile
{
    /// <summary>Of the file format.</summary>
    public const int Version = 2;

    private static readonly SealedFile Format = new("BUSKTREE", Version, "tree model");

    /// <summary>The model with its schema, fingerprint, metrics and checksum; equal models give equal bytes.</summary>
    public static byte[] Write(TreeModel model) => Format.ToBytes(writer =>
    {
        writer.Write(model.Features.Length);
        foreach (var name in model.Features) writer.Write(name);
        writer.Write((byte)model.Link);
        writer.Write(model.BaseScore);
        writer.Write(model.Fingerprint);
        writer.WriteMetrics(model.Metrics);
        writer.Write(model.Words.Count);
        foreach (var (column, words) in model.Words.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            writer.Write(column);
            writer.Write(words.Length);
            foreach (var word in words) writer.Write(word);
        }

        writer.Write(model.Trees.Count);
        foreach (var tree in model.Trees) WriteTree(writer, tree);
    });

    /// <summary>Refuses what is not there, cut short, altered, not a model, or of another version.</summary>
    public static Result<TreeModel> Read(string path) => Format.Read(path, Body);

    /// <summary>Refuses what is cut short, altered, not a model, or of another version.</summary>
    public static Result<TreeModel> Read(ReadOnlySpan<byte> bytes) => Format.Read(bytes, Body);

    private static TreeModel Body(BinaryReader reader)
    {
        var features = new string[reader.ReadInt32()];
        for (var f = 0; f < features.Length; f++) features[f] = reader.ReadString();
        var link = (Link)reader.ReadByte();
        var baseScore = reader.ReadDouble();
        var fingerprint = reader.ReadString();
        var metrics = reader.ReadMetrics();
        var words = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        for (var n = reader.ReadInt32(); n > 0; n--)
        {
            var own = words[reader.ReadString()] = new string[reader.ReadInt32()];
            for (var w = 0; w < own.Length; w++) own[w] = reader.ReadString();
        }

        var trees = new Tree[reader.ReadInt32()];
        for (var t = 0; t < trees.Length; t++) trees[t] = ReadTree(reader);
        return new TreeModel(features, baseScore, link, trees) { Fingerprint = fingerprint, Metrics = metrics, Words = words };
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
}
