using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Busker.Rpc.OpenApi;

/// <summary>JSON Schema of every message and enum that is named, each once, under its full proto name.</summary>
internal sealed class SchemaBook
{
    private const string ErrorName = "connect.error";
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal) { [ErrorName] = ErrorSchema() };

    public static JsonObject Error => Reference(ErrorName);

    public JsonObject Of(MessageDescriptor message)
    {
        if (WellKnown(message) is { } known) return known;
        if (_schemas.TryAdd(message.FullName, [])) Fill(_schemas[message.FullName], message);
        return Reference(message.FullName);
    }

    public JsonObject Finish() => new(_schemas.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value)));

    private void Fill(JsonObject schema, MessageDescriptor message)
    {
        var properties = new JsonObject();
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var property = Of(field);
            if (Documentation.Of(field) is { } text) property["description"] = text;
            properties[field.JsonName] = property;
        }

        schema["type"] = "object";
        if (Documentation.Of(message) is { } about) schema["description"] = about;
        schema["properties"] = properties;
        schema["additionalProperties"] = false;
    }

    private JsonObject Of(FieldDescriptor field)
    {
        if (field.IsMap)
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Single(field.MessageType.FindFieldByNumber(2)) };
        return field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = Single(field) } : Single(field);
    }

    private JsonObject Single(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => Of(field.MessageType),
        FieldType.Enum => Of(field.EnumType),
        FieldType.Bool => Type("boolean"),
        FieldType.String => Type("string"),
        FieldType.Bytes => Type("string", ("contentEncoding", "base64")),
        FieldType.Float or FieldType.Double => Type("number"),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Type("string", ("pattern", "^-?[0-9]+$")),
        FieldType.UInt64 or FieldType.Fixed64 => Type("string", ("pattern", "^[0-9]+$")),
        _ => Type("integer"),
    };

    private JsonObject Of(EnumDescriptor type)
    {
        if (_schemas.TryAdd(type.FullName, []))
        {
            var schema = _schemas[type.FullName];
            schema["type"] = "string";
            if (Documentation.Of(type) is { } about) schema["description"] = about;
            schema["enum"] = new JsonArray(type.Values.Select(v => (JsonNode?)v.Name).ToArray());
        }

        return Reference(type.FullName);
    }

    private static JsonObject? WellKnown(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => Type("string", ("format", "date-time")),
        "google.protobuf.Duration" => Type("string", ("pattern", @"^-?[0-9]+(\.[0-9]+)?s$")),
        "google.protobuf.FieldMask" or "google.protobuf.StringValue" or "google.protobuf.BytesValue" => Type("string"),
        "google.protobuf.Int64Value" or "google.protobuf.UInt64Value" => Type("string"),
        "google.protobuf.Int32Value" or "google.protobuf.UInt32Value" => Type("integer"),
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" => Type("number"),
        "google.protobuf.BoolValue" => Type("boolean"),
        "google.protobuf.Struct" or "google.protobuf.Any" => Type("object"),
        "google.protobuf.ListValue" => Type("array"),
        "google.protobuf.Value" => [],
        _ => null,
    };

    private static JsonObject Type(string type, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var schema = new JsonObject { ["type"] = type };
        foreach (var (name, value) in more) schema[name] = value;
        return schema;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject ErrorSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "A refusal: the code for branching, the message for a person, the details for a machine.",
        ["properties"] = new JsonObject
        {
            ["code"] = Type("string"),
            ["message"] = Type("string"),
            ["details"] = new JsonObject { ["type"] = "array", ["items"] = Type("object") },
        },
    };
}
