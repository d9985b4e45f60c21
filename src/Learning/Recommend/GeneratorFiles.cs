using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>How each generator is written into a model file and read back.</summary>
internal static class GeneratorFiles
{
    public static void Write(BinaryWriter writer, IGenerator generator)
    {
        switch (generator)
        {
            case Ials ials: writer.Write((byte)1); ials.Write(writer); break;
            case Ease ease: writer.Write((byte)2); ease.Write(writer); break;
            case ItemModel model: writer.Write((byte)3); model.Write(writer); break;
            case Plain plain: writer.Write((byte)4); Write(writer, plain.Inner); break;
            default: throw new ArgumentException($"{generator.Name} cannot be written", nameof(generator));
        }
    }

    public static IGenerator Read(BinaryReader reader) => reader.ReadByte() switch
    {
        1 => Ials.Read(reader),
        2 => Ease.Read(reader),
        3 => ItemModel.Read(reader),
        4 => new Plain(Read(reader)),
        var kind => throw new InvalidDataException($"generator kind {kind} is not known"),
    };
}

public sealed partial class Ials
{
    internal void Write(BinaryWriter writer)
    {
        writer.Write(_settings.Dimensions);
        writer.Write(_settings.Unobserved);
        writer.Write(_settings.Regularization);
        writer.Write(_settings.FrequencyScaling);
        writer.Write(_confidence.Alpha ?? -1);
        writer.Write(_confidence.Median);
        writer.Write(_confidence.Mean);
        writer.WriteArray(UserFactors);
        writer.WriteArray(ItemFactors);
        writer.WriteArray(_itemGram);
    }

    internal static Ials Read(BinaryReader reader)
    {
        var settings = new IalsSettings(reader.ReadInt32(), reader.ReadSingle(), reader.ReadSingle(), reader.ReadSingle());
        var alpha = reader.ReadSingle();
        var confidence = new PlayConfidence(alpha < 0 ? null : alpha, reader.ReadSingle(), reader.ReadSingle());
        return new Ials(settings with { Confidence = confidence.Alpha }, confidence, reader.ReadArray<float>(), reader.ReadArray<float>(), reader.ReadArray<float>());
    }
}

public sealed partial class Ease
{
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Items);
        writer.WriteArray(_weights);
    }

    internal static Ease Read(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadArray<float>());
}

public sealed partial class ItemModel
{
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(Items);
        writer.WriteArray(_starts);
        writer.WriteArray(_columns);
        writer.WriteArray(_weights);
    }

    internal static ItemModel Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadInt32(), reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<float>());
}
