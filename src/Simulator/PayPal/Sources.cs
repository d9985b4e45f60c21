using System.Globalization;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.PayPal;

/// <summary>Reads a <c>payment_source</c>: a card, a wallet, or a token of the vault.</summary>
internal sealed class Sources(PayPalBox box)
{
    public Source Read(JsonObject asked, Ask ask)
    {
        const string At = "/payment_source";
        if (asked["card"] is JsonObject card) return OfCard(card, At + "/card", ask);
        if (asked["paypal"] is JsonObject wallet) return OfWallet(wallet, At + "/paypal", ask);
        if (asked["token"] is JsonObject token) return OfToken(Wire.Text(token, "id") ?? throw PayPalError.Missing(At + "/token/id"), At + "/token/id");
        throw asked.Count == 0
            ? PayPalError.Missing(At)
            : PayPalError.Cannot("PAYMENT_SOURCE_CANNOT_BE_USED", $"{At}/{asked.First().Key}");
    }

    /// <summary>Checks number, expiry and security code; the fields must be there.</summary>
    public Card Card(JsonObject card, string at)
    {
        var number = Wire.Text(card, "number")?.Replace(" ", "", StringComparison.Ordinal) ?? throw PayPalError.Missing(at + "/number");
        if (!number.All(char.IsAsciiDigit) || !World.Card.Luhn(number)) throw PayPalError.Cannot("VALIDATION_ERROR", at + "/number");
        var expiry = Wire.Text(card, "expiry") ?? throw PayPalError.Missing(at + "/expiry");
        if (!DateOnly.TryParseExact(expiry + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month))
        {
            throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", at + "/expiry", expiry);
        }

        var code = Wire.Text(card, "security_code");
        if (code is not null && (code.Length is < 3 or > 4 || !code.All(char.IsAsciiDigit))) throw PayPalError.Bad("INVALID_STRING_LENGTH", at + "/security_code");
        var read = new Card(number, month.Month, month.Year, code);
        return read.ExpiredAt(box.Stage.Clock.GetUtcNow()) ? throw PayPalError.Cannot("CARD_EXPIRED", at + "/expiry", expiry) : read;
    }

    /// <summary>The world's shoppers have wallets too: their e-mail address names the card behind it.</summary>
    public Card? Behind(string email)
    {
        var end = email.IndexOf('@', StringComparison.Ordinal);
        if (!email.StartsWith("shopper", StringComparison.Ordinal) || end < 14) return null;
        var issuers = box.Stage.Scenario.Issuers;
        for (var i = 0; i < issuers.Count; i++)
        {
            if (!email.AsSpan(7).StartsWith(issuers[i].Bin, StringComparison.Ordinal)) continue;
            if (int.TryParse(email.AsSpan(13, end - 13), CultureInfo.InvariantCulture, out var index)) return box.Stage.Issuers.Person(i, index).Card;
        }

        return null;
    }

    public static JsonObject Shown(Card card, string? holder)
    {
        var shown = new JsonObject();
        if (holder is not null) shown["name"] = holder;
        shown["last_digits"] = card.Last4;
        shown["brand"] = Brand(card);
        shown["type"] = "CREDIT";
        shown["expiry"] = string.Create(CultureInfo.InvariantCulture, $"{card.ExpYear}-{card.ExpMonth:D2}");
        return shown;
    }

    public static string Brand(Card card) => card.Brand switch { "unionpay" => "CHINA_UNION_PAY", "unknown" => "UNKNOWN", var brand => brand.ToUpperInvariant() };

    public static JsonObject Person(Buyer buyer) => new()
    {
        ["name"] = new JsonObject { ["given_name"] = buyer.Given, ["surname"] = buyer.Surname },
        ["email_address"] = buyer.Email, ["payer_id"] = buyer.PayerId, ["address"] = new JsonObject { ["country_code"] = buyer.Country },
    };

    private Source OfCard(JsonObject asked, string at, Ask ask)
    {
        if (Wire.Text(asked, "vault_id") is { } id) return OfToken(id, at + "/vault_id");
        var context = asked["experience_context"] as JsonObject;
        return new Source
        {
            Card = Card(asked, at), Holder = Wire.Text(asked, "name"), Verification = Wire.Text(asked, "attributes", "verification", "method"),
            Keep = Keeps(asked), Customer = Wire.Text(asked, "attributes", "customer", "id") ?? (Keeps(asked) ? ask.NewId("", 10) : null),
            ReturnUrl = Wire.Text(context, "return_url"), CancelUrl = Wire.Text(context, "cancel_url"),
        };
    }

    private Source OfWallet(JsonObject asked, string at, Ask ask)
    {
        if (Wire.Text(asked, "vault_id") is { } id) return OfToken(id, at + "/vault_id");
        if (Wire.Text(asked, "billing_agreement_id") is { } agreement) return OfToken(agreement, at + "/billing_agreement_id");
        var context = asked["experience_context"] as JsonObject;
        var email = Wire.Text(asked, "email_address");
        return new Source
        {
            Wallet = true,
            Buyer = email is null ? null : box.BuyerOf(email, Wire.Text(asked, "name", "given_name"), Wire.Text(asked, "name", "surname")),
            Card = email is null ? null : Behind(email),
            Keep = Keeps(asked), Customer = Wire.Text(asked, "attributes", "customer", "id") ?? (Keeps(asked) ? ask.NewId("", 10) : null),
            ReturnUrl = Wire.Text(context, "return_url"), CancelUrl = Wire.Text(context, "cancel_url"),
        };
    }

    private Source OfToken(string id, string at)
    {
        if (!box.Vault.TryGetValue(id, out var kept)) throw PayPalError.Cannot("TOKEN_ID_NOT_FOUND", at, id);
        return new Source { Card = kept.Card, Holder = kept.Holder, Buyer = kept.Buyer, Wallet = kept.Buyer is not null, Stored = true, Kept = kept };
    }

    private static bool Keeps(JsonObject asked) => Wire.Text(asked, "attributes", "vault", "store_in_vault") == "ON_SUCCESS";
}
