using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Busker.Kernel;
using Busker.Simulator.Core;
using static Busker.Simulator.Adyen.AdyenBox;

namespace Busker.Simulator.Adyen;

/// <summary>
/// Disputes from the issuer's question to the second chargeback: announced, booked, defended with documents, provisionally reversed,
/// and then won or taken back again.
/// </summary>
internal sealed class Disputes(AdyenBox box)
{
    private static readonly TimeSpan Question = TimeSpan.FromDays(7);
    private static readonly TimeSpan Notice = TimeSpan.FromDays(1);
    private static readonly TimeSpan Forwarded = TimeSpan.FromDays(1);
    private static readonly TimeSpan IssuersTime = TimeSpan.FromDays(30);

    public Dictionary<string, Dispute> All { get; } = [];

    private static TimeSpan Period(Dispute dispute) => TimeSpan.FromDays(dispute.Visa ? 18 : 36);

    /// <summary>What a captured payment will lead to: what its holder name asks for, or what the scenario's people do.</summary>
    public void Foresee(AdyenPayment payment, string? holder, bool fraud)
    {
        if (holder?.StartsWith("Chargeback", StringComparison.Ordinal) == true || holder is "Second Chargeback" or "Request For Information")
        {
            Later(TimeSpan.FromSeconds(2), () => Rehearse(payment, holder));
            return;
        }

        if (box.Stage.Aftermath.Of(payment.Psp, fraud, payment.LiabilityShifted) is not { } grievance) return;
        if (grievance.Fraud) Later(grievance.Delay / 2, () => Tell(payment, Ids.Capitals(box.Stage.Seed, payment.Psp, "fraud notice", 16), "NOTIFICATION_OF_FRAUD", payment.Truth.Captured, "Fraud reported by the cardholder",
            new() { ["nofReasonCode"] = payment.Brand == "visa" ? "6" : "04", ["nofSchemeCode"] = payment.Brand }));
        if (!grievance.Blocked) Later(grievance.Delay, () => Open(payment, grievance.Reason, grievance.Inquiry, Notice));
    }

    /// <summary>By hand: charged back at once, or asked first when the reason is <c>inquiry</c>.</summary>
    public Result<string> OpenByHand(string psp, string reason)
    {
        if (!box.Payments.TryGetValue(psp, out var payment) || payment.Truth.Captured == 0) return new Fault(Code.NotFound, "CHARGE", $"there is no captured payment {psp}");
        if (Open(payment, reason == "inquiry" ? "fraudulent" : reason, reason == "inquiry", TimeSpan.Zero) is { } dispute) return $"dispute {dispute.Psp} was opened on {psp}";
        return new Fault(Code.FailedPrecondition, "CHARGE", payment.Dispute is { Over: false } open ? $"dispute {open.Psp} of {psp} is not over" : $"nothing is left of {psp} to dispute");
    }

    public Answer Reasons(Ask ask)
    {
        var (_, dispute, refusal) = Read(ask, "DefenseReasonsRequest", "disputePspReference", "merchantAccountCode");
        if (dispute is null) return Result(refusal);
        var reasons = DisputeReasons.Defences(dispute).Select(d => (JsonNode)new JsonObject
        {
            ["defenseDocumentTypes"] = new JsonArray([.. d.Documents.Select(t => (JsonNode)new JsonObject
            {
                ["available"] = dispute.Documents.ContainsKey(t.Type), ["defenseDocumentTypeCode"] = t.Type, ["requirementLevel"] = t.Level,
            })]),
            ["defenseReasonCode"] = d.Code, ["satisfied"] = Satisfied(d, dispute),
        });
        return Json(200, new JsonObject { ["defenseReasons"] = new JsonArray([.. reasons]), ["disputeServiceResult"] = new JsonObject { ["success"] = true } }, dispute.Psp);
    }

