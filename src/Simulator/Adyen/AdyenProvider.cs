using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Busker.Kernel;
using Busker.Simulator.Core;
using static Busker.Simulator.Adyen.AdyenBox;

namespace Busker.Simulator.Adyen;

/// <summary>Adyen: keys, idempotency, stored cards and notification settings; payments and modifications have classes of their own.</summary>
internal sealed class AdyenProvider : Provider
{
    private const long KeptMs = 7L * 86_400_000;
    private readonly AdyenBox _box;
    private readonly Disputes _disputes;
    private readonly Modifications _modifications;
    private readonly Dictionary<string, Slot> _slots = [];

    public AdyenProvider(Stage stage)
        : base(stage, "adyen")
    {
        _box = new AdyenBox(stage);
        _disputes = new Disputes(_box);
        _modifications = new Modifications(_box, _disputes);
        var reports = new SettlementReports(stage, _box.Notifications, () => Address);
        _box.Ledger.Closed = reports.Write;
        var payments = new Payments(_box, _modifications);
        ApiKey = Ids.From(stage.Seed, "adyen", "api key", "AQE", 40);
        const string Later = "what cannot be done is told by a notification with success false, as Adyen does";
        Endpoints =
        [
            new("POST", "/{version}/payments", Run(payments.Create), "cards, stored cards, zero-value authorisations, 3-D Secure by redirect and native (fingerprint, then challenge; without a question for 5201 2815 0512 9736), with liabilityShift, eci and cavv in additionalData, attemptAuthentication and executeThreeD, exemptions (lowValue to 30.00, five times and 100.00 together; transactionRiskAnalysis to 250.00; else a question, or with `never` the refusal 38), threeDSRequestorChallengeInd, iDEAL, immediate, delayed and manual capture, refusals by test value or by the scenario's issuers, disputes by holder name; unknown fields are refused", "other payment methods, the exemptions secureCorporate and trustedBeneficiary are never granted; other threeDS2RequestData changes nothing; orders, splits"),
            new("POST", "/{version}/payments/details", Run(payments.Details), "the result of a redirect, of a fingerprint, of a challenge", "the bank's frame of a native challenge"),
            new("POST", "/{version}/payments/{psp}/captures", Run(_modifications.Capture), "partial and multiple captures; " + Later),
            new("POST", "/{version}/payments/{psp}/cancels", Run(_modifications.Cancel), "before any capture; " + Later),
            new("POST", "/{version}/payments/{psp}/refunds", Run(_modifications.Refund), "partial and multiple refunds; " + Later),
            new("POST", "/{version}/payments/{psp}/reversals", Run(_modifications.Reverse), "cancels or refunds, whichever it takes; " + Later),
            new("POST", "/{version}/payments/{psp}/amountUpdates", Run(_modifications.ChangeAmount), "up and down before a capture; " + Later),
            new("POST", "/{version}/cancels", Run(_modifications.TechnicalCancel), "by the merchant's reference; " + Later),
            new("GET", "/{version}/storedPaymentMethods", Run(ListStored), "a shopper's cards"),
            new("POST", "/{version}/storedPaymentMethods", Run(payments.Store), "keeps a card without a payment", "other payment methods"),
            new("DELETE", "/{version}/storedPaymentMethods/{id}", Run(DeleteStored), "forgets a card"),
            new("POST", "/{version}/merchants/{merchant}/webhooks", Run(CreateHook), "standard webhooks in JSON", "other formats, filters"),
            new("DELETE", "/{version}/merchants/{merchant}/webhooks/{id}", Run(DeleteHook), "no more notifications"),
            new("POST", "/{version}/merchants/{merchant}/webhooks/{id}/generateHmac", Run(MakeKey), "a new signing key, in force at once"),
            .. DisputeService(),
            new("GET", "/reports/download/MerchantAccount/{merchant}/{file}", Run(reports.Download), "the settlement detail report of each nightly batch, announced by REPORT_AVAILABLE; faults of settlement files", "other reports, choosing columns"),
            new("GET", "/3ds/{id}", payments.Page, "the bank's page, for a browser"),
            new("GET", "/3ds/{id}/{choice}", payments.Choose, "yes or no, and back to the merchant"),
        ];
    }

