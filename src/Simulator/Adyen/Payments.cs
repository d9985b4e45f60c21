using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;
using static Busker.Simulator.Adyen.AdyenBox;

namespace Busker.Simulator.Adyen;

/// <summary>/payments and /payments/details: an authorisation, a refusal, or a shopper who is sent away to authenticate.</summary>
internal sealed class Payments(AdyenBox box, Modifications modifications)
{
    private readonly Journeys _journeys = new(box);
    private readonly Authentication _authentication = new(box);

    public Answer Create(Ask ask)
    {
        var body = Read(ask, "PaymentRequest");
        CheckMerchant(body);
        var (minor, currency) = Amount(body, least: 0);
        Need(body, "reference", "130", "Reference Missing");
        if (Text(body, "captureDelayHours") is { } hours && !(int.TryParse(hours, CultureInfo.InvariantCulture, out var delay) && delay is >= 0 and <= 672)) throw AdyenError.Invalid("14_0001", "captureDelayHours is between 0 and 672");
        var means = Text(body, "paymentMethod", "type") == "ideal" ? new Means(null, false) : Card(body);
        var psp = NewPsp(ask);
        if (means.Card is not { } card) return Ideal(ask, psp, body, means, currency);
        var use = Use(body, card, minor, currency, means.Stored, false);
        return _authentication.Of(body, card, use) switch
        {
            Way.Authorise => Authorise(ask, psp, body, means, false),
            Way.Refuse => Refuse(ask, psp, body, means, Refusals.Of(38), 0),
            var way => Journeys.Native(body) ? _journeys.Identify(ask, psp, body, means, way) : _journeys.Redirect(ask, psp, body, means, way),
        };
    }

    public Answer Details(Ask ask)
    {
        var (journey, authenticated, next) = _journeys.Return(ask, Read(ask, "PaymentDetailsRequest"));
        if (next is not null) return next;
        return authenticated
            ? Authorise(ask, journey.Psp, journey.Body, journey.Means, true)
            : Refuse(ask, journey.Psp, journey.Body, journey.Means, Refusals.Of(journey.Means.Card is null ? 16 : 11), 0);
    }

    public Answer Page(Ask ask) => _journeys.Page(ask);

    public Answer Choose(Ask ask) => _journeys.Choose(ask);

    private Answer Ideal(Ask ask, string psp, JsonElement body, Means means, string currency)
    {
        if (currency != "EUR") throw AdyenError.Invalid("138", "Unsupported currency specified");
        return _journeys.Redirect(ask, psp, body, means, Way.Challenge);
    }

    private Answer Authorise(Ask ask, string psp, JsonElement body, Means means, bool authenticated)
    {
        if (means.Card is not { } card) return Transferred(ask, psp, body, means);
        var stored = means.Stored;
        var (minor, currency) = Amount(body, least: 0);
        var asked = Refusals.Requested(Text(body, "paymentMethod", "holderName"), Text(body, "additionalData", "RequestedTestAcquirerResponseCode"));
        var verdict = asked is null ? box.Stage.Issuers.Decide(Use(body, card, minor, currency, stored, authenticated)) : null;
        var refusal = asked ?? (verdict is null ? Refusals.Test(card) : verdict.Approved ? null : Refusals.From(verdict.Reason));
        if (refusal is not null) return Refuse(ask, psp, body, means, refusal, verdict?.Chance ?? 0);
        var payment = Open(psp, body, means, "approved", verdict?.Chance ?? 1);
        box.Payments.Add(psp, payment);
        box.ByReference.TryAdd(payment.Reference, payment);
        box.Stage.Till.Authorise(payment.Truth, minor);
        var more = new Dictionary<string, string>
        {
            ["authCode"] = Ids.Capitals(box.Stage.Seed, psp, "authorization", 6), ["cardSummary"] = card.Last4,
            ["expiryDate"] = $"{card.ExpMonth}/{card.ExpYear}", ["networkTxReference"] = Ids.Capitals(box.Stage.Seed, psp, "network", 15),
        };
        payment.LiabilityShifted = authenticated && Authentication.Shifts(body);
        if (authenticated) Authenticated(payment, card, more);
        else if (Authentication.Asked(body) is { } exemption) more["scaExemptionRequested"] = exemption;
        if (Updated(card, stored) is { } status) more["realtimeAccountUpdaterStatus"] = status;
        Keep(ask, body, card, stored, psp, more);
        box.Notifications.Send(new Notice("AUTHORISATION", psp, null, payment.Reference, minor, currency, true,
            $"{more["authCode"]}:{card.Last4}:{card.ExpMonth:D2}/{card.ExpYear}", payment.Brand, more, ["CANCEL", "CAPTURE", "REFUND"]), ask);
        CaptureByPlan(payment, body);
        box.Stage.Clock.Schedule(TimeSpan.FromDays(28), () => modifications.Expire(payment));
        return Said(payment.Reference, psp, "Authorised", means, minor, currency, null, more);
    }

