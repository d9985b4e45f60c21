using System.Globalization;
using Busker.Kernel;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Busker.FlagImport.Confidence;

/// <summary>A `ResolverState` from protobuf to the JSON it would be. Fields that matter to no answer are skipped.</summary>
internal static class ConfidenceWire
{
    private const int MaxDepth = 64;

    public static bool IsJson(ReadOnlySpan<byte> content)
    {
        var start = content.TrimStart(" \t\r\n"u8);
        return start.StartsWith("{"u8) || start.StartsWith("\uFEFF"u8);
    }

    public static Result<Node> Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            var bytes = content.ToArray();
            return Node.Of(Message(bytes, IsEnvelope(bytes) ? "Envelope" : "State", 0));
        }
        catch (IOException e)
        {
            return Fault.Invalid("source", $"is neither JSON nor a ResolverState: {e.Message}");
        }
    }

    // The envelope's first field is a whole state; a state's first field is a flag, which begins with its name.
    private static bool IsEnvelope(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        if (input.ReadTag() != 0x0a) return false;
        var inner = new CodedInputStream(input.ReadBytes().ToByteArray());
        return inner.ReadTag() == 0x0a && inner.ReadBytes().Span is var first && !first.StartsWith("flags/"u8);
    }

    private static OrderedDictionary<string, Node> Message(byte[] bytes, string type, int depth)
    {
        if (depth > MaxDepth) throw new IOException($"more than {MaxDepth} levels deep");
        var input = new CodedInputStream(bytes);
        var members = new OrderedDictionary<string, Node>(StringComparer.Ordinal);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (!ConfidenceFields.Known.TryGetValue((type, (int)(tag >> 3)), out var field)) input.SkipLastField();
            else if (!Fits(field.Kind, tag & 7)) throw new IOException($"{type}.{field.Name} has another wire type");
            else Put(members, field, field.Kind == FieldKind.Map ? Entry(input.ReadBytes().ToByteArray(), field, members, depth) : Value(input, field, depth));
        }

        return members;
    }

    private static bool Fits(FieldKind kind, uint wire) => kind switch
    {
        FieldKind.Number or FieldKind.Bool => wire == 0,
        FieldKind.Double => wire == 1,
        _ => wire == 2,
    };

    private static void Put(OrderedDictionary<string, Node> members, Field field, Node value)
    {
        if (!field.Repeated) members[field.Name] = value;
        else if (members.TryGetValue(field.Name, out var list)) ((List<Node>)list.Items).Add(value);
        else members[field.Name] = Node.Of(new List<Node> { value });
    }

    private static Node Value(CodedInputStream input, Field field, int depth)
    {
        switch (field.Kind)
        {
            case FieldKind.Text: return Node.Of(input.ReadString());
            case FieldKind.Bool: return Node.Of(input.ReadBool());
            case FieldKind.Number: return Node.Of(input.ReadInt64());
            case FieldKind.Double: return Node.Of(input.ReadDouble());
            case FieldKind.Bytes: return Node.Of(input.ReadBytes().ToBase64());
            case FieldKind.Struct: return Of(Google.Protobuf.WellKnownTypes.Value.ForStruct(Struct.Parser.ParseFrom(input.ReadBytes())));
            case FieldKind.Time: return Node.Of(Time(Timestamp.Parser.ParseFrom(input.ReadBytes())));
            default: return Node.Of(Message(input.ReadBytes().ToByteArray(), field.Type, depth + 1));
        }
    }

    private static Node Entry(byte[] bytes, Field field, OrderedDictionary<string, Node> members, int depth)
    {
        var map = members.TryGetValue(field.Name, out var known) ? known.Members : new(StringComparer.Ordinal);
        var input = new CodedInputStream(bytes);
        var (key, value) = ("", Array.Empty<byte>());
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag == 0x0a) key = input.ReadString();
            else if (tag == 0x12) value = input.ReadBytes().ToByteArray();
            else input.SkipLastField();
        }

        map[key] = Node.Of(Message(value, field.Type, depth + 1));
        return Node.Of(map);
    }

    private static string Time(Timestamp time) => time.Seconds is < -62135596800 or > 253402300799
        ? "out of range"
        : DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanos / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static Node Of(Value value)
    {
        switch (value.KindCase)
        {
            case Google.Protobuf.WellKnownTypes.Value.KindOneofCase.BoolValue: return Node.Of(value.BoolValue);
            case Google.Protobuf.WellKnownTypes.Value.KindOneofCase.NumberValue: return Node.Of(value.NumberValue);
            case Google.Protobuf.WellKnownTypes.Value.KindOneofCase.StringValue: return Node.Of(value.StringValue);
            case Google.Protobuf.WellKnownTypes.Value.KindOneofCase.ListValue: return Node.Of(value.ListValue.Values.Select(Of).ToList());
            case Google.Protobuf.WellKnownTypes.Value.KindOneofCase.StructValue:
                var members = new OrderedDictionary<string, Node>(StringComparer.Ordinal);
                foreach (var (name, field) in value.StructValue.Fields) members[name] = Of(field);
                return Node.Of(members);
            default: return Node.Null;
        }
    }
}
