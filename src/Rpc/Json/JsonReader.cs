using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Busker.Kernel;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc.Json;

/// <summary>
/// proto3 JSON into a message. Strict where a mistake would pass unseen: unknown and repeated names, numbers out of range
/// and unknown enum names are refused, each with the path of the field (<c>plans[2].price.amountMinor</c>).
/// </summary>
internal sealed class JsonReader
{
    private const int DepthMax = 64;
    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> Names = new();
    private readonly List<string> _path = [];

    public static Result<T> Read<T>(ReadOnlySequence<byte> body, MessageParser<T> parser) where T : class, IMessage<T>
    {
        var bytes = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            var message = parser.ParseFrom(ReadOnlySpan<byte>.Empty);
            if (!json.Read()) return Malformed("The body is empty; send {} for a request without fields.");
            new JsonReader().ReadRoot(ref json, message);
            json.Read(); // anything after the end is a mistake, and throws
            return message;
        }
        catch (JsonRefusal e)
        {
            return e.ToFault();
        }
        catch (JsonException e)
        {
            return Malformed($"The body is not JSON: {e.Message}");
        }
    }

    private void ReadRoot(ref Utf8JsonReader json, IMessage message)
    {
        if (WellKnown.IsSpecial(message.Descriptor)) message.MergeFrom(ReadSpecial(ref json, message.Descriptor).ToByteString());
        else ReadMessage(ref json, message);
    }

    private void ReadMessage(ref Utf8JsonReader json, IMessage message)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw Wrong("FIELD_INVALID", $"expected an object, got {Kind(json)}");
        var fields = Names.GetOrAdd(message.Descriptor, NamesOf);
        var seen = new HashSet<int>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref json);
            _path.Add(_path.Count == 0 ? name : "." + name);
            if (!fields.TryGetValue(name, out var field)) throw Wrong("FIELD_UNKNOWN", $"{message.Descriptor.Name} has no such field");
            if (!seen.Add(field.FieldNumber)) throw Wrong("FIELD_INVALID", "is given twice");
            json.Read();
            if (json.TokenType != JsonTokenType.Null || IsAnyValue(field)) ReadField(ref json, message, field);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void ReadField(ref Utf8JsonReader json, IMessage message, FieldDescriptor field)
    {
        if (field.RealContainingOneof?.Accessor.GetCaseFieldDescriptor(message) is { } other)
            throw Wrong("FIELD_INVALID", $"cannot be given together with {other.JsonName}");
        if (field.IsMap) ReadMap(ref json, field, (IDictionary)field.Accessor.GetValue(message));
        else if (field.IsRepeated) ReadList(ref json, field, (IList)field.Accessor.GetValue(message));
        else field.Accessor.SetValue(message, ReadValue(ref json, field));
    }

    private void ReadList(ref Utf8JsonReader json, FieldDescriptor field, IList target)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw Wrong("FIELD_INVALID", $"expected a list, got {Kind(json)}");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            _path.Add($"[{target.Count}]");
            if (json.TokenType == JsonTokenType.Null && !IsAnyValue(field)) throw Wrong("FIELD_INVALID", "a list cannot hold null");
            target.Add(ReadValue(ref json, field));
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void ReadMap(ref Utf8JsonReader json, FieldDescriptor field, IDictionary target)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw Wrong("FIELD_INVALID", $"expected an object, got {Kind(json)}");
        var (key, value) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref json);
            _path.Add($"[\"{name}\"]");
            var at = Scalars.FromText(key.FieldType, name) ?? throw Wrong("FIELD_INVALID", "is not a key of this map");
            if (target.Contains(at)) throw Wrong("FIELD_INVALID", "is given twice");
            json.Read();
            if (json.TokenType == JsonTokenType.Null && !IsAnyValue(value)) throw Wrong("FIELD_INVALID", "a map cannot hold null");
            target[at] = ReadValue(ref json, value);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private object ReadValue(ref Utf8JsonReader json, FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message || field.FieldType == FieldType.Group)
        {
            if (WellKnown.IsWrapper(field.MessageType)) return ReadScalar(ref json, field.MessageType.FindFieldByNumber(1));
            if (WellKnown.IsSpecial(field.MessageType)) return ReadSpecial(ref json, field.MessageType);
            var message = field.MessageType.Parser.ParseFrom(ByteString.Empty);
            ReadMessage(ref json, message);
            return message;
        }

        return ReadScalar(ref json, field);
    }

    private object ReadScalar(ref Utf8JsonReader json, FieldDescriptor field)
    {
        var value = json.TokenType switch
        {
            JsonTokenType.True or JsonTokenType.False when field.FieldType == FieldType.Bool => json.GetBoolean(),
            JsonTokenType.String when field.FieldType == FieldType.Enum => field.EnumType.FindValueByName(Text(ref json))?.Number,
            JsonTokenType.String when field.FieldType == FieldType.String => Text(ref json),
            JsonTokenType.String when field.FieldType == FieldType.Bytes => Scalars.Bytes(Text(ref json)),
            JsonTokenType.String when field.FieldType != FieldType.Bool => Scalars.FromText(field.FieldType, Text(ref json)),
            JsonTokenType.Number => Scalars.FromNumber(field.FieldType, json.ValueSpan),
            _ => (object?)null,
        };
        return value ?? throw Wrong("FIELD_INVALID", $"expected {Scalars.Describe(field)}, got {Kind(json)}");
    }

    /// <summary>Timestamp, Struct and their like: read by Google.Protobuf from the value's own text.</summary>
    private IMessage ReadSpecial(ref Utf8JsonReader json, MessageDescriptor type)
    {
        using var value = JsonDocument.ParseValue(ref json);
        try
        {
            return JsonParser.Default.Parse(value.RootElement.GetRawText(), type);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or InvalidOperationException)
        {
            throw Wrong("FIELD_INVALID", $"is not a {type.Name}: {e.Message}");
        }
    }

    private string Text(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("FIELD_INVALID", "is not valid UTF-8 text");
        }
    }

    /// <summary>A field answers to its JSON name and to its name in the proto.</summary>
    private static FrozenDictionary<string, FieldDescriptor> NamesOf(MessageDescriptor type)
    {
        var names = new Dictionary<string, FieldDescriptor>(StringComparer.Ordinal);
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            names[field.JsonName] = field;
            names[field.Name] = field;
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static bool IsAnyValue(FieldDescriptor field) =>
        field.FieldType == FieldType.Message && !field.IsRepeated && field.MessageType.FullName == "google.protobuf.Value";

    private static string Kind(in Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a truth value",
    };

    private JsonRefusal Wrong(string reason, string message) => new(reason, string.Concat(_path), message);

    private static Fault Malformed(string message) => new(Code.InvalidArgument, "MALFORMED_BODY", message);
}
