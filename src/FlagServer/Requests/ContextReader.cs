using System.Text.Json;
using Busker.Flags;
using Busker.FlagServer.Serving;

namespace Busker.FlagServer.Requests;

/// <summary>
/// Reads an evaluation context straight from the request's bytes. What a stranger can make it cost is bounded: nesting,
/// number of values and length of text have limits, and text must be Unicode.
/// </summary>
internal ref struct ContextReader(NameCache names)
{
    public const int MaxValues = 10_000;
    public const int MaxTextBytes = 16_384;

    /// <summary>Deeper than any context may be, so that too deep can be told from broken.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    private int _values;
    private int _depth;
    private Refusal? _refusal;

    /// <summary>The reader stands on the first token of the value, and afterwards on its last. Null: read into the context.</summary>
    public Refusal? Read(ref Utf8JsonReader json, EvaluationContext into)
    {
        if (json.TokenType == JsonTokenType.StartObject) Members(ref json, into);
        else _refusal = Refusal.Context("the context must be a JSON object");
        return _refusal;
    }

    /// <summary>OpenFeature spells the unit "targetingKey"; flags find it under either name.</summary>
    public static void NameUnit(EvaluationContext context)
    {
        var key = context.Get("targetingKey");
        if (key.Kind != AttributeKind.Missing) context.Set(EvaluationContext.TargetingKey, key);
    }

    private void Members(ref Utf8JsonReader json, EvaluationContext into)
    {
        if (++_depth > EvaluationContext.MaxDepth)
        {
            _refusal = Refusal.Context($"the context is nested more than {EvaluationContext.MaxDepth} deep");
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueIsEscaped ? json.GetString()! : names.Of(json.ValueSpan);
            json.Read();
            var value = Value(ref json);
            if (_refusal is not null) return;
            into.Set(name, value);
        }

        _depth--;
    }

    private AttributeValue Value(ref Utf8JsonReader json)
    {
        if (++_values > MaxValues)
        {
            _refusal = Refusal.Context($"the context has more than {MaxValues} values");
            return default;
        }

        switch (json.TokenType)
        {
            case JsonTokenType.String: return Text(ref json);
            case JsonTokenType.Number: return AttributeValue.Of(json.GetDouble());
            case JsonTokenType.True: return AttributeValue.Of(true);
            case JsonTokenType.False: return AttributeValue.Of(false);
            case JsonTokenType.StartArray: return List(ref json);
            case JsonTokenType.StartObject:
                var inner = new EvaluationContext();
                Members(ref json, inner);
                return AttributeValue.Of(inner);
            default: return AttributeValue.Null;
        }
    }

    private AttributeValue Text(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length <= MaxTextBytes) return AttributeValue.Of(json.GetString());
        _refusal = Refusal.Context($"a text of the context is longer than {MaxTextBytes} bytes (at byte {json.TokenStartIndex})");
        return default;
    }

    private AttributeValue List(ref Utf8JsonReader json)
    {
        if (++_depth > EvaluationContext.MaxDepth)
        {
            _refusal = Refusal.Context($"the context is nested more than {EvaluationContext.MaxDepth} deep");
            return default;
        }

        var items = new List<AttributeValue>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Value(ref json));
            if (_refusal is not null) return default;
        }

        _depth--;
        return AttributeValue.Of([.. items]);
    }
}
