using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>How orders, authorizations, captures and refunds look on the wire.</summary>
internal sealed class Shapes(PayPalBox box)
{
    /// <summary>Minimal unless asked for in full; payments are always there.</summary>
    public JsonObject Order(Order order, bool full)
    {
        var shown = new JsonObject { ["id"] = order.Id };
        if (full) shown["intent"] = order.Intent;
        shown["status"] = order.Status;
        if (Source(order) is { } source) shown["payment_source"] = source;
        var paid = order.Units.Exists(u => u.Captures.Count + u.Authorizations.Count > 0);
        if (full || paid) shown["purchase_units"] = new JsonArray([.. order.Units.Select(u => (JsonNode)Unit(u, full))]);
        if (Payer(order) is { } payer && (full || paid)) shown["payer"] = payer;
        if (full)
        {
            shown["create_time"] = Wire.Time(order.CreatedMs);
            if (order.UpdatedMs > 0) shown["update_time"] = Wire.Time(order.UpdatedMs);
        }

        shown["links"] = Links(order);
        return shown;
    }

    public JsonObject Authorization(Authorization a, bool full, bool alone)
    {
        var shown = new JsonObject { ["id"] = a.Id, ["status"] = a.Status };
        if (full)
        {
            shown["amount"] = Wire.Money(a.Minor, a.Unit.Currency);
            Own(shown, a.Unit.InvoiceId, a.Unit.CustomId);
            shown["seller_protection"] = Protection();
            shown["expiration_time"] = Wire.Time(a.ExpiresMs);
            shown["create_time"] = Wire.Time(a.CreatedMs);
            shown["update_time"] = Wire.Time(a.UpdatedMs);
            if (alone) Related(shown, a.Order.Id, a.Parent?.Id, null);
            else Network(shown, a.Order, a.Id, a.Processor, a.Status == "DENIED");
        }

        var at = "/v2/payments/authorizations/" + a.Id;
        var links = new JsonArray(box.Link(at, "self", "GET"));
        if (a.Status is "CREATED" or "PARTIALLY_CAPTURED")
        {
            links.Add((JsonNode)box.Link(at + "/capture", "capture", "POST"));
            links.Add((JsonNode)box.Link(at + "/void", "void", "POST"));
            links.Add((JsonNode)box.Link(at + "/reauthorize", "reauthorize", "POST"));
        }

        links.Add((JsonNode)box.Link("/v2/checkout/orders/" + a.Order.Id, "up", "GET"));
        shown["links"] = links;
        return shown;
    }

    public JsonObject Capture(Capture c, bool full, bool alone)
    {
        var shown = new JsonObject { ["id"] = c.Id, ["status"] = c.Status };
        if (c.Waiting is { } reason) shown["status_details"] = new JsonObject { ["reason"] = reason };
        if (full)
        {
            shown["amount"] = Wire.Money(c.Minor, c.Currency);
            Own(shown, c.InvoiceId, c.CustomId);
            shown["final_capture"] = c.Final;
            shown["disbursement_mode"] = "INSTANT";
            shown["seller_protection"] = Protection();
            if (c.Status == "PENDING")
            {
                shown["seller_receivable_breakdown"] = new JsonObject { ["gross_amount"] = Wire.Money(c.Minor, c.Currency) };
            }
            else if (c.Status != "DECLINED")
            {
                shown["seller_receivable_breakdown"] = new JsonObject
                {
                    ["gross_amount"] = Wire.Money(c.Minor, c.Currency), ["paypal_fee"] = Wire.Money(c.Fee, c.Currency), ["net_amount"] = Wire.Money(c.Minor - c.Fee, c.Currency),
                };
            }

            Network(shown, c.Order, c.Authorization?.Root.Id ?? c.Id, c.Processor, c.Status == "DECLINED");
            shown["create_time"] = Wire.Time(c.CreatedMs);
            shown["update_time"] = Wire.Time(c.UpdatedMs);
            if (alone) Related(shown, c.Order.Id, c.Authorization?.Id, null);
        }

        var at = "/v2/payments/captures/" + c.Id;
        var links = new JsonArray(box.Link(at, "self", "GET"));
        if (c.Status is "COMPLETED" or "PARTIALLY_REFUNDED") links.Add((JsonNode)box.Link(at + "/refund", "refund", "POST"));
        links.Add((JsonNode)(c.Authorization is { } a ? box.Link("/v2/payments/authorizations/" + a.Id, "up", "GET") : box.Link("/v2/checkout/orders/" + c.Order.Id, "up", "GET")));
        shown["links"] = links;
        return shown;
    }

    public JsonObject Refund(Refund r, bool full)
    {
        var shown = new JsonObject { ["id"] = r.Id, ["status"] = r.Status };
        if (r.Waiting is { } reason) shown["status_details"] = new JsonObject { ["reason"] = reason };
        if (full)
        {
            var currency = r.Capture.Currency;
            shown["amount"] = Wire.Money(r.Minor, currency);
            Own(shown, r.InvoiceId, r.CustomId);
            if (r.Note is not null) shown["note_to_payer"] = r.Note;
            shown["seller_payable_breakdown"] = new JsonObject
            {
                ["gross_amount"] = Wire.Money(r.Minor, currency), ["paypal_fee"] = Wire.Money(0, currency), ["net_amount"] = Wire.Money(r.Minor, currency),
                ["total_refunded_amount"] = Wire.Money(r.Total, currency),
            };
            shown["create_time"] = Wire.Time(r.CreatedMs);
            shown["update_time"] = Wire.Time(r.UpdatedMs);
        }

        shown["links"] = new JsonArray(box.Link("/v2/payments/refunds/" + r.Id, "self", "GET"), box.Link("/v2/payments/captures/" + r.Capture.Id, "up", "GET"));
        return shown;
    }

