using System.Text;
using Busker.Kernel;

namespace Busker.Simulator.Stripe;

/// <summary>Disputes and early fraud warnings: inquiries that move no money, chargebacks that do, evidence with its limits.</summary>
internal sealed class Disputes(Sandbox box, Balances balances)
{
    private const string Url = "/v1/disputes";
    private const string Ce3 = "visa_compelling_evidence_3";
    private const int MostText = 150_000;
    private const long MostFiles = 4_718_592;
    private static readonly TimeSpan Answerable = TimeSpan.FromDays(9);
    private static readonly TimeSpan Verdict = TimeSpan.FromDays(60);
    private static readonly string[] Texts = [.. Shape.Of("evidence").Fields.Where((_, i) => Shape.Of("evidence").Expands[i] is null && Shape.Of("evidence").Defaults[i] is null)];
    private static readonly string[] FileFields = [.. Shape.Of("evidence").Fields.Where((_, i) => Shape.Of("evidence").Expands[i] == "file")];

    public IEnumerable<Route> Routes =>
    [
        new("GET", Url, call => Listing.Page(box, call, "dispute", Url, "charge", "payment_intent"), "by charge, payment intent, created"),
        new("GET", Url + "/{id}", call => box.Store.Get("dispute", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "staged or submitted evidence; 150000 characters, 4.5 MB, 49 pages (Mastercard 19); documented magic texts; enhanced evidence of the eligible test cards, as strings", "whether the prior charges of enhanced evidence match; fees of compliance cases; smart disputes"),
        new("POST", Url + "/{id}/close", Accept, "accepts: lost"),
        new("GET", "/v1/radar/early_fraud_warnings", call => Listing.Page(box, call, "early_fraud_warning", "/v1/radar/early_fraud_warnings", "charge", "payment_intent"), "by charge, payment intent"),
        new("GET", "/v1/radar/early_fraud_warnings/{id}", call => box.Store.Get("early_fraud_warning", call.Id), "actionable until refunded or disputed"),
    ];

    /// <summary>Whether anything will come of a charge that was captured; <paramref name="given"/> is what the request said of it.</summary>
    public bool Expects(string id, Thing? given, Instrument instrument) => instrument.Test?.Dispute is not null || box.Stage.Aftermath.Of(id, ToldFraud(given)) is not null;

    /// <summary>What a captured charge will lead to: what its test card says, or what the scenario's people do.</summary>
    public void Foresee(Thing charge, Instrument? instrument)
    {
        if (instrument?.Bank?.Disputed == true)
        {
            box.Later(TimeSpan.Zero, () => Open(charge, "debit_not_authorized", false, charge.Number("amount_captured")));
            return;
        }

        var shifted = charge["payment_method_details"] is CardDetails { LiabilityShifted: true };
        if (instrument?.Test?.Dispute is { } planned)
        {
            Rehearse(charge, planned, instrument.Card!.Brand, shifted);
            return;
        }

        if (box.Stage.Aftermath.Of(charge.Id, ToldFraud(charge), shifted) is not { } grievance) return;
        if (grievance.Fraud) box.Later(grievance.Delay / 2, () => Warn(charge));
        if (!grievance.Blocked) box.Later(grievance.Delay, () => Open(charge, grievance.Reason, grievance.Inquiry, charge.Truth!.Captured - charge.Truth.Refunded, worldly: true));
    }

    /// <summary>What a test card promises at once; no dispute for fraud after 3-D Secure.</summary>
    private void Rehearse(Thing charge, string planned, string brand, bool shifted)
    {
        var amount = charge.Number("amount_captured");
        void Soon(string reason, long minor, bool inquiry = false, string? eligibility = null, int seconds = 0)
        {
            if (!shifted || inquiry || reason != "fraudulent") box.Later(TimeSpan.FromSeconds(seconds), () => Open(charge, reason, inquiry, minor, eligibility));
        }

        switch (planned)
        {
            case "inquiry": Soon("fraudulent", amount, inquiry: true); break;
            case "warning": box.Later(TimeSpan.Zero, () => Warn(charge)); break;
            case "multiple":
                Soon("fraudulent", amount / 2);
                Soon("product_not_received", amount / 2, seconds: 1);
                break;
            case "ce3": Soon("fraudulent", amount, eligibility: Ce3); break;
            case "compliance": Soon("noncompliant", amount, eligibility: brand + "_compliance"); break;
            default: Soon(planned, amount); break;
        }
    }

    /// <summary>Its maker says that it is fraud.</summary>
    private static bool ToldFraud(Thing? charge) => charge?["metadata"] is IReadOnlyList<KeyValuePair<string, string>> metadata && metadata.Any(p => p is { Key: "sim_fraud", Value: "true" });

    public Result<string> OpenByHand(string id, string reason)
    {
        if (box.Store.Find("charge", id) is not { Truth.Captured: > 0 } charge) return new Fault(Code.NotFound, "CHARGE", $"there is no captured charge {id}");
        var left = charge.Truth!.Captured - charge.Truth.Disputed - charge.Truth.Refunded;
        if (left <= 0) return new Fault(Code.FailedPrecondition, "CHARGE", $"nothing is left of {id} to dispute");
        var inquiry = reason == "inquiry";
        var dispute = Open(charge, inquiry ? "fraudulent" : reason, inquiry, left)!;
        return $"{dispute.Id} was opened on {id}";
    }

    /// <param name="worldly">The scenario's people opened it: the bank turns its share of unanswered inquiries into chargebacks.</param>
    private Thing? Open(Thing charge, string reason, bool inquiry, long amount, string? eligibility = null, bool worldly = false)
    {
        amount = Math.Min(amount, charge.Truth!.Captured - charge.Truth.Disputed);
        if (amount <= 0) return null;
        var dispute = box.Make("dispute", "du_1", 23);
        dispute["amount"] = amount;
        dispute["currency"] = charge.Text("currency");
        dispute["charge"] = charge.Id;
        dispute["payment_intent"] = charge.Text("payment_intent");
        dispute["reason"] = reason;
        dispute["network_reason_code"] = NetworkCode(reason, charge);
        if (eligibility is not null) dispute["enhanced_eligibility_types"] = new[] { eligibility };
        dispute["evidence"] = new Thing("evidence");
        dispute["evidence_details"] = Details(dispute, 0);
        var brand = (charge.Hidden as Instrument)?.Card?.Brand ?? "visa";
        dispute["payment_method_details"] = new Raw(Encoding.UTF8.GetBytes(
            $$"""{"card":{"brand":"{{brand}}","case_type":"{{(inquiry ? "inquiry" : reason == "noncompliant" ? "compliance" : "chargeback")}}","network":"{{brand}}","network_reason_code":"{{NetworkCode(reason, charge)}}"},"type":"card"}"""));
        dispute["status"] = inquiry ? "warning_needs_response" : "needs_response";
        dispute["is_charge_refundable"] = inquiry;
        charge["disputed"] = true;
        box.AddDispute(charge, dispute);
        if (!inquiry) Withdraw(dispute, charge);
        box.Emit("charge.dispute.created", dispute);
        if (!inquiry) box.Emit("charge.dispute.funds_withdrawn", dispute);
        foreach (var warning in box.Store.All("early_fraud_warning").Where(w => w.Text("charge") == charge.Id)) warning["actionable"] = false;
        box.Later(Answerable, () => Expire(dispute, worldly));
        return dispute;
    }

    private void Warn(Thing charge)
    {
        var warning = box.Make("early_fraud_warning", "issfr_1", 23);
        warning["charge"] = charge.Id;
        warning["payment_intent"] = charge.Text("payment_intent");
        warning["actionable"] = !charge.Flag("refunded") && !charge.Flag("disputed");
        box.Store.Add(warning);
        box.Emit("radar.early_fraud_warning.created", warning);
    }

    private void Withdraw(Thing dispute, Thing charge)
    {
        var fee = box.Stage.Scenario.Fees.TryGetValue("stripe", out var fees) ? fees.Dispute : 0;
        box.Stage.Till.Dispute(charge.Truth!, dispute.Number("amount"));
        box.Stage.Till.Fee(charge.Truth!, fee, Core.Account.Available);
        Book(dispute, balances.Record("adjustment", "dispute", dispute, -dispute.Number("amount"), fee, "Dispute fee"));
    }

    private void Reinstate(Thing dispute)
    {
        var charge = box.Store.Get("charge", dispute.Text("charge")!);
        box.Stage.Till.DisputeReturned(charge.Truth!, dispute.Number("amount"));
        Book(dispute, balances.Record("adjustment", "dispute_reversal", dispute, dispute.Number("amount"), 0));
        box.Emit("charge.dispute.funds_reinstated", dispute);
    }

    private static void Book(Thing dispute, Thing transaction) =>
        dispute["balance_transactions"] = dispute["balance_transactions"] is IEnumerable<Thing> before ? (Thing[])[.. before, transaction] : [transaction];

    private Thing Update(Call call)
    {
        var dispute = box.Store.Get("dispute", call.Id);
        call.Form.Metadata(dispute);
        if (!call.Form.HasAny("evidence[") && call.Form.Flag("submit") is not true) return dispute;
        if (dispute.Text("status") is not ("needs_response" or "warning_needs_response"))
        {
            throw StripeError.Invalid("This dispute's evidence has already been submitted and can no longer be changed.", null, "dispute_evidence_already_submitted");
        }

        var before = dispute.Copy();
        Stage(dispute, call.Form);
        if (call.Form.Flag("submit") ?? true) Submit(dispute, before);
        else box.Emit("charge.dispute.updated", dispute, before);
        return dispute;
    }

    private void Stage(Thing dispute, Form form)
    {
        var evidence = (Thing)dispute["evidence"]!;
        foreach (var (field, value) in form.Below("evidence"))
        {
            if (!Texts.Contains(field) && !FileFields.Contains(field))
            {
                if (field.StartsWith("enhanced_evidence", StringComparison.Ordinal)) continue; // below
                throw StripeError.Invalid($"Received unknown parameter: evidence[{field}]", $"evidence[{field}]", "parameter_unknown");
            }

            if (value.Length > 0 && FileFields.Contains(field) && box.Store.Get("file", value, $"evidence[{field}]").Text("purpose") != "dispute_evidence")
            {
                throw StripeError.Invalid("Files used as dispute evidence must be uploaded with the purpose dispute_evidence.", $"evidence[{field}]");
            }

            evidence[field] = value.Length == 0 ? null : value;
        }

        if (form.Json("evidence[enhanced_evidence]") is { } enhanced) evidence["enhanced_evidence"] = enhanced;
        if (Texts.Sum(f => evidence.Text(f)?.Length ?? 0) > MostText)
        {
            throw StripeError.Invalid($"The combined character count of your evidence must not exceed {MostText}.", "evidence");
        }

        if (FileFields.Sum(f => box.Store.Find("file", evidence.Text(f))?.Number("size") ?? 0) > MostFiles)
        {
            throw StripeError.Invalid("The combined file size of your evidence must not exceed 4.5 MB.", "evidence");
        }

        var most = (box.Store.Find("charge", dispute.Text("charge"))?.Hidden as Instrument)?.Card?.Brand == "mastercard" ? 19 : 49;
        if (FileFields.Sum(f => Files.Pages(box.Store.Find("file", evidence.Text(f)))) > most)
        {
            throw StripeError.Invalid($"The combined page count of your evidence must not exceed {most}.", "evidence", "dispute_evidence_page_limit_exceeded");
        }

        dispute["evidence_details"] = Details(dispute, 0);
    }

    private void Submit(Thing dispute, Thing before)
    {
        var inquiry = dispute.Is("warning_needs_response");
        dispute["status"] = inquiry ? "warning_under_review" : "under_review";
        dispute["evidence_details"] = Details(dispute, 1);
        box.Emit("charge.dispute.updated", dispute, before);
        var text = ((Thing)dispute["evidence"]!).Text("uncategorized_text") ?? "";
        if (text.Contains("winning_evidence", StringComparison.Ordinal)) box.Later(TimeSpan.Zero, () => Close(dispute, inquiry ? "warning_closed" : "won"));
        else if (text.Contains("losing_evidence", StringComparison.Ordinal)) box.Later(TimeSpan.Zero, () => Close(dispute, "lost"));
        else if (inquiry && text.Contains("escalate_inquiry_evidence", StringComparison.Ordinal)) box.Later(TimeSpan.Zero, () => Escalate(dispute));
        else
        {
            var won = Core.Draw.Of(box.Stage.Seed, dispute.Id, "verdict").Chance(box.Stage.Scenario.Disputes.Won);
            box.Later(Verdict, () => Close(dispute, inquiry ? "warning_closed" : won ? "won" : "lost"));
        }
    }

    private void Escalate(Thing dispute)
    {
        var before = dispute.Copy();
        dispute["status"] = "needs_response";
        dispute["is_charge_refundable"] = false;
        dispute["evidence_details"] = Details(dispute, 0);
        Withdraw(dispute, box.Store.Get("charge", dispute.Text("charge")!));
        box.Emit("charge.dispute.updated", dispute, before);
        box.Emit("charge.dispute.funds_withdrawn", dispute);
        box.Later(Answerable, () => Expire(dispute));
    }

    private void Expire(Thing dispute, bool worldly = false)
    {
        if (dispute.Is("needs_response")) Close(dispute, "lost");
        if (!dispute.Is("warning_needs_response")) return;
        var open = !box.Store.Get("charge", dispute.Text("charge")!).Flag("refunded");
        if (worldly && open && Core.Draw.Of(box.Stage.Seed, dispute.Id, "no reply").Chance(box.Stage.Scenario.Disputes.Escalated)) Escalate(dispute);
        else box.Later(Verdict, () => Close(dispute, "warning_closed"));
    }

    private void Close(Thing dispute, string status)
    {
        if (dispute.Text("status") is "won" or "lost" or "warning_closed") return;
        var inquiry = dispute.Text("status")!.StartsWith("warning", StringComparison.Ordinal);
        dispute["status"] = inquiry && status == "lost" ? "warning_closed" : status;
        if (!inquiry && status == "won") Reinstate(dispute);
        box.Emit("charge.dispute.closed", dispute);
    }

    private Thing Accept(Call call)
    {
        var dispute = box.Store.Get("dispute", call.Id);
        if (dispute.Text("status") is not ("needs_response" or "warning_needs_response"))
        {
            throw StripeError.Invalid("This dispute is already closed.", null);
        }

        Close(dispute, "lost");
        return dispute;
    }

    private Raw Details(Thing dispute, int submissions) => Raw.Of(json =>
    {
        var evidence = dispute["evidence"] as Thing;
        json.WriteStartObject();
        json.WriteNumber("due_by", dispute.Number("created") + (long)Answerable.TotalSeconds);
        Eligibility(json, dispute, evidence);
        json.WriteBoolean("has_evidence", evidence is not null && (Texts.Any(f => evidence.Text(f) is not null) || FileFields.Any(f => evidence.Text(f) is not null)));
        json.WriteBoolean("past_due", box.Now > dispute.Number("created") + (long)Answerable.TotalSeconds && submissions == 0);
        json.WriteNumber("submission_count", submissions);
        json.WriteString("submission_method", submissions > 0 ? "manual" : "not_submitted");
        json.WriteEndObject();
    });

    /// <summary>Enhanced evidence counts as soon as there is some of its kind, whatever it says: in test mode any prior charges do.</summary>
    private static void Eligibility(System.Text.Json.Utf8JsonWriter json, Thing dispute, Thing? evidence)
    {
        json.WriteStartObject("enhanced_eligibility");
        if (dispute["enhanced_eligibility_types"] is string[] types)
        {
            foreach (var type in types)
            {
                var given = evidence?["enhanced_evidence"] is Raw enhanced && enhanced.Json.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{type}\"")) >= 0;
                json.WriteStartObject(type);
                if (type == Ce3)
                {
                    json.WriteStartArray("required_actions");
                    if (!given) json.WriteStringValue("missing_prior_undisputed_transactions");
                    json.WriteEndArray();
                    json.WriteString("status", given ? "qualified" : "requires_action");
                }
                else
                {
                    json.WriteString("status", given ? "fee_acknowledged" : "requires_fee_acknowledgement");
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private static string NetworkCode(string reason, Thing charge)
    {
        var visa = (charge.Hidden as Instrument)?.Card?.Brand is null or "visa";
        return reason switch
        {
            "fraudulent" => visa ? "10.4" : "4837",
            "product_not_received" => visa ? "13.1" : "4853",
            "product_unacceptable" => visa ? "13.3" : "4853",
            "credit_not_processed" => visa ? "13.6" : "4853",
            "duplicate" => visa ? "12.6" : "4834",
            "subscription_canceled" => visa ? "13.2" : "4853",
            _ => visa ? "13.7" : "4853",
        };
    }
}
