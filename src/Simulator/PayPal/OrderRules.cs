using System.Globalization;
using System.Text.Json.Nodes;

namespace Busker.Simulator.PayPal;

/// <summary>What a purchase unit must be: required fields, one currency, and sums that agree.</summary>
internal static class OrderRules
{
    private static readonly string[] Kept = ["reference_id", "description", "custom_id", "invoice_id", "soft_descriptor"];
    private static readonly (string Name, int Sign)[] Parts =
    [
        ("item_total", 1), ("tax_total", 1), ("shipping", 1), ("handling", 1), ("insurance", 1), ("shipping_discount", -1), ("discount", -1),
    ];

    private static readonly (string Name, int Most)[] Lengths = [("reference_id", 256), ("description", 3_000), ("custom_id", 255), ("invoice_id", 127), ("soft_descriptor", 22)];

    public static string Intent(JsonNode? intent) => Wire.Text(intent) switch
    {
        null => throw PayPalError.Missing("/intent"),
        "CAPTURE" => "CAPTURE",
        "AUTHORIZE" => "AUTHORIZE",
        var other => throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "/intent", other),
    };

    public static List<Unit> Units(JsonNode? units, string intent)
    {
        if (units is not JsonArray list) throw PayPalError.Missing("/purchase_units");
        if (list.Count == 0) throw PayPalError.Bad("INVALID_ARRAY_MIN_ITEMS", "/purchase_units");
        if (list.Count > 10) throw PayPalError.Bad("INVALID_ARRAY_MAX_ITEMS", "/purchase_units");
        if (list.Count > 1 && intent == "AUTHORIZE") throw PayPalError.Cannot("UNSUPPORTED_INTENT", "/intent", intent);
        var read = list.Select((u, i) => Unit(u, $"/purchase_units/{i}", list.Count > 1)).ToList();
        if (read.Select(u => u.Currency).Distinct().Count() > 1) throw PayPalError.Cannot("MULTI_CURRENCY_ORDER", "/purchase_units/1/amount/currency_code", read[1].Currency);
        var twice = read.GroupBy(u => u.ReferenceId).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw PayPalError.Cannot("DUPLICATE_REFERENCE_ID", "/purchase_units/1/reference_id", twice.Key);
        return read;
    }

    public static Unit Unit(JsonNode? node, string at, bool many)
    {
        if (node is not JsonObject asked) throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", at);
        var (minor, currency) = Wire.Amount(asked["amount"], at + "/amount");
        foreach (var (name, most) in Lengths)
        {
            if (Wire.Text(asked, name) is { } text && (text.Length == 0 || text.Length > most)) throw PayPalError.Bad("INVALID_STRING_LENGTH", $"{at}/{name}", text);
        }

        if (many && asked["reference_id"] is null) throw PayPalError.Cannot("REFERENCE_ID_REQUIRED", at + "/reference_id");
        Breakdown(asked, at, minor, currency);
        var kept = new JsonObject { ["reference_id"] = "default" };
        Wire.Copy(asked, kept, Kept);
        var amount = Wire.Money(minor, currency);
        if (asked["amount"]!["breakdown"] is JsonObject breakdown) amount["breakdown"] = Normal(breakdown, currency);
        kept["amount"] = amount;
        Wire.Copy(asked, kept, "items");
        if (asked["shipping"] is JsonObject shipping)
        {
            var shown = new JsonObject();
            Wire.Copy(shipping, shown, "name", "type", "address");
            kept["shipping"] = shown;
        }

        return new Unit(kept, minor, currency);
    }

    private static JsonObject Normal(JsonObject breakdown, string currency)
    {
        var normal = new JsonObject();
        foreach (var (name, _) in Parts)
        {
            if (breakdown[name] is { } part) normal[name] = Wire.Money(Wire.Amount(part, "/amount/breakdown/" + name, zero: true).Minor, currency);
        }

        return normal;
    }

    private static void Breakdown(JsonObject asked, string at, long minor, string currency)
    {
        var breakdown = asked["amount"]!["breakdown"] as JsonObject;
        long? Part(string name)
        {
            if (breakdown?[name] is not { } part) return null;
            var (value, own) = Wire.Amount(part, $"{at}/amount/breakdown/{name}", zero: true);
            return own == currency ? value : throw PayPalError.Cannot("MULTI_CURRENCY_ORDER", $"{at}/amount/breakdown/{name}/currency_code", own);
        }

        if (breakdown is not null && Parts.Sum(p => p.Sign * (Part(p.Name) ?? 0)) != minor)
        {
            throw PayPalError.Cannot("AMOUNT_MISMATCH", $"{at}/amount/value", Wire.Value(minor, currency));
        }

        if (asked["items"] is not JsonArray { Count: > 0 } items) return;
        var (total, tax, taxed) = (0L, 0L, false);
        for (var i = 0; i < items.Count; i++)
        {
            var here = $"{at}/items/{i}";
            if (items[i] is not JsonObject item) throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", here);
            if (Wire.Text(item, "name") is not { Length: > 0 }) throw PayPalError.Missing(here + "/name");
            var count = Wire.Text(item, "quantity") ?? throw PayPalError.Missing(here + "/quantity");
            if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) || quantity < 1) throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", here + "/quantity", count);
            total += quantity * Own(item["unit_amount"], here + "/unit_amount", currency);
            if (item["tax"] is not { } own) continue;
            taxed = true;
            tax += quantity * Own(own, here + "/tax", currency);
        }

        if (Part("item_total") is not { } itemTotal) throw PayPalError.Cannot("ITEM_TOTAL_REQUIRED", $"{at}/amount/breakdown/item_total");
        if (itemTotal != total) throw PayPalError.Cannot("ITEM_TOTAL_MISMATCH", $"{at}/amount/breakdown/item_total/value", Wire.Value(itemTotal, currency));
        if (!taxed) return;
        if (Part("tax_total") is not { } taxTotal) throw PayPalError.Cannot("TAX_TOTAL_REQUIRED", $"{at}/amount/breakdown/tax_total");
        if (taxTotal != tax) throw PayPalError.Cannot("TAX_TOTAL_MISMATCH", $"{at}/amount/breakdown/tax_total/value", Wire.Value(taxTotal, currency));
    }

    private static long Own(JsonNode? amount, string at, string currency)
    {
        var (minor, own) = Wire.Amount(amount, at, zero: true);
        return own == currency ? minor : throw PayPalError.Cannot("MULTI_CURRENCY_ORDER", at + "/currency_code", own);
    }
}