    public JsonArray Links(Order order)
    {
        var at = "/v2/checkout/orders/" + order.Id;
        var links = new JsonArray(box.Link(at, "self", "GET"));
        if (!order.Open) return links;
        if (order.Status == "PAYER_ACTION_REQUIRED")
        {
            links.Add((JsonNode)PayerAction(order, "payer-action"));
            return links;
        }

        if (order.Status == "CREATED") links.Add((JsonNode)PayerAction(order, "approve"));
        links.Add((JsonNode)box.Link(at, "update", "PATCH"));
        links.Add((JsonNode)(order.Intent == "CAPTURE" ? box.Link(at + "/capture", "capture", "POST") : box.Link(at + "/authorize", "authorize", "POST")));
        return links;
    }

    public JsonObject PayerAction(Order order, string rel) => box.Link("/checkoutnow?token=" + order.Id, rel, "GET");

    private JsonObject Unit(Unit unit, bool full)
    {
        var shown = full ? (JsonObject)unit.Asked.DeepClone() : new JsonObject { ["reference_id"] = unit.ReferenceId };
        if (full) shown["payee"] = Payee();
        else Wire.Copy(unit.Asked, shown, "shipping");
        if (unit.Captures.Count + unit.Authorizations.Count == 0) return shown;
        var payments = new JsonObject();
        if (unit.Authorizations.Count > 0) payments["authorizations"] = new JsonArray([.. unit.Authorizations.Select(a => (JsonNode)Authorization(a, true, false))]);
        if (unit.Captures.Count > 0) payments["captures"] = new JsonArray([.. unit.Captures.Select(c => (JsonNode)Capture(c, true, false))]);
        var refunds = unit.Captures.SelectMany(c => c.Refunds).Select(r => (JsonNode)Refund(r, true)).ToArray();
        if (refunds.Length > 0) payments["refunds"] = new JsonArray(refunds);
        shown["payments"] = payments;
        return shown;
    }

    private JsonObject? Source(Order order)
    {
        if (order.Source is not { } source) return null;
        if (source.Wallet)
        {
            var wallet = new JsonObject();
            if (source.Buyer is { } buyer)
            {
                wallet["email_address"] = buyer.Email;
                wallet["account_id"] = buyer.PayerId;
                wallet["account_status"] = "VERIFIED";
                wallet["name"] = new JsonObject { ["given_name"] = buyer.Given, ["surname"] = buyer.Surname };
                wallet["address"] = new JsonObject { ["country_code"] = buyer.Country };
            }

            if (source is { Kept: { } kept, Stored: false }) wallet["attributes"] = new JsonObject { ["vault"] = Vaulted(kept) };
            return new JsonObject { ["paypal"] = wallet };
        }

        var card = Sources.Shown(source.Card!, source.Holder);
        if (source.Authenticated is { } yes)
        {
            card["authentication_result"] = new JsonObject
            {
                ["liability_shift"] = yes ? "POSSIBLE" : "NO",
                ["three_d_secure"] = new JsonObject { ["enrollment_status"] = "Y", ["authentication_status"] = yes ? "Y" : "N" },
            };
        }

        if (source is { Kept: { } stored, Stored: false }) card["attributes"] = new JsonObject { ["vault"] = Vaulted(stored) };
        return new JsonObject { ["card"] = card };
    }

    private JsonObject Vaulted(StoredSource kept) => new()
    {
        ["id"] = kept.Id, ["status"] = "VAULTED", ["customer"] = new JsonObject { ["id"] = kept.Customer },
        ["links"] = new JsonArray(
            box.Link("/v3/vault/payment-tokens/" + kept.Id, "self", "GET"),
            box.Link("/v3/vault/payment-tokens/" + kept.Id, "delete", "DELETE")),
    };

    private static JsonObject? Payer(Order order) =>
        order.Source?.Buyer is { } buyer ? Sources.Person(buyer) : (JsonObject?)Wire.Copy(order.Payer);

    private JsonObject Payee() => new() { ["email_address"] = PayPalBox.Email, ["merchant_id"] = box.Merchant };

    private static JsonObject Protection() => new()
    {
        ["status"] = "ELIGIBLE", ["dispute_categories"] = new JsonArray("ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"),
    };

    /// <summary>What the card's network said, and the id by which it knows the payment.</summary>
    private void Network(JsonObject shown, Order order, string id, JsonObject? processor, bool declined)
    {
        if (processor is null) return;
        shown["processor_response"] = processor.DeepClone();
        if (!declined) shown["network_transaction_reference"] = new JsonObject { ["id"] = Ids.Capitals(box.Stage.Seed, id, "network", 15), ["network"] = Sources.Brand(order.Source!.Card!) };
    }

    private static void Own(JsonObject shown, string? invoice, string? custom)
    {
        if (invoice is not null) shown["invoice_id"] = invoice;
        if (custom is not null) shown["custom_id"] = custom;
    }

    private void Related(JsonObject shown, string order, string? authorization, string? capture)
    {
        var related = new JsonObject { ["order_id"] = order };
        if (authorization is not null) related["authorization_id"] = authorization;
        if (capture is not null) related["capture_id"] = capture;
        shown["supplementary_data"] = new JsonObject { ["related_ids"] = related };
        shown["payee"] = Payee();
    }
}
