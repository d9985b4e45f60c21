using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.Adyen;

/// <summary>One payment and what was asked of it.</summary>
internal sealed class AdyenPayment
{
    public required string Psp { get; init; }
    public required string Reference { get; init; }
    public required string Brand { get; init; }
    public required Charge Truth { get; init; }
    public string Currency => Truth.Currency;

    /// <summary>The name on the card: in tests it may ask for a dispute.</summary>
    public string? Holder { get; init; }

    /// <summary>Paid by a fraudster, says whoever drives the simulator (<c>metadata.sim_fraud</c>).</summary>
    public bool Fraud { get; init; }

    /// <summary>3-D Secure made the card's bank liable for fraud.</summary>
    public bool LiabilityShifted { get; set; }

    public int Disputes { get; set; }

    /// <summary>The last one; there is no other while it is not over.</summary>
    public Dispute? Dispute { get; set; }

    /// <summary>What may still be refunded or disputed; negative when both took it.</summary>
    public long Left => Truth.Captured - Truth.Refunded - Truth.Disputed;
}

/// <summary>A refund that was done, and may still come back.</summary>
internal sealed class AdyenRefund(string psp, AdyenPayment payment, long minor)
{
    public string Psp { get; } = psp;
    public AdyenPayment Payment { get; } = payment;
    public long Minor { get; } = minor;
    public bool Failed { get; set; }
}

/// <summary>A card that a shopper left for later.</summary>
internal sealed record StoredCard(string Id, string Shopper, Card Card, string? Holder, string Model);

/// <summary>What the families of endpoints share.</summary>
internal sealed class AdyenBox(Stage stage)
{
    public const string Merchant = "BuskerTest";

    public Stage Stage { get; } = stage;
    public Notifications Notifications { get; } = new(stage);
    public Ledger Ledger { get; } = new(stage);
    public Dictionary<string, AdyenPayment> Payments { get; } = [];

    /// <summary>The first authorised payment of each merchant reference.</summary>
    public Dictionary<string, AdyenPayment> ByReference { get; } = [];
    public Dictionary<string, StoredCard> Stored { get; } = [];
    public List<AdyenRefund> Refunds { get; } = [];

    public static string NewPsp(Ask ask) => ask.NewId("", 16).ToUpperInvariant();

    public Draw Draw(string entity, string purpose) => Core.Draw.Of(Stage.Seed, entity, purpose);

    /// <summary>The body, with no fields but those of the structure.</summary>
    public static JsonElement Read(Ask ask, string structure)
    {
        if (ask.Header("Content-Type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true) throw new AdyenError(415, "000", "validation", "HTTP Status Response - Unsupported Media Type");
        JsonElement body = default;
        try
        {
            body = JsonElement.Parse(ask.Body);
        }
        catch (JsonException)
        {
            // Told below.
        }

        if (body.ValueKind != JsonValueKind.Object) throw new AdyenError(400, "702", "validation", "The request could not be read: it is not a JSON object");
        Structures.Check(body, structure);
        return body;
    }

    public static string? Text(JsonElement body, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out body)) return null;
        }

        return body.ValueKind switch { JsonValueKind.String => body.GetString(), JsonValueKind.Undefined or JsonValueKind.Null => null, _ => body.GetRawText() };
    }

    public static string Need(JsonElement body, string name, string code, string message) =>
        Text(body, name) is { Length: > 0 } value ? value : throw AdyenError.Invalid(code, message);

    public static void CheckMerchant(JsonElement body)
    {
        if (Text(body, "merchantAccount") != Merchant) throw new AdyenError(403, "901", "security", "Invalid Merchant Account");
    }

    public static (long Minor, string Currency) Amount(JsonElement body, long least = 1)
    {
        var value = Text(body, "amount", "value") ?? throw AdyenError.Invalid("100", "No amount specified");
        var currency = Text(body, "amount", "currency") ?? "";
        if (!long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var minor) || minor < least || minor > 99_999_999_999) throw AdyenError.Invalid("137", "Invalid amount specified");
        if (currency.Length != 3 || !Busker.Kernel.Currency.TryParse(currency, out _)) throw AdyenError.Invalid("138", "Unsupported currency specified");
        return (minor, currency);
    }

    /// <summary>Decimals of a currency: those of the standard, but for four that Adyen documents otherwise.</summary>
    public static int Decimals(string code) => code switch
    {
        "CLP" or "ISK" => 2,
        "CVE" or "IDR" => 0,
        _ => Busker.Kernel.Currency.TryParse(code, out var currency) ? currency.Exponent : 2,
    };

    public static JsonObject Amount(long minor, string currency) => new() { ["currency"] = currency, ["value"] = minor };

    public static Answer Json(int status, JsonObject body, string? subject) =>
        new Answer(status, JsonSerializer.SerializeToUtf8Bytes(body), "application/json", subject);
}