    /// <summary>What 3-D Secure leaves on the payment: who answers for fraud, and the proof of it.</summary>
    private void Authenticated(AdyenPayment payment, Card card, Dictionary<string, string> more)
    {
        _authentication.Done(card);
        (more["threeDOffered"], more["threeDOfferedResponse"], more["threeDAuthenticated"], more["threeDAuthenticatedResponse"]) = ("true", "Y", "true", "Y");
        (more["liabilityShift"], more["threeDSVersion"]) = (payment.LiabilityShifted ? "true" : "false", "2.2.0");
        more["eci"] = card.Brand == "mastercard" ? "02" : "05";
        more["cavv"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(Ids.From(box.Stage.Seed, payment.Psp, "cavv", "", 20)));
        more["dsTransID"] = _journeys.Transaction(payment.Psp + "ds");
    }

    /// <summary>A bank transfer is captured with its authorisation, and its bank takes nothing back.</summary>
    private Answer Transferred(Ask ask, string psp, JsonElement body, Means means)
    {
        var (minor, currency) = Amount(body, least: 0);
        var payment = Open(psp, body, means, "approved", 1);
        box.Payments.Add(psp, payment);
        box.ByReference.TryAdd(payment.Reference, payment);
        box.Stage.Till.Authorise(payment.Truth, minor);
        box.Notifications.Send(new Notice("AUTHORISATION", psp, null, payment.Reference, minor, currency, true, "", payment.Brand, new Dictionary<string, string>(), ["REFUND"]), ask);
        modifications.CaptureHeld(payment);
        return Said(payment.Reference, psp, "Authorised", means, minor, currency, null, []);
    }

    private void CaptureByPlan(AdyenPayment payment, JsonElement body)
    {
        if (Text(body, "additionalData", "manualCapture") == "true") return;
        if (int.TryParse(Text(body, "captureDelayHours"), CultureInfo.InvariantCulture, out var hours) && hours > 0)
        {
            box.Stage.Clock.Schedule(TimeSpan.FromHours(hours), () => modifications.CaptureHeld(payment));
            return;
        }

        modifications.CaptureHeld(payment);
    }

    private Answer Refuse(Ask ask, string psp, JsonElement body, Means means, Refusal refusal, double chance)
    {
        var payment = Open(psp, body, means, refusal.Reason, chance);
        var (minor, currency) = Amount(body, least: 0);
        box.Notifications.Send(new Notice("AUTHORISATION", psp, null, payment.Reference, minor, currency, false, refusal.Reason, payment.Brand), ask);
        return Said(payment.Reference, psp, refusal.Result, means, minor, currency, refusal, []);
    }

    private AdyenPayment Open(string psp, JsonElement body, Means means, string outcome, double chance)
    {
        var reference = Text(body, "reference")!;
        var truth = box.Stage.Till.Open(new Charge
        {
            Provider = "adyen", Id = psp, Reference = reference, Currency = Text(body, "amount", "currency")!, CreatedMs = box.Stage.Clock.NowMs,
            Instrument = means.Instrument(box.Stage.Seed), Outcome = outcome, Chance = chance,
        });
        return new AdyenPayment
        {
            Psp = psp, Reference = reference, Brand = means.Brand, Truth = truth, Holder = Text(body, "paymentMethod", "holderName"),
            Fraud = Text(body, "metadata", "sim_fraud") == "true",
        };
    }

    /// <summary>A card that is kept without being charged.</summary>
    public Answer Store(Ask ask)
    {
        var body = Read(ask, "StoredPaymentMethodRequest");
        CheckMerchant(body);
        var shopper = Text(body, "shopperReference") ?? throw AdyenError.Missing("shopperReference");
        var model = Text(body, "recurringProcessingModel") ?? throw AdyenError.Missing("recurringProcessingModel");
        var id = NewPsp(ask);
        var stored = new StoredCard(id, shopper, Card(body).Card! with { Cvc = null }, Text(body, "paymentMethod", "holderName"), model);
        box.Stored.Add(id, stored);
        box.Notifications.Send(new Notice("RECURRING_CONTRACT", id, id, "", 0, "EUR", true, "", Brand(stored.Card), new Dictionary<string, string> { ["shopperReference"] = shopper }), ask);
        return Json(201, Shown(stored), id);
    }

    public static JsonObject Shown(StoredCard stored)
    {
        var shown = new JsonObject
        {
            ["id"] = stored.Id, ["brand"] = Brand(stored.Card), ["type"] = "scheme", ["lastFour"] = stored.Card.Last4, ["expiryMonth"] = $"{stored.Card.ExpMonth:D2}",
            ["expiryYear"] = $"{stored.Card.ExpYear}", ["shopperReference"] = stored.Shopper,
            ["supportedRecurringProcessingModels"] = new JsonArray("CardOnFile", "Subscription", "UnscheduledCardOnFile"),
        };
        if (stored.Holder is not null) shown["holderName"] = stored.Holder;
        return shown;
    }

