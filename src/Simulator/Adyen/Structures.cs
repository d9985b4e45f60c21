using System.Collections.Frozen;
using System.Text.Json;

namespace Busker.Simulator.Adyen;

/// <summary>The fields that each of Adyen's requests may have: anything else is refused, as the real API does. Embedded in this folder.</summary>
internal static class Structures
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Known = Load();

    public static void Check(JsonElement body, string structure)
    {
        var known = Known[structure];
        List<string>? unknown = null;
        foreach (var field in body.EnumerateObject())
        {
            if (!known.Contains(field.Name)) (unknown ??= []).Add(field.Name);
        }

        if (unknown is not null) throw new AdyenError(400, "702", "validation", $"Structure of {structure} contains the following unknown fields: [{string.Join(", ", unknown)}]");
        foreach (var name in (ReadOnlySpan<string>)["merchantAccount", "reference", "returnUrl", "shopperReference", "paymentReference"]) Be(body, name, JsonValueKind.String);
        foreach (var name in (ReadOnlySpan<string>)["amount", "additionalData", "paymentMethod"]) Be(body, name, JsonValueKind.Object);
        if (structure == "Amount")
        {
            Be(body, "value", JsonValueKind.Number);
            Be(body, "currency", JsonValueKind.String);
        }

        Inside(body, "amount", "Amount");
        Inside(body, "paymentMethod", structure == "StoredPaymentMethodRequest" ? "PaymentMethodToStore" : AdyenBox.Text(body, "paymentMethod", "type") == "ideal" ? "IdealDetails" : "CardDetails");
        Inside(body, "details", "PaymentCompletionDetails");
    }

    /// <summary>A field that is there is of its type.</summary>
    private static void Be(JsonElement body, string field, JsonValueKind kind)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind is JsonValueKind.Null || value.ValueKind == kind) return;
        throw new AdyenError(400, "702", "validation", $"The field '{field}' could not be read: it is not {kind switch { JsonValueKind.String => "a string", JsonValueKind.Number => "a number", _ => "an object" }}");
    }

    private static void Inside(JsonElement body, string field, string structure)
    {
        if (body.TryGetProperty(field, out var inner) && inner.ValueKind == JsonValueKind.Object) Check(inner, structure);
    }

    private static FrozenDictionary<string, FrozenSet<string>> Load()
    {
        using var stream = typeof(Structures).Assembly.GetManifestResourceStream("adyen.structures.json")!;
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.EnumerateObject().ToFrozenDictionary(p => p.Name, p => p.Value.GetString()!.Split(' ').ToFrozenSet());
    }
}
