using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Busker.Kernel;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;
using Busker.Learning.Trees;

namespace Busker.Learning.Recs;

/// <summary>A recommendation model on disk: item ids (its schema), fingerprint, measures, generators, weights and the learnt blend.</summary>
public static class RecsModelFile
{
    public const int Version = 1;

    private static readonly SealedFile Format = new("BUSKRECS", Version, "recommendation model");

    public static void Write(string path, RecsModel model) => Format.Write(path, writer =>
    {
        writer.Write(model.Fingerprint);
        writer.WriteArray(model.ItemIds);
        writer.WriteMetrics(model.Metrics);
        writer.WriteArray(model.Popularity);
        writer.WriteArray([.. model.Weights]);
        foreach (var part in model.Parts) GeneratorFiles.Write(writer, part);
        writer.Write(model.Learned is not null);
        model.Learned?.Write(writer);
    });

    public static Result<RecsModel> Read(string path) => Format.Read(path, reader =>
    {
        var fingerprint = reader.ReadString();
        var ids = reader.ReadArray<int>();
        var metrics = reader.ReadMetrics();
        var popularity = reader.ReadArray<int>();
        var weights = reader.ReadArray<float>();
        var parts = new IGenerator[weights.Length];
        for (var p = 0; p < parts.Length; p++) parts[p] = GeneratorFiles.Read(reader);
        var learned = reader.ReadBoolean() ? LearnedBlend.Read(reader) : null;
        return new RecsModel(parts, weights, learned, popularity) { Fingerprint = fingerprint, Metrics = metrics, ItemIds = ids };
    });

    /// <summary>Refuses a model whose items are not those of the data, naming the first that differs.</summary>
    public static Fault? Mismatch(RecsModel model, int[] itemIds)
    {
        if (model.ItemIds.Length != itemIds.Length)
            return new Fault(Code.InvalidArgument, "LEARNING_BAD_MODEL", $"the model knows {model.ItemIds.Length} items where the data has {itemIds.Length}", "item");
        for (var i = 0; i < itemIds.Length; i++)
            if (itemIds[i] != model.ItemIds[i]) return new Fault(Code.InvalidArgument, "LEARNING_BAD_MODEL", $"item {i + 1} of the model is {model.ItemIds[i]}, of the data {itemIds[i]}", "item");
        return null;
    }

    /// <summary>SHA-256 over who heard what, to say later which data a model came from.</summary>
    public static string Fingerprint(Interactions data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(data.Starts.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(data.Columns.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(data.Weights.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