    public string ApiKey { get; }
    internal override IReadOnlyList<Endpoint> Endpoints { get; }
    public override IReadOnlyList<(string Name, string Value)> Keys => [("api key", ApiKey), ("merchant account", Merchant)];

    public override string Snippet(Uri address) => $$"""
        import adyen from '@adyen/api-library'; import https from 'node:https'; import net from 'node:net';
        https.Agent.prototype.createConnection = () => net.connect({{address.Port}}, '{{address.Host}}'); // the library knows no address but Adyen's
        await new adyen.CheckoutAPI(new adyen.Client({ apiKey: '{{ApiKey}}', environment: 'TEST' })).PaymentsApi.payments({ merchantAccount: '{{Merchant}}', amount: { value: 1099, currency: 'EUR' }, reference: 'order-1', returnUrl: 'https://example.com', paymentMethod: { type: 'scheme', number: '4111111111111111', expiryMonth: '03', expiryYear: '2030', cvc: '737' } });
        """;

    internal override string? KeyOf(Ask ask) => ask.Method == "POST" ? ask.Header("Idempotency-Key") : null;

    internal override Answer? Admit(Ask ask)
    {
        if (ask.Path.StartsWith("/3ds/", StringComparison.Ordinal)) return null;
        if (ask.Header("X-API-Key") != ApiKey && !Basic(ask)) return Say(ask, new AdyenError(401, "000", "security", "HTTP Status Response - Unauthorized"));
        if (KeyOf(ask) is not { } key) return null;
        if (key.Length > 64) return Say(ask, AdyenError.Invalid("703", "The idempotency key is longer than 64 characters"));
        if (!_slots.TryGetValue(key, out var slot) || ask.AtMs - slot.AtMs >= KeptMs)
        {
            _slots[key] = new Slot(ask.AtMs);
            return null;
        }

        if (slot.Answer is null) return Say(ask, AdyenError.Invalid("704", "request already processed or in progress")).With("transient-error", "true");
        return slot.Answer;
    }

    /// <summary>Refusals for a reason that may pass are forgotten, everything else is answered the same again.</summary>
    internal override void Keep(Ask ask, Answer answer)
    {
        if (KeyOf(ask) is not { } key || !_slots.TryGetValue(key, out var slot) || slot.Answer is not null) return;
        if (answer.Status is 401 or 403 or 429) _slots.Remove(key);
        else slot.Answer = answer.With("idempotency-key", key);
    }

    internal override Answer Unknown(Ask ask) => Say(ask, new AdyenError(404, "000", "internal", $"{ask.Method} {ask.Path} is not an endpoint"));

    internal override Answer Refusal(Ask ask, int status) => status == 429
        ? Say(ask, new AdyenError(429, "429", "internal", "Too many requests")).With("transient-error", "true")
        : Say(ask, new AdyenError(status, "905", "internal", "Payment details are not supported or the service is not available")).With("transient-error", "true");

    internal override Result<string> FailRefund(string refundId) => _modifications.Fail(refundId)
        ? $"{refundId} failed; its money is back with the merchant"
        : new Fault(Code.NotFound, "REFUND", $"there is no refund {refundId} that could fail");

    internal override Result<string> OpenDispute(string chargeId, string reason) => _disputes.OpenByHand(chargeId, reason);

    internal override int Decimals(string currency) => AdyenBox.Decimals(currency);

    internal override IEnumerable<(string Id, string Charge, long Minor, string Currency, string Status)> Refunds =>
        _box.Refunds.AsEnumerable().Reverse().Select(r => (r.Psp, r.Payment.Psp, r.Minor, r.Payment.Currency, r.Failed ? "failed" : "succeeded"));

    /// <summary>Journal, batches, payments and books against each other.</summary>
    internal override IEnumerable<string> Discrepancies()
    {
        foreach (var sentence in _box.Ledger.Discrepancies(_box.Payments.Values)) yield return sentence;
        foreach (var group in _box.Payments.Values.GroupBy(p => p.Currency))
        {
            if (Stage.Till.Books.Balance(Name, group.Key, Account.Held) != group.Sum(p => p.Truth.Held)) yield return $"adyen {group.Key}: held differs from the payments";
        }
    }

