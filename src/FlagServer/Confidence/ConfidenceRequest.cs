using System.Globalization;
using System.Text.Json;
using Busker.Flags;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;

namespace Busker.FlagServer.Confidence;

/// <summary>The bodies of resolve and apply, as protobuf JSON has them: lowerCamelCase or as in the contract.</summary>
internal sealed class ConfidenceRequest
{
    public const int MaxFlags = 1000;
    private const string Prefix = "flags/";

    /// <summary>Without their "flags/".</summary>
    public List<string> Flags { get; } = [];

    public List<(string Flag, DateTimeOffset AppliedAt)> Applied { get; } = [];

    public string Secret { get; private set; } = "";

    public bool Apply { get; private set; }

    public byte[] Token { get; private set; } = [];

    public DateTimeOffset? SentAt { get; private set; }

    /// <summary>Null: read.</summary>
    public Refusal? Read(ReadOnlySpan<byte> body, NameCache names, EvaluationContext context)
    {
        var json = new Utf8JsonReader(body, ContextReader.Options);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return Refusal.Parse("the body must be a JSON object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.GetString()!.Replace("_", "", StringComparison.Ordinal);
                json.Read();
                if (Member(name, ref json, names, context) is { } refusal) return refusal;
            }

            return json.Read() ? Refusal.Parse("something follows the JSON object") : null;
        }
        catch (JsonException e)
        {
            return Envelope.Broken(e);
        }
        catch (FormatException e)
        {
            return Refusal.Parse(e.Message);
        }
        catch (InvalidOperationException)
        {
            return Envelope.NotText(json.TokenStartIndex);
        }
    }

    private Refusal? Member(string name, ref Utf8JsonReader json, NameCache names, EvaluationContext context)
    {
        if (name.Equals("evaluationContext", StringComparison.OrdinalIgnoreCase)) return new ContextReader(names).Read(ref json, context);
        if (name == "flags") return ReadFlags(ref json);
        if (name == "apply" && json.TokenType is JsonTokenType.True or JsonTokenType.False) Apply = json.GetBoolean();
        else if (json.TokenType == JsonTokenType.String)
        {
            var text = json.GetString()!;
            if (name.Equals("clientSecret", StringComparison.OrdinalIgnoreCase)) Secret = text;
            else if (name.Equals("resolveToken", StringComparison.OrdinalIgnoreCase)) Token = Convert.FromBase64String(text);
            else if (name.Equals("sendTime", StringComparison.OrdinalIgnoreCase)) SentAt = Time(text);
        }
        else json.Skip();
        return null;
    }

    // Names to resolve, or what was applied and when.
    private Refusal? ReadFlags(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray) return Refusal.Parse("flags must be a list");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (Flags.Count + Applied.Count == MaxFlags) return Refusal.Parse($"a request names at most {MaxFlags} flags");
            if (json.TokenType == JsonTokenType.String) Flags.Add(Bare(json.GetString()!));
            else if (json.TokenType == JsonTokenType.StartObject) Applied.Add(ReadApplied(ref json));
            else return Refusal.Parse("flags must hold names, or objects with flag and applyTime");
        }

        return null;
    }

    private static (string, DateTimeOffset) ReadApplied(ref Utf8JsonReader json)
    {
        var (flag, at) = ("", DateTimeOffset.MinValue);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (name == "flag") flag = Bare(json.GetString()!);
            else if (name is "applyTime" or "apply_time") at = Time(json.GetString()!);
            else json.Skip();
        }

        return (flag, at);
    }

    private static string Bare(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
            : throw new FormatException($"\"{text}\" is not a time such as 2026-11-21T12:00:00Z");
}