    public Answer Supply(Ask ask)
    {
        var (body, dispute, refusal) = Read(ask, "SupplyDefenseDocumentRequest", "defenseDocuments", "disputePspReference", "merchantAccountCode");
        if (dispute is null) return Result(refusal);
        if (!Defensible(dispute)) return Result("Dispute is not in a defendable state");
        if (!body.TryGetProperty("defenseDocuments", out var documents) || documents.ValueKind != System.Text.Json.JsonValueKind.Array) throw AdyenError.Missing("defenseDocuments");
        foreach (var document in documents.EnumerateArray())
        {
            var type = Need(document, "defenseDocumentTypeCode", "14_0000", "Required field 'defenseDocumentTypeCode' is not provided.");
            var content = Need(document, "content", "14_0000", "Required field 'content' is not provided.");
            if (!DisputeReasons.Defences(dispute).Any(d => d.Documents.Any(t => t.Type == type))) return Result($"Defense document type {type} is not applicable");
            if (Unfit(Text(document, "contentType"), content) is { } why) return Result(why);
            dispute.Documents[type] = content;
        }

        return Result(null, dispute.Psp);
    }

    public Answer Delete(Ask ask)
    {
        var (body, dispute, refusal) = Read(ask, "DeleteDefenseDocumentRequest", "defenseDocumentType", "disputePspReference", "merchantAccountCode");
        if (dispute is null) return Result(refusal);
        if (!Defensible(dispute)) return Result("Dispute is not in a defendable state");
        return dispute.Documents.Remove(Text(body, "defenseDocumentType") ?? "") ? Result(null, dispute.Psp) : Result("Defense document was not found");
    }

    public Answer Defend(Ask ask)
    {
        var (body, dispute, refusal) = Read(ask, "DefendDisputeRequest", "defenseReasonCode", "disputePspReference", "merchantAccountCode");
        if (dispute is null) return Result(refusal);
        if (!Defensible(dispute)) return Result("Dispute is not in a defendable state");
        var code = Text(body, "defenseReasonCode");
        var defence = DisputeReasons.Defences(dispute).FirstOrDefault(d => d.Code == code);
        if (defence is null) return Result($"Defense reason {code} is not applicable");
        if (!Satisfied(defence, dispute)) return Result("Required defense documents are missing");
        dispute.Wins ??= Said(dispute, "winning_evidence") ? true : Said(dispute, "losing_evidence") ? false : null;
        if (dispute.Standing == Standing.Asked)
        {
            dispute.Standing = Standing.Answered;
            Tell(dispute, "INFORMATION_SUPPLIED", "Responded", ask);
            return Result(null, dispute.Psp);
        }

        var booked = dispute.Standing == Standing.ChargedBack;
        dispute.Standing = Standing.Defended;
        Tell(dispute, "INFORMATION_SUPPLIED", "Pending", ask);
        if (booked) Later(Forwarded, () => Reverse(dispute));
        return Result(null, dispute.Psp);
    }

    public Answer Accept(Ask ask)
    {
        var (_, dispute, refusal) = Read(ask, "AcceptDisputeRequest", "disputePspReference", "merchantAccountCode");
        if (dispute is null) return Result(refusal);
        if (!Defensible(dispute)) return Result("Dispute is not in a defendable state");
        var booked = dispute.Standing == Standing.ChargedBack;
        if (dispute.Standing == Standing.Asked) dispute.Standing = Standing.Answered;
        else dispute.Standing = booked ? Standing.Accepted : Standing.Announced;
        dispute.Conceded = true;
        Tell(dispute, "DISPUTE_DEFENSE_PERIOD_ENDED", "Accepted", ask);
        return Result(null, dispute.Psp);
    }

