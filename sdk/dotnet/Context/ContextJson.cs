using System.Text.Json;
using Busker.Kernel;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Flags;

/// <summary>Reads a context from JSON text, a JSON element or a protobuf Struct.</summary>
public static class ContextJson
{
    public static Result<EvaluationContext> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = EvaluationContext.MaxDepth });
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            return Refused($"the context is not JSON: {e.Message}");
        }
    }

    public static Result<EvaluationContext> Read(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? Members(element)
            : Refused($"the context must be a JSON object, not {element.ValueKind}");

    public static EvaluationContext Read(Struct source)
    {
        var context = new EvaluationContext();
        foreach (var (key, value) in source.Fields) context.Set(key, Of(value));
        return context;
    }

    public static AttributeValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => AttributeValue.Of(true),
        JsonValueKind.False => AttributeValue.Of(false),
        JsonValueKind.Number => AttributeValue.Of(element.GetDouble()),
        JsonValueKind.String => AttributeValue.Of(Text(element)),
        JsonValueKind.Array => AttributeValue.Of([.. element.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => AttributeValue.Of(Members(element)),
        _ => AttributeValue.Null,
    };

    private static AttributeValue Of(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.BoolValue => AttributeValue.Of(value.BoolValue),
        Value.KindOneofCase.NumberValue => AttributeValue.Of(value.NumberValue),
        Value.KindOneofCase.StringValue => AttributeValue.Of(value.StringValue),
        Value.KindOneofCase.ListValue => AttributeValue.Of([.. value.ListValue.Values.Select(Of)]),
        Value.KindOneofCase.StructValue => AttributeValue.Of(Read(value.StructValue)),
        _ => AttributeValue.Null,
    };

    private static EvaluationContext Members(JsonElement element)
    {
        var context = new EvaluationContext();
        foreach (var member in element.EnumerateObject()) context.Set(member.Name, Of(member.Value));
        return context;
    }

    // A lone surrogate cannot be a .NET string from JSON; it reads as U+FFFD, as it would be hashed.
    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return JsonText.Unescape(element.GetRawText());
        }
    }

    private static Fault Refused(string message) => new(Code.InvalidArgument, "INVALID_CONTEXT", message, "context");
}
