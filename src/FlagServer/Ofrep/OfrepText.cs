using System.Text.Encodings.Web;
using System.Text.Json;
using Busker.Flags;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Google.Protobuf.WellKnownTypes;

namespace Busker.FlagServer.Ofrep;

/// <summary>How OFREP 0.3 writes answers and refusals.</summary>
internal static class OfrepText
{
    // What is served is JSON and never part of a page.
    public static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Without a value the caller uses its own default.</summary>
    public static Piece Success(FlagAnswers flag, CompiledVariant? variant, string reason) => new(Write(json =>
    {
        json.WriteString("key", flag.Name);
        json.WriteString("reason", reason);
        if (variant is not null)
        {
            json.WriteString("variant", variant.Name);
            if (variant.Value.KindCase != Value.KindOneofCase.NullValue)
            {
                json.WritePropertyName("value");
                json.WriteRawValue(variant.Json.Span);
            }
        }

        json.WriteStartObject("metadata");
        Metadata(json, flag.Metadata(variant));
        json.WriteEndObject();
    }));

    public static Piece Failure(string? key, int status, string code, string details) => new(Write(json =>
    {
        if (key is not null) json.WriteString("key", key);
        json.WriteString("errorCode", code);
        json.WriteString("errorDetails", details);
    }), status);

    /// <summary>The shape its status has: 400 and 404 say a code, the others details alone.</summary>
    public static Piece Of(Refusal refusal, string? key) => refusal.Status is 400 or 404
        ? Failure(key, refusal.Status, refusal.Code, refusal.Message)
        : new(Write(json => json.WriteString("errorDetails", refusal.Message)), refusal.Status);

    public static void Metadata(Utf8JsonWriter json, IEnumerable<(string Key, Value Value)> metadata)
    {
        foreach (var (key, value) in metadata)
        {
            if (value.KindCase == Value.KindOneofCase.BoolValue) json.WriteBoolean(key, value.BoolValue);
            else if (value.KindCase == Value.KindOneofCase.NumberValue) json.WriteNumber(key, value.NumberValue);
            else json.WriteString(key, value.StringValue);
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