    private Dispute? Open(AdyenPayment payment, string reason, bool inquiry, TimeSpan notice)
    {
        if (payment.Left is not (> 0 and var left) || payment.Dispute is { Over: false }) return null;
        var psp = Ids.Capitals(box.Stage.Seed, payment.Psp, string.Create(CultureInfo.InvariantCulture, $"dispute {payment.Disputes++}"), 16);
        var dispute = new Dispute(psp, payment, DisputeReasons.Code(reason, payment.Brand), left);
        All.Add(psp, dispute);
        payment.Dispute = dispute;
        if (!inquiry)
        {
            Announce(dispute, notice);
            return dispute;
        }

        dispute.DefensibleUntilMs = box.Stage.Clock.NowMs + (long)Question.TotalMilliseconds;
        Tell(dispute, "REQUEST_FOR_INFORMATION", "Unresponded");
        Later(Question, () =>
        {
            var answered = dispute.Standing == Standing.Answered;
            if (!answered) Tell(dispute, "REQUEST_FOR_INFORMATION", "Expired");
            var content = answered ? dispute.Wins ?? true : !box.Draw(dispute.Psp, "content").Chance(box.Stage.Scenario.Disputes.Escalated);
            dispute.Documents.Clear();
            dispute.Wins = null;
            dispute.Conceded = false;
            dispute.Minor = Math.Min(dispute.Minor, payment.Left); // a refund answers the question as well
            if (content || dispute.Minor <= 0) dispute.Standing = Standing.Closed;
            else Announce(dispute, Notice);
        });
        return dispute;
    }

    /// <summary>The defence period begins; the money goes a little later.</summary>
    private void Announce(Dispute dispute, TimeSpan notice)
    {
        dispute.Standing = Standing.Announced;
        dispute.DefensibleUntilMs = box.Stage.Clock.NowMs + (long)Period(dispute).TotalMilliseconds;
        Tell(dispute, "NOTIFICATION_OF_CHARGEBACK", "Undefended");
        if (notice == TimeSpan.Zero) Book(dispute);
        else Later(notice, () => Book(dispute));
        Later(Period(dispute), () =>
        {
            if (dispute.Standing != Standing.ChargedBack) return;
            dispute.Standing = Standing.Lost;
            Tell(dispute, "DISPUTE_DEFENSE_PERIOD_ENDED", "Expired");
        });
    }

    private void Book(Dispute dispute)
    {
        var defended = dispute.Standing == Standing.Defended;
        box.Ledger.Chargeback(dispute.Payment, dispute.Psp, dispute.Minor, again: false);
        if (!defended) dispute.Standing = dispute.Conceded ? Standing.Accepted : Standing.ChargedBack;
        Tell(dispute, "CHARGEBACK", dispute.Conceded ? "Accepted" : defended ? "Pending" : "Undefended");
        if (defended) Later(Forwarded, () => Reverse(dispute));
    }

    /// <summary>The defence is with the issuer: the money comes back, provisionally.</summary>
    private void Reverse(Dispute dispute)
    {
        if (dispute.Standing != Standing.Defended) return;
        dispute.Standing = Standing.Reversed;
        box.Ledger.ChargebackReversed(dispute.Payment, dispute.Psp, dispute.Minor);
        Tell(dispute, dispute.Allocation ? "PREARBITRATION_WON" : "CHARGEBACK_REVERSED", "Pending");
        var wins = dispute.Wins ?? box.Draw(dispute.Psp, "verdict").Chance(box.Stage.Scenario.Disputes.Won);
        Later(IssuersTime, () => Decide(dispute, wins));
    }

    private void Decide(Dispute dispute, bool wins)
    {
        if (dispute.Standing != Standing.Reversed) return;
        if (wins)
        {
            dispute.Standing = Standing.Won;
            Tell(dispute, dispute.Allocation ? "PREARBITRATION_WON" : "ISSUER_RESPONSE_TIMEFRAME_EXPIRED", "Won");
            return;
        }

        dispute.Standing = Standing.Lost;
        box.Ledger.Chargeback(dispute.Payment, dispute.Psp, dispute.Minor, again: true);
        Tell(dispute, dispute.Allocation ? "PREARBITRATION_LOST" : "SECOND_CHARGEBACK", "Lost");
    }

    /// <summary>The documented holder names, and two more in their manner.</summary>
    private void Rehearse(AdyenPayment payment, string holder)
    {
        var code = holder.Split(':') is [_, { Length: > 0 } given] ? given : "fraudulent";
        if (holder == "Request For Information")
        {
            Open(payment, code, true, TimeSpan.Zero);
            return;
        }

        var second = holder == "Second Chargeback";
        if (Open(payment, code, false, TimeSpan.Zero) is not { } dispute || !(second || holder == "Chargeback Reversed")) return;
        dispute.Wins = !second;
        dispute.Standing = Standing.Defended;
        Reverse(dispute);
        if (second) Decide(dispute, false);
    }

