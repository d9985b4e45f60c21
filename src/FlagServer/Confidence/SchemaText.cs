using System.Text.Json;
using Busker.Experiments.V1;
using Busker.FlagServer.Ofrep;

namespace Busker.FlagServer.Confidence;

/// <summary>A flag's schema as Confidence spells it. Its flags are structs: a flag of another type is a struct with one field, "value".</summary>
internal static class SchemaText
{
    public static byte[] Of(ValueSchema schema)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OfrepText.Plain))
        {
            if (schema.TypeCase == ValueSchema.TypeOneofCase.Struct) Struct(json, schema.Struct);
            else
            {
                json.WriteStartObject();
                json.WriteStartObject("schema");
                json.WritePropertyName("value");
                Write(json, schema);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        return bytes.ToArray();
    }

    private static void Struct(Utf8JsonWriter json, ValueSchema.Types.Struct source)
    {
        json.WriteStartObject();
        json.WriteStartObject("schema");
        foreach (var (name, field) in source.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            Write(json, field);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ValueSchema schema)
    {
        json.WriteStartObject();
        switch (schema.TypeCase)
        {
            case ValueSchema.TypeOneofCase.Struct:
                json.WritePropertyName("structSchema");
                Struct(json, schema.Struct);
                break;
            case ValueSchema.TypeOneofCase.List:
                json.WriteStartObject("listSchema");
                json.WritePropertyName("elementSchema");
                Write(json, schema.List.Element);
                json.WriteEndObject();
                break;
            default:
                if (Name(schema.Scalar) is { } name)
                {
                    json.WriteStartObject(name);
                    json.WriteEndObject();
                }

                break;
        }

        json.WriteEndObject();
    }

    // Any JSON has no name there, and is left open.
    private static string? Name(ValueSchema.Types.Scalar scalar) => scalar switch
    {
        ValueSchema.Types.Scalar.Bool => "boolSchema",
        ValueSchema.Types.Scalar.Int => "intSchema",
        ValueSchema.Types.Scalar.Double => "doubleSchema",
        ValueSchema.Types.Scalar.String => "stringSchema",
        _ => null,
    };
}
