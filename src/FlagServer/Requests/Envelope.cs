using System.Text.Json;
using Busker.Flags;
using Busker.FlagServer.Serving;

namespace Busker.FlagServer.Requests;

/// <summary>The bodies of OFREP ({"context"}) and flagd ({"flagKey", "context"}): members that are not known are passed over.</summary>
internal static class Envelope
{
    /// <summary>Null: read. An empty body is an empty context.</summary>
    public static Refusal? Read(ReadOnlySpan<byte> body, NameCache names, EvaluationContext context, out string? flagKey)
    {
        flagKey = null;
        if (body.IsEmpty) return null;
        var json = new Utf8JsonReader(body, ContextReader.Options);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return Refusal.Parse("the body must be a JSON object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("context"u8))
                {
                    json.Read();
                    if (new ContextReader(names).Read(ref json, context) is { } refusal) return refusal;
                }
                else if (json.ValueTextEquals("flagKey"u8) || json.ValueTextEquals("flag_key"u8))
                {
                    json.Read();
                    if (json.TokenType != JsonTokenType.String) return Refusal.Parse("flagKey must be a string");
                    flagKey = json.GetString();
                }
                else if (!json.TrySkip()) return Refusal.Parse("the body ends in the middle");
            }

            if (json.Read()) return Refusal.Parse("something follows the JSON object");
        }
        catch (JsonException e)
        {
            return Broken(e);
        }
        catch (InvalidOperationException)
        {
            return NotText(json.TokenStartIndex);
        }

        ContextReader.NameUnit(context);
        return null;
    }

    public static Refusal Broken(JsonException e) =>
        Refusal.Parse($"the body is not JSON (line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1})");

    public static Refusal NotText(long at) => Refusal.Context($"a text is not Unicode: a lone surrogate or a broken UTF-8 sequence at byte {at}");
}