    private bool Defensible(Dispute dispute) =>
        !dispute.Conceded && dispute.Standing is Standing.Asked or Standing.Announced or Standing.ChargedBack
            && box.Stage.Clock.NowMs < dispute.DefensibleUntilMs;

    private static bool Satisfied(Defence defence, Dispute dispute)
    {
        var alternatives = defence.Documents.Where(d => d.Level == "AlternativeRequired").ToArray();
        return defence.Documents.All(d => d.Level != "Required" || dispute.Documents.ContainsKey(d.Type))
            && (alternatives.Length == 0 || alternatives.Any(d => dispute.Documents.ContainsKey(d.Type)));
    }

    private static bool Said(Dispute dispute, string word) =>
        dispute.Documents.Values.Any(d => Encoding.Latin1.GetString(Convert.FromBase64String(d)).Contains(word, StringComparison.Ordinal));

    /// <summary>PDF to 2 MB, JPEG and TIFF to 10 MB.</summary>
    private static string? Unfit(string? type, string content)
    {
        var most = type switch { "application/pdf" => 2, "image/jpg" or "image/jpeg" or "image/tiff" => 10, _ => 0 } * 1024 * 1024;
        if (most == 0) return $"Content type {type} is not supported";
        var bytes = new byte[(content.Length * 3 / 4) + 3];
        if (!Convert.TryFromBase64String(content, bytes, out var length)) return "The content is not base64";
        return length > most ? "The file is too large" : null;
    }

    private (System.Text.Json.JsonElement Body, Dispute? Dispute, string? Refusal) Read(Ask ask, string structure, params ReadOnlySpan<string> fields)
    {
        var body = AdyenBox.Read(ask, structure);
        foreach (var field in fields)
        {
            if (!body.TryGetProperty(field, out _)) throw AdyenError.Missing(field);
        }

        if (Text(body, "merchantAccountCode") != Merchant) throw new AdyenError(403, "901", "security", "Invalid Merchant Account");
        var dispute = All.GetValueOrDefault(Text(body, "disputePspReference") ?? "");
        return (body, dispute, dispute is null ? "Dispute was not found" : null);
    }

    private static Answer Result(string? refusal, string? subject = null)
    {
        var result = new JsonObject { ["success"] = refusal is null };
        if (refusal is not null) result["errorMessage"] = refusal;
        return Json(200, new JsonObject { ["disputeServiceResult"] = result }, subject);
    }

    private void Later(TimeSpan delay, Action what) => box.Stage.Clock.Schedule(delay, what);

    private void Tell(Dispute dispute, string code, string status, Ask? cause = null)
    {
        var request = code == "REQUEST_FOR_INFORMATION" || dispute.Standing is Standing.Asked or Standing.Answered;
        var more = new Dictionary<string, string>
        {
            ["disputeStatus"] = status, ["defendable"] = Defensible(dispute) ? "true" : "false", [request ? "rfiReasonCode" : "chargebackReasonCode"] = dispute.Reason,
            [request ? "rfiSchemeCode" : "chargebackSchemeCode"] = dispute.Payment.Brand, ["autoDefended"] = "false",
            ["defensePeriodEndsAt"] = DateTimeOffset.FromUnixTimeMilliseconds(dispute.DefensibleUntilMs).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
        };
        if (code != "REQUEST_FOR_INFORMATION") more["modificationMerchantReferences"] = "";
        Tell(dispute.Payment, dispute.Psp, code, dispute.Minor, DisputeReasons.Text(dispute.Reason), more, cause);
    }

    private void Tell(AdyenPayment payment, string psp, string code, long minor, string reason, Dictionary<string, string> more, Ask? cause = null) =>
        box.Notifications.Send(new Notice(code, psp, payment.Psp, payment.Reference, minor, payment.Currency, true, reason, payment.Brand, more), cause);
}
