using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>A refusal as Stripe words it: thrown by handlers, written by the provider.</summary>
internal sealed class StripeError(int status, string type, string? code, string message, string? param) : Exception(message)
{
    public int Status { get; } = status;
    public string Type { get; } = type;
    public string? Code { get; } = code;
    public string? Param { get; } = param;
    public string? DeclineCode { get; init; }
    public string? AdviceCode { get; init; }
    public string? ChargeId { get; init; }

    /// <summary>The payment or setup intent, and the payment method, that the error carries along.</summary>
    public Thing? Intent { get; init; }
    public Thing? Method { get; init; }

    public static StripeError Invalid(string message, string? param, string? code = null) => new(400, "invalid_request_error", code, message, param);

    public static StripeError Missing(string kind, string id, string param) =>
        new(404, "invalid_request_error", "resource_missing", $"No such {kind.Replace("_", "", StringComparison.Ordinal) switch
        {
            "paymentintent" => "payment_intent", "paymentmethod" => "PaymentMethod", "setupintent" => "setupintent", var name => name,
        }}: '{id}'", param);

    public static StripeError NotOneOf(string param, string[] values) =>
        Invalid($"Invalid {param}: must be one of {string.Join(", ", values[..^1])}{(values.Length > 2 ? "," : "")} or {values[^1]}", param);

    public static StripeError Required(string param) => Invalid($"Missing required param: {param}.", param, "parameter_missing");

    public static StripeError Unexpected(string noun, Thing intent, string doing) => new(400, "invalid_request_error",
        $"{intent.Shape.Name}_unexpected_state",
        $"You cannot {doing} this {noun} because it has a status of {intent.Text("status")}.", null) { Intent = intent };

    public byte[] Body(Store store)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Raw.Loose))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            if (AdviceCode is not null) json.WriteString("advice_code", AdviceCode);
            if (ChargeId is not null) json.WriteString("charge", ChargeId);
            if (Code is not null)
            {
                json.WriteString("code", Code);
                json.WriteString("doc_url", "https://stripe.com/docs/error-codes/" + Code.Replace('_', '-'));
            }

            if (DeclineCode is not null) json.WriteString("decline_code", DeclineCode);
            json.WriteString("message", Message);
            if (Param is not null) json.WriteString("param", Param);
            if (Intent is not null)
            {
                json.WritePropertyName(Intent.Shape.Name);
                Intent.Write(json, store, null);
            }

            if (Method is not null)
            {
                json.WritePropertyName("payment_method");
                Method.Write(json, store, null);
            }

            json.WriteString("type", Type);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
