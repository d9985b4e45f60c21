using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>JSON, money and time as PayPal writes them. Text is escaped as little as possible, so that a body that a client parsed and wrote again is the same bytes.</summary>
internal static partial class Wire
{
    private static readonly string[] Whole = ["HUF", "JPY", "TWD"];

    private static readonly HashSet<string> Currencies =
    [
        "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK", "NZD", "PHP",
        "PLN", "SEK", "SGD", "THB", "TWD", "USD",
    ];

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a client sent; a name that stands twice in one object makes it malformed.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json, null, new JsonDocumentOptions { AllowDuplicateProperties = false });

    public static byte[] Bytes(JsonNode body) => JsonSerializer.SerializeToUtf8Bytes(body, Plain);

    public static Answer Json(int status, JsonNode body, string? subject = null) => new(status, Bytes(body), "application/json", subject);

    public static int Places(string currency) => Whole.Contains(currency) ? 0 : 2;

    public static string Value(long minor, string currency)
    {
        if (Places(currency) == 0) return minor.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{(minor < 0 ? "-" : "")}{Math.Abs(minor) / 100}.{Math.Abs(minor) % 100:D2}");
    }

    public static JsonObject Money(long minor, string currency) => new() { ["currency_code"] = currency, ["value"] = Value(minor, currency) };

    public static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static JsonObject Link(string href, string rel, string method) => new() { ["href"] = href, ["rel"] = rel, ["method"] = method };

    /// <summary>The text at the end of a path of names; numbers and booleans as they are written.</summary>
    public static string? Text(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) node = node is JsonObject o ? o[name] : null;
        return node is JsonValue value ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() : null;
    }

    public static JsonObject? Object(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) node = node is JsonObject o ? o[name] : null;
        return node as JsonObject;
    }

    public static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    /// <summary>Copies what is there.</summary>
    public static void Copy(JsonObject from, JsonObject to, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (from[name] is { } value) to[name] = value.DeepClone();
        }
    }

    /// <summary>A member that is a boolean, if it is there.</summary>
    public static bool Flag(JsonObject body, string name) => body[name] is not { } value ? false : value.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw PayPalError.Bad("MALFORMED_REQUEST_JSON", "/" + name, Text(value)),
    };

    /// <summary>The note that the buyer reads: a text of 1 to 255 characters, if it is there.</summary>
    public static string? Note(JsonObject body)
    {
        if (body["note_to_payer"] is not { } note) return null;
        if (note.GetValueKind() != JsonValueKind.String) throw PayPalError.Bad("MALFORMED_REQUEST_JSON", "/note_to_payer", Text(note));
        return Text(note) is { Length: >= 1 and <= 255 } text ? text : throw PayPalError.Bad("INVALID_STRING_LENGTH", "/note_to_payer", Text(note));
    }

    /// <summary>An amount of a request in minor units; <paramref name="at"/> is the JSON pointer for the error.</summary>
    public static (long Minor, string Currency) Amount(JsonNode? amount, string at, bool zero = false)
    {
        if (amount is not JsonObject) throw PayPalError.Missing(at);
        var currency = Text(amount, "currency_code") ?? throw PayPalError.Missing(at + "/currency_code");
        var text = Text(amount, "value") ?? throw PayPalError.Missing(at + "/value");
        if (amount["value"]!.GetValueKind() != JsonValueKind.String) throw PayPalError.Bad("MALFORMED_REQUEST_JSON", at + "/value", text);
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetter)) throw PayPalError.Bad("INVALID_STRING_LENGTH", at + "/currency_code", currency);
        if (!Currencies.Contains(currency)) throw PayPalError.Cannot("INVALID_CURRENCY_CODE", at + "/currency_code", currency);
        if (!AmountText().IsMatch(text) || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", at + "/value", text);
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0 && text.Length - dot - 1 > Places(currency)) throw PayPalError.Cannot("DECIMAL_PRECISION", at + "/value", text);
        if (value > 9_999_999.99m) throw PayPalError.Cannot("MAX_VALUE_EXCEEDED", at + "/value", text);
        if (zero && value < 0) throw PayPalError.Cannot("CANNOT_BE_NEGATIVE", at + "/value", text);
        if (!zero && value <= 0) throw PayPalError.Cannot("CANNOT_BE_ZERO_OR_NEGATIVE", at + "/value", text);
        return ((long)(value * (Places(currency) == 0 ? 1 : 100)), currency);
    }

    /// <summary>An amount, as the API documents it.</summary>
    [GeneratedRegex(@"^(-?[0-9]+|-?[0-9]*\.[0-9]+)\z")]
    private static partial Regex AmountText();
}