    private Endpoint[] DisputeService()
    {
        const string Url = "/ca/services/DisputeService/{version}/";
        return
        [
            new("POST", Url + "retrieveApplicableDefenseReasons", Run(_disputes.Reasons), "the defences of a reason code, with the documents each needs", "own lists of reason codes other than 10.4, 13.1, 4837 and 4853: supplied material only"),
            new("POST", Url + "supplyDefenseDocument", Run(_disputes.Supply), "PDF to 2 MB, JPEG and TIFF to 10 MB; `winning_evidence` or `losing_evidence` in a document decides the case"),
            new("POST", Url + "deleteDisputeDefenseDocument", Run(_disputes.Delete), "before the defence"),
            new("POST", Url + "defendDispute", Run(_disputes.Defend), "answers a request for information, or defends: provisional reversal, then won or charged back again (Visa fraud: pre-arbitration)", "arbitration"),
            new("POST", Url + "acceptDispute", Run(_disputes.Accept), "the defence period ends at once"),
        ];
    }

    /// <summary>Reports are also downloaded with a name and a password: the password is the API key.</summary>
    private bool Basic(Ask ask)
    {
        Span<byte> credentials = stackalloc byte[300];
        return ask.Header("Authorization") is ['B', 'a', 's', 'i', 'c', ' ', .. var text] && Convert.TryFromBase64String(text, credentials, out var length)
            && Encoding.UTF8.GetString(credentials[..length]).EndsWith(":" + ApiKey, StringComparison.Ordinal);
    }

    private static Func<Ask, Answer> Run(Func<Ask, Answer> work) => ask =>
    {
        try
        {
            return work(ask);
        }
        catch (AdyenError refused)
        {
            return Say(ask, refused);
        }
    };

    private static Answer Say(Ask ask, AdyenError error) => error.Answer(NewPsp(ask));

    private Answer ListStored(Ask ask)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(ask.Query);
        if (!query.TryGetValue("shopperReference", out var shopper)) throw AdyenError.Missing("shopperReference");
        var cards = _box.Stored.Values.Where(s => s.Shopper == shopper).Select(s => (JsonNode)Payments.Shown(s));
        return Json(200, new JsonObject { ["merchantAccount"] = Merchant, ["shopperReference"] = shopper.ToString(), ["storedPaymentMethods"] = new JsonArray([.. cards]) }, null);
    }

    private Answer DeleteStored(Ask ask)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(ask.Query);
        if (!query.TryGetValue("shopperReference", out var shopper)) throw AdyenError.Missing("shopperReference");
        if (_box.Stored.GetValueOrDefault(ask.Values[1])?.Shopper != shopper) throw AdyenError.Invalid("800", "Contract not found");
        _box.Stored.Remove(ask.Values[1]);
        return new Answer(204, default);
    }

    private Answer CreateHook(Ask ask)
    {
        var body = Read(ask, "CreateMerchantWebhookRequest");
        var url = Need(body, "url", "14_0000", "Required field 'url' is not provided.");
        if (!WebhookSender.CanCall(url)) throw AdyenError.Invalid("31_004", "Invalid field 'url': it is not the address of a web server.");
        var hook = new Hook(ask.NewId("WBHK", 24).ToUpperInvariant(), url) { Active = Text(body, "active") != "false" };
        _box.Notifications.Hooks.Add(hook.Id, hook);
        return Json(200, new JsonObject { ["id"] = hook.Id, ["type"] = "standard", ["url"] = url, ["active"] = hook.Active, ["communicationFormat"] = "json" }, hook.Id);
    }

    private Answer DeleteHook(Ask ask) => _box.Notifications.Hooks.Remove(ask.Values[2]) ? new Answer(204, default) : Unknown(ask);

    private Answer MakeKey(Ask ask)
    {
        if (!_box.Notifications.Hooks.TryGetValue(ask.Values[2], out var hook)) return Unknown(ask);
        hook.Key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ask.NewId(hook.Id, 24))));
        return Json(200, new JsonObject { ["hmacKey"] = hook.Key }, hook.Id);
    }

    private sealed class Slot(long atMs)
    {
        public long AtMs { get; } = atMs;
        public Answer? Answer { get; set; }
    }
}