    /// <summary>What the account updater says when a stored card has lapsed and its bank has sent a new one.</summary>
    private string? Updated(Card card, bool stored) =>
        stored && box.Stage.Issuers.Owner(card.Number) is { UpdatedAt: { } at } owner && at <= box.Stage.Clock.GetUtcNow()
            ? owner.Expires ? "CardExpiryChanged" : "CardChanged"
            : null;

    private void Keep(Ask ask, JsonElement body, Card card, bool stored, string psp, Dictionary<string, string> more)
    {
        if (Text(body, "shopperReference") is not { } shopper || stored || Text(body, "storePaymentMethod") != "true") return;
        var model = Text(body, "recurringProcessingModel") ?? "CardOnFile";
        var id = Ids.Capitals(box.Stage.Seed, psp, "stored", 16);
        box.Stored[id] = new StoredCard(id, shopper, card with { Cvc = null }, Text(body, "paymentMethod", "holderName"), model);
        more["recurring.recurringDetailReference"] = id;
        more["recurring.shopperReference"] = shopper;
        more["recurringProcessingModel"] = model;
        var (_, currency) = Amount(body, least: 0);
        box.Notifications.Send(new Notice("RECURRING_CONTRACT", id, psp, Text(body, "reference")!, 0, currency, true, "", Brand(card), new Dictionary<string, string> { ["shopperReference"] = shopper }), ask);
    }

    private static Answer Said(string reference, string psp, string result, Means means, long minor, string currency, Refusal? refusal, Dictionary<string, string> more)
    {
        var body = new JsonObject { ["pspReference"] = psp, ["resultCode"] = result, ["merchantReference"] = reference };
        if (refusal is not null)
        {
            body["refusalReason"] = refusal.Reason;
            body["refusalReasonCode"] = refusal.Code.ToString(CultureInfo.InvariantCulture);
        }

        body["amount"] = Amount(minor, currency);
        body["paymentMethod"] = means.Card is null ? new JsonObject { ["type"] = "ideal" } : new JsonObject { ["brand"] = means.Brand, ["type"] = "scheme" };
        if (more.Count > 0) body["additionalData"] = new JsonObject(more.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));
        return Json(200, body, psp);
    }

    private Means Card(JsonElement body)
    {
        if (Text(body, "paymentMethod", "storedPaymentMethodId") is { } id)
        {
            var known = box.Stored.GetValueOrDefault(id);
            if (known is null || known.Shopper != Text(body, "shopperReference")) throw AdyenError.Invalid("800", "Contract not found");
            return new(known.Card with { Cvc = Field(body, "encryptedSecurityCode", "cvc") }, true);
        }

        if (Text(body, "paymentMethod", "type") is { } type and not ("scheme" or "card")) throw AdyenError.Invalid("905_1", $"Could not find an acquirer account for the provided txvariant ({type}), currency ({Text(body, "amount", "currency")}), and action (AUTH).");
        var number = Field(body, "encryptedCardNumber", "number") ?? throw AdyenError.Invalid("101", "Invalid card number");
        if (!World.Card.Luhn(number)) throw AdyenError.Invalid("101", "Invalid card number");
        var month = Field(body, "encryptedExpiryMonth", "expiryMonth");
        var year = Field(body, "encryptedExpiryYear", "expiryYear");
        if (!int.TryParse(month, CultureInfo.InvariantCulture, out var m) || !int.TryParse(year, CultureInfo.InvariantCulture, out var y) || m is < 1 or > 12 || y < 2000)
        {
            throw AdyenError.Invalid("129", "Expiry Date Invalid");
        }

        return new(new Card(number, m, y, Field(body, "encryptedSecurityCode", "cvc")), false);
    }

    /// <summary>A field of the card, plain or in the documented form for tests (<c>test_4111…</c>).</summary>
    private static string? Field(JsonElement body, string encrypted, string plain) =>
        Text(body, "paymentMethod", encrypted) is { } hidden
            ? hidden.StartsWith("test_", StringComparison.Ordinal) ? hidden[5..] : throw AdyenError.Invalid("174", "Unable to decrypt data")
            : Text(body, "paymentMethod", plain)?.Replace(" ", "", StringComparison.Ordinal);

    private CardUse Use(JsonElement body, Card card, long minor, string currency, bool stored, bool authenticated) =>
        new("adyen", card, minor, currency, box.Stage.Clock.GetUtcNow(), stored || Text(body, "shopperInteraction") == "ContAuth", authenticated);

    public static string Brand(Card card) => card.Brand switch { "mastercard" => "mc", var other => other };
}
