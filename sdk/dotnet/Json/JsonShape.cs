using System.Text;
using Google.Protobuf.Reflection;

namespace Busker.Flags.Json;

/// <summary>A message as its JSON is met: its fields by name, with what they are on the wire.</summary>
internal sealed class JsonShape
{
    private readonly MessageDescriptor _message;
    private JsonField[]? _fields;

    private JsonShape(MessageDescriptor message) => _message = message;

    public string Name => _message.Name;

    /// <summary>google.protobuf.Value, Struct or ListValue: their JSON is any JSON.</summary>
    public string AnyJson => _message.File.Name == "google/protobuf/struct.proto" ? _message.Name : "";

    // Made when the message is first met: most states hold few of them.
    private JsonField[] Fields => _fields ??= [.. _message.Fields.InDeclarationOrder().Select((f, i) => new JsonField(f, i))];

    public static JsonShape Of(MessageDescriptor message) => new(message);

    /// <param name="hint">Where to look first: after the field before, as fields are usually written in their order.</param>
    public JsonField? Find(ReadOnlySpan<byte> name, int hint)
    {
        var fields = Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[hint + i < fields.Length ? hint + i : hint + i - fields.Length];
            if (name.SequenceEqual(field.JsonName)) return field;
        }

        var own = Encoding.UTF8.GetString(name);
        return Array.Find(fields, f => f.OwnName == own);
    }
}

internal sealed class JsonField
{
    private readonly FieldDescriptor _field;
    private readonly Lock _gate = new();
    private JsonShape? _message;

    public JsonField(FieldDescriptor field, int index)
    {
        (_field, Index) = (field, index);
        JsonName = Encoding.UTF8.GetBytes(field.JsonName);
        Type = field.FieldType;
        Number = field.FieldNumber;
        IsRepeated = field.IsRepeated && !field.IsMap;
        IsMap = field.IsMap;
        OneofBit = field.RealContainingOneof is { } oneof ? 1u << oneof.Index : 0;
        if (Type == FieldType.Enum) Words = [.. field.EnumType.Values.Select(v => (Encoding.UTF8.GetBytes(v.Name), v.Number))];
    }

    public int Index { get; }
    public byte[] JsonName { get; }
    public string OwnName => _field.Name;
    public FieldType Type { get; }
    public int Number { get; }
    public bool IsRepeated { get; }
    public bool IsMap { get; }
    public uint OneofBit { get; }

    /// <summary>An enum's words.</summary>
    public (byte[] Word, int Number)[] Words { get; } = [];

    /// <summary>What a message field holds; of a map, its entry.</summary>
    public JsonShape Message
    {
        get
        {
            lock (_gate) return _message ??= JsonShape.Of(_field.MessageType);
        }
    }

    public JsonField MapValue => Message.Find("value"u8, 1)!;
}
