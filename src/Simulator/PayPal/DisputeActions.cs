using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.PayPal;

/// <summary>What merchants, buyers and the sandbox may do to a dispute. What its state does not allow is 422.</summary>
internal sealed class DisputeActions(PayPalBox box, Disputes disputes)
{
    private const string At = "/v1/customer/disputes/{id}";

    private static readonly string[] Plain =
    [
        "RETURN_POLICY", "BILLING_AGREEMENT", "PROOF_OF_RECEIPT_COPY", "ITEM_DESCRIPTION", "POLICE_REPORT", "AFFIDAVIT", "PAID_WITH_OTHER_METHOD", "COPY_OF_CONTRACT",
        "TERMINAL_ATM_RECEIPT", "PRICE_DIFFERENCE_REASON", "SOURCE_CONVERSION_RATE", "BANK_STATEMENT", "CREDIT_DUE_REASON", "REQUEST_CREDIT_RECEIPT", "PROOF_OF_RETURN",
        "CREATE", "CHANGE_REASON", "PROOF_OF_REFUND_OUTSIDE_PAYPAL", "RECEIPT_OF_MERCHANDISE", "CUSTOMS_DOCUMENT", "CUSTOMS_FEE_RECEIPT", "PAYMENT_CONFIRMATION",
        "NOTES", "OTHER", "TERMS_AND_CONDITIONS", "SIGNED_DOCUMENT", "CUSTOMER_COMMUNICATION", "PROOF_OF_CANCELLATION", "LEGIT_ACCESS_PROOF",
    ];

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("GET", "/v1/customer/disputes", List, "by transaction, state, start time and update time, by pages with next_page_token", "buyers' and partners' views, search text, the test values ERRDIS…"),
        new("GET", At, ask => Show(disputes.Get(ask.Values[0])), "with the links of what may be done now"),
        Act("provide-evidence", Evidence, "JSON or multipart: tracking for PROOF_OF_FULFILLMENT, refund ids for PROOF_OF_REFUND, other types with notes or documents (10 MB each, 50 MB together); then under review, decided after 14 days"),
        Act("provide-supporting-info", Support, "notes while it is under review"),
        Act("accept-claim", Accept, "REFUND, PARTIAL_REFUND, and REFUND_WITH_RETURN until the return is acknowledged", "shipment labels"),
        Act("acknowledge-return-item", Returned, "the refund follows"),
        Act("appeal", Appeal, "within ten days of a decision for the buyer: PRE_ARBITRATION, a second time ARBITRATION"),
        Act("send-message", Message, "in an inquiry"),
        Act("make-offer", Offer, "in an inquiry"),
        Act("accept-offer", (d, _, ask) => disputes.Resolve(d, "RESOLVED_BUYER_FAVOUR", Math.Min(d.Offer!.Value.Minor, d.Minor), ask), "the buyer takes it: the money goes"),
        Act("deny-offer", Deny, "the buyer does not"),
        Act("escalate", (d, _, ask) => disputes.Move(d, "CHARGEBACK", "WAITING_FOR_SELLER_RESPONSE", ask), "from inquiry to claim", "dispute fees of claims: only chargebacks cost one"),
        Act("adjudicate", Adjudicate, "the sandbox decides: BUYER_FAVOR or SELLER_FAVOR"),
        Act("require-evidence", Require, "the sandbox asks the buyer or the seller for evidence"),
    ];

    private Endpoint Act(string name, Action<Dispute, JsonObject, Ask> act, string simulated, string missing = "") => new("POST", $"{At}/{name}", ask =>
    {
        var dispute = disputes.Get(ask.Values[0]);
        var (body, _) = Read(ask);
        if (!DisputeShape.Actions(disputes, dispute).Contains(name)) throw PayPalError.Cannot("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE");
        act(dispute, body, ask);
        JsonObject Links(Ask _) => new() { ["links"] = new JsonArray(box.Link("/v1/customer/disputes/" + dispute.Id, "self", "GET")) };
        return box.Answer(200, Links, ask, dispute.Id);
    }, simulated, missing);

    private Answer Show(Dispute d) => Wire.Json(200, DisputeShape.Of(box, disputes, d), d.Id);

    private Answer List(Ask ask)
    {
        var query = QueryHelpers.ParseQuery(ask.Query);
        string? Text(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
        long? Moment(string name) => Text(name) is { } text
            ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeMilliseconds() : throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", name, text, "query")
            : null;
        var size = int.TryParse(Text("page_size") ?? "10", CultureInfo.InvariantCulture, out var asked) && asked is >= 1 and <= 50 ? asked : throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "page_size", Text("page_size"), "query");
        var (start, before, after) = (Moment("start_time"), Moment("update_time_before"), Moment("update_time_after"));
        var states = Text("dispute_state")?.Split(',');
        var found = disputes.All.Values.Reverse().Where(d =>
            (Text("disputed_transaction_id") is not { } id || d.Capture.Id == id) && (start is null || d.CreatedMs >= start)
            && (before is null || d.UpdatedMs <= before) && (after is null || d.UpdatedMs >= after) && (states is null || states.Contains(disputes.State(d)))).ToList();
        if (Text("next_page_token") is { } token) found = [.. found.SkipWhile(d => d.Id != token)];
        var links = new JsonArray(box.Link("/v1/customer/disputes" + ask.Query, "self", "GET"));
        if (found.Count > size) links.Add((JsonNode)box.Link($"/v1/customer/disputes?page_size={size}&next_page_token={found[size].Id}", "next", "GET"));
        return Wire.Json(200, new JsonObject { ["items"] = new JsonArray([.. found.Take(size).Select(d => (JsonNode)DisputeShape.Summary(box, disputes, d))]), ["links"] = links });
    }

    private void Evidence(Dispute d, JsonObject body, Ask ask)
    {
        var (_, files) = Read(ask);
        var list = Evidences(body["evidences"] ?? (body.Count > 0 ? new JsonArray(body.DeepClone()) : throw PayPalError.Missing("/evidences")));
        foreach (var evidence in list) Check(evidence, files.Count);
        foreach (var evidence in list)
        {
            evidence["source"] = "SUBMITTED_BY_SELLER";
            evidence["date"] = Wire.Time(box.Now);
            if (files.Count > 0) evidence["documents"] = new JsonArray([.. files.Select(f => (JsonNode)new JsonObject { ["name"] = f })]);
            d.Evidences.Add(evidence);
        }

        disputes.Move(d, d.Stage, "UNDER_REVIEW", ask);
    }

    private static List<JsonObject> Evidences(JsonNode list)
    {
        if (list is not JsonArray { Count: > 0 } nodes) throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", "/evidences");
        return [.. nodes.Select((n, i) => n?.DeepClone() as JsonObject ?? throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", $"/evidences/{i}"))];
    }

    /// <summary>What the merchant would give back: not more than is disputed, and in its currency.</summary>
    private static long Asked(Dispute d, JsonNode? amount, string at)
    {
        if (amount is null) return d.Minor;
        var (minor, currency) = Wire.Amount(amount, at);
        if (currency != d.Currency) throw PayPalError.Cannot("CURRENCY_MISMATCH", at + "/currency_code", currency);
        return minor <= d.Minor ? minor : throw PayPalError.Cannot("INVALID_REFUND_AMOUNT", at + "/value", Wire.Value(minor, d.Currency));
    }

    private static void Check(JsonObject evidence, int files)
    {
        var type = Wire.Text(evidence, "evidence_type") ?? throw PayPalError.Missing("/evidences/0/evidence_type");
        var info = evidence["evidence_info"] as JsonObject;
        var enough = type switch
        {
            "PROOF_OF_FULFILLMENT" => info?["tracking_info"] is JsonArray { Count: > 0 } tracking && tracking.All(t => Wire.Text(t, "carrier_name") is not null && Wire.Text(t, "tracking_number") is not null),
            "PROOF_OF_REFUND" => info?["refund_ids"] is JsonArray { Count: > 0 },
            _ => Plain.Contains(type) && (files > 0 || Wire.Text(evidence, "notes") is { Length: > 0 and <= 2_000 }),
        };
        if (!enough) throw PayPalError.Cannot("INVALID_EVIDENCE_TYPE", "/evidences/0/evidence_type", type);
    }

    private void Support(Dispute d, JsonObject body, Ask ask)
    {
        d.Evidences.Add(new JsonObject { ["evidence_type"] = "OTHER", ["notes"] = Note(body, "notes"), ["source"] = "SUBMITTED_BY_SELLER", ["date"] = Wire.Time(box.Now) });
        disputes.Touch(d, ask);
    }

    private void Accept(Dispute d, JsonObject body, Ask ask)
    {
        var type = Wire.Text(body, "accept_claim_type") ?? "REFUND";
        var minor = Asked(d, body["refund_amount"], "/refund_amount");
        if (type == "REFUND_WITH_RETURN")
        {
            d.AfterReturn = minor;
            disputes.Move(d, d.Stage, "WAITING_FOR_BUYER_RESPONSE", ask);
            return;
        }

        if (type is not ("REFUND" or "PARTIAL_REFUND")) throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "/accept_claim_type", type);
        disputes.Resolve(d, "ACCEPTED", type == "REFUND" ? d.Minor : minor, ask);
    }

    private void Returned(Dispute d, JsonObject body, Ask ask)
    {
        var minor = d.AfterReturn!.Value;
        d.AfterReturn = null;
        disputes.Resolve(d, "ACCEPTED", minor, ask);
    }

    private void Appeal(Dispute d, JsonObject body, Ask ask)
    {
        if (body["evidences"] is { } evidences) d.Evidences.AddRange(Evidences(evidences));
        disputes.Move(d, d.Stage == "PRE_ARBITRATION" ? "ARBITRATION" : "PRE_ARBITRATION", "UNDER_REVIEW", ask);
    }

    private void Message(Dispute d, JsonObject body, Ask ask)
    {
        Say(d, Note(body, "message"), "SELLER");
        disputes.Touch(d, ask);
    }

    private void Offer(Dispute d, JsonObject body, Ask ask)
    {
        var type = Wire.Text(body, "offer_type") ?? throw PayPalError.Missing("/offer_type");
        var minor = type == "REPLACEMENT_WITHOUT_REFUND" ? 0 : Asked(d, body["offer_amount"], "/offer_amount");
        d.Offer = (minor, type);
        Say(d, Note(body, "note"), "SELLER");
        disputes.Move(d, "INQUIRY", "WAITING_FOR_BUYER_RESPONSE", ask);
    }

    private void Deny(Dispute d, JsonObject body, Ask ask)
    {
        d.Offer = null;
        Say(d, Note(body, "note"), "BUYER");
        disputes.Move(d, "INQUIRY", "OPEN", ask);
    }

    private void Adjudicate(Dispute d, JsonObject body, Ask ask)
    {
        switch (Wire.Text(body, "adjudication_outcome"))
        {
            case "BUYER_FAVOR": disputes.Resolve(d, "RESOLVED_BUYER_FAVOUR", d.Minor, ask); break;
            case "SELLER_FAVOR": disputes.Resolve(d, "RESOLVED_SELLER_FAVOUR", 0, ask); break;
            case null: throw PayPalError.Missing("/adjudication_outcome");
            case var other: throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "/adjudication_outcome", other);
        }
    }

    private void Require(Dispute d, JsonObject body, Ask ask)
    {
        switch (Wire.Text(body, "action"))
        {
            case "SELLER_EVIDENCE": disputes.Move(d, d.Stage, "WAITING_FOR_SELLER_RESPONSE", ask); break;
            case "BUYER_EVIDENCE": disputes.Move(d, d.Stage, "WAITING_FOR_BUYER_RESPONSE", ask); break;
            case null: throw PayPalError.Missing("/action");
            case var other: throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "/action", other);
        }
    }

    private void Say(Dispute d, string text, string by) => d.Messages.Add(new JsonObject { ["posted_by"] = by, ["time_posted"] = Wire.Time(box.Now), ["content"] = text });

    private static string Note(JsonObject body, string name)
    {
        var text = Wire.Text(body, name) ?? throw PayPalError.Missing("/" + name);
        return text.Length is >= 1 and <= 2_000 ? text : throw PayPalError.Bad("INVALID_STRING_LENGTH", "/" + name);
    }

    /// <summary>JSON, or multipart with the JSON in the part <c>input</c> and documents beside it.</summary>
    private static (JsonObject Body, List<string> Files) Read(Ask ask)
    {
        var type = ask.Header("Content-Type") ?? "";
        if (!type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)) return (PayPalBox.Read(ask), []);
        var body = new JsonObject();
        var files = new List<string>();
        var all = 0L;
        foreach (var part in Multipart.Read(ask) ?? throw PayPalError.Bad("MALFORMED_REQUEST_JSON", "/"))
        {
            if (part.FileName is null || part.Type.StartsWith("application/json", StringComparison.Ordinal))
            {
                if (part.Name == "input") body = Parse(part.Content);
                continue;
            }

            all += part.Content.Length;
            if (part.Content.Length > 10 << 20 || all > 50 << 20 || !Document(part)) throw PayPalError.Cannot("INVALID_EVIDENCE_FILE", "/" + part.Name, part.FileName);
            files.Add(part.FileName);
        }

        return (body, files);
    }

    /// <summary>JPEG, GIF, PNG and PDF by their first bytes; text by its name.</summary>
    private static bool Document(Part part) =>
        part.Content.AsSpan().StartsWith("%PDF"u8) || part.Content.AsSpan().StartsWith("GIF8"u8)
        || part.Content is [0xFF, 0xD8, 0xFF, ..] or [0x89, 0x50, 0x4E, 0x47, ..]
        || part.FileName?.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) == true;

    private static JsonObject Parse(byte[] json)
    {
        try
        {
            return Wire.Parse(json) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            throw PayPalError.Bad("MALFORMED_REQUEST_JSON", "/input", Encoding.UTF8.GetString(json.AsSpan(0, Math.Min(json.Length, 40))));
        }
    }
}
