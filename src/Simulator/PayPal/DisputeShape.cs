using System.Text.Json.Nodes;

namespace Busker.Simulator.PayPal;

/// <summary>A dispute on the wire. Its links say what may be done now.</summary>
internal static class DisputeShape
{
    private const string At = "/v1/customer/disputes/";

    public static JsonObject Summary(PayPalBox box, Disputes disputes, Dispute d) => new()
    {
        ["dispute_id"] = d.Id, ["create_time"] = Time(d.CreatedMs), ["update_time"] = Time(d.UpdatedMs), ["reason"] = d.Reason, ["status"] = d.Status,
        ["dispute_state"] = disputes.State(d), ["dispute_amount"] = Wire.Money(d.Minor, d.Currency), ["dispute_life_cycle_stage"] = d.Stage, ["dispute_channel"] = d.Channel,
        ["links"] = new JsonArray(box.Link(At + d.Id, "self", "GET")),
    };

    public static JsonObject Of(PayPalBox box, Disputes disputes, Dispute d)
    {
        var capture = d.Capture;
        var transaction = new JsonObject
        {
            ["seller_transaction_id"] = capture.Id, ["create_time"] = Time(capture.CreatedMs), ["transaction_status"] = "COMPLETED",
            ["gross_amount"] = Wire.Money(capture.Minor, d.Currency),
        };
        if (capture.InvoiceId is not null) transaction["invoice_number"] = capture.InvoiceId;
        if (capture.CustomId is not null) transaction["custom"] = capture.CustomId;
        transaction["buyer"] = new JsonObject { ["name"] = capture.Order.Source!.Buyer is { } buyer ? $"{buyer.Given} {buyer.Surname}" : capture.Order.Source.Holder ?? "Cardholder" };
        transaction["seller"] = new JsonObject { ["email"] = PayPalBox.Email, ["merchant_id"] = box.Merchant, ["name"] = "Simulator" };
        var shown = new JsonObject
        {
            ["dispute_id"] = d.Id, ["create_time"] = Time(d.CreatedMs), ["update_time"] = Time(d.UpdatedMs), ["disputed_transactions"] = new JsonArray(transaction),
            ["reason"] = d.Reason, ["status"] = d.Status, ["dispute_state"] = disputes.State(d), ["dispute_amount"] = Wire.Money(d.Minor, d.Currency),
        };
        if (d.Channel == "EXTERNAL") shown["external_reason_code"] = d.Reason == "UNAUTHORISED" ? "10.4" : "13.1";
        if (d.Outcome is not null)
        {
            shown["dispute_outcome"] = new JsonObject { ["outcome_code"] = d.Outcome, ["amount_refunded"] = Wire.Money(d.Taken + d.Refunded, d.Currency) };
        }

        if (d.Movements.Count > 0) shown["money_movements"] = Copies(d.Movements);
        shown["dispute_life_cycle_stage"] = d.Stage;
        shown["dispute_channel"] = d.Channel;
        if (d.Messages.Count > 0) shown["messages"] = Copies(d.Messages);
        if (d.Evidences.Count > 0) shown["evidences"] = Copies(d.Evidences);
        if (d.DueMs is { } due) shown[d.Status == "WAITING_FOR_BUYER_RESPONSE" ? "buyer_response_due_date" : "seller_response_due_date"] = Time(due);
        if (d.Offer is { } offer) shown["offer"] = new JsonObject { ["seller_offered_amount"] = Wire.Money(offer.Minor, d.Currency), ["offer_type"] = offer.Type };
        if (d.Status == "RESOLVED" && d.Taken > 0) shown["refund_details"] = new JsonObject { ["allowed_refund_amount"] = Wire.Money(0, d.Currency) };
        if (d.Open)
        {
            shown["allowed_response_options"] = new JsonObject
            {
                ["accept_claim"] = new JsonObject { ["accept_claim_types"] = new JsonArray("REFUND", "PARTIAL_REFUND", "REFUND_WITH_RETURN") },
                ["make_offer"] = new JsonObject { ["offer_types"] = new JsonArray("REFUND", "REFUND_WITH_RETURN", "REFUND_WITH_REPLACEMENT", "REPLACEMENT_WITHOUT_REFUND") },
            };
        }

        shown["links"] = new JsonArray([box.Link(At + d.Id, "self", "GET"), .. Actions(disputes, d).Select(a => (JsonNode)box.Link($"{At}{d.Id}/{a}", a.Replace('-', '_'), "POST"))]);
        return shown;
    }

    /// <summary>What the state allows; anything else is refused.</summary>
    public static IEnumerable<string> Actions(Disputes disputes, Dispute d)
    {
        if (!d.Open)
        {
            if (disputes.Appealable(d)) yield return "appeal";
            yield break;
        }

        if (d.Stage == "INQUIRY")
        {
            yield return "send-message";
            yield return "make-offer";
            yield return "escalate";
            if (d is { Status: "WAITING_FOR_BUYER_RESPONSE", Offer: not null })
            {
                yield return "accept-offer";
                yield return "deny-offer";
            }
        }

        if (d.AfterReturn is not null) yield return "acknowledge-return-item";
        else if (d.Stage is "INQUIRY" or "CHARGEBACK") yield return "accept-claim";
        if (d.Status == "WAITING_FOR_SELLER_RESPONSE") yield return "provide-evidence";
        if (d.Status == "UNDER_REVIEW")
        {
            yield return "provide-supporting-info";
            yield return "adjudicate";
            yield return "require-evidence";
        }
        else if (d.Stage != "INQUIRY")
        {
            yield return "require-evidence";
        }
    }

    private static JsonArray Copies(List<JsonObject> list) => new([.. list.Select(o => o.DeepClone())]);

    private static string Time(long ms) => Wire.Time(ms).Replace("Z", ".000Z", StringComparison.Ordinal);
}
