using Busker.Experiments.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Flags.Fuzzing;

/// <summary>One field of a state made wrong: taken away, doubled, or given a strange value.</summary>
internal static class FuzzDamage
{
    public static FlagState To(FlagState state, FuzzRandom random)
    {
        var broken = state.Clone();
        if (random.OneIn(12))
        {
            broken.Attributes.Add(new AttributeDeclaration { Path = random.Of(FuzzTargeting.Attributes), Type = (AttributeType)random.Below(6) });
            return broken;
        }

        var places = new List<(IMessage Message, FieldDescriptor Field)>();
        Collect(broken, places);
        var (message, field) = places[random.Below(places.Count)];
        if (field.IsRepeated && !field.IsMap && random.OneIn(2))
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            list.Add(list[0]);
        }
        else if (field.IsRepeated || random.OneIn(3) || Strange(field, random) is not { } strange) field.Accessor.Clear(message);
        else field.Accessor.SetValue(message, strange);
        return broken;
    }

    private static object? Strange(FieldDescriptor field, FuzzRandom random) => field.FieldType switch
    {
        FieldType.String => random.Of("", "nope", "f0", "(a", "v9", "x\u0001", "s0", "a..b"),
        FieldType.UInt32 => random.Of(0u, 7u, uint.MaxValue),
        FieldType.Int64 or FieldType.SInt64 => random.Of(0L, -1L, long.MaxValue, long.MinValue, 1L << 53, (1L << 53) + 1),
        FieldType.UInt64 => random.Of(0ul, 1ul << 40, ulong.MaxValue),
        FieldType.Double => random.Of(double.NaN, double.NegativeInfinity, 0.5),
        FieldType.Bool => random.OneIn(2),
        FieldType.Bytes => ByteString.CopyFrom(1, 2, 3),
        FieldType.Enum => random.Below(12),
        _ => null,
    };

    // Every field that is set. Values of variants too, but not what is within them.
    private static void Collect(IMessage message, List<(IMessage, FieldDescriptor)> places)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (field.IsMap) continue;
            if (value is System.Collections.IList list)
            {
                if (list.Count > 0) places.Add((message, field));
                foreach (var item in list.OfType<IMessage>()) Collect(item, places);
            }
            else if (field.FieldType != FieldType.Message) places.Add((message, field));
            else if (value is IMessage inner)
            {
                places.Add((message, field));
                if (inner is not Google.Protobuf.WellKnownTypes.Value) Collect(inner, places);
            }
        }
    }
}
