using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.Stripe;

/// <summary>How a charge came out.</summary>
internal sealed record Outcome(Thing Charge, StripeError? Declined);

/// <summary>Turns a payment method and an amount into a charge: asks the test cards or the scenario's issuers, and moves the money.</summary>
internal sealed class Acquirer(Sandbox box, Balances balances, Disputes disputes)
{
    /// <summary>What a charge takes over from its intent.</summary>
    private static readonly string[] Echoed = ["customer", "description", "metadata", "receipt_email", "shipping", "statement_descriptor", "statement_descriptor_suffix", "transfer_group"];

    /// <summary>Failures of bank debits that are error codes of the API too.</summary>
    private static readonly string[] ErrorCodes = ["account_closed", "no_account", "insufficient_funds", "debit_not_authorized", "charge_exceeds_source_limit", "charge_exceeds_weekly_limit"];

    public Outcome Charge(Thing method, long amount, string currency, Thing? intent, bool capture, bool offSession, bool authenticated, Thing? given = null)
    {
        var instrument = (Instrument)method.Hidden!;
        var verdict = Decide(instrument, amount, currency, offSession || instrument.SetUp, authenticated);
        var charge = Open(method, amount, currency, intent, given, verdict);
        charge["payment_method_details"] = Details(charge, method, instrument, amount, capture, authenticated, intent);
        box.Store.Add(charge);
        if (verdict.Code is not null) return new Outcome(charge, Decline(charge, method, verdict));

        Approve(charge);
        box.Stage.Till.Authorise(charge.Truth!, amount);
        if (capture) Capture(charge, amount, final: true);
        box.Emit("charge.succeeded", charge);
        return new Outcome(charge, null);
    }

    private Thing Open(Thing method, long amount, string currency, Thing? intent, Thing? given, Verdict3 verdict)
    {
        var instrument = (Instrument)method.Hidden!;
        var charge = box.Make("charge", intent is null ? "ch_1" : instrument.Bank is null ? "ch_3" : "py_3", 23);
        Describe(charge, method, amount, currency, intent, instrument);
        if (given is not null) charge.Overlay(given);
        charge.Truth = box.Stage.Till.Open(new Charge
        {
            Provider = "stripe", Id = charge.Id, Reference = intent?.Id ?? charge.Id, Currency = currency, CreatedMs = box.Stage.Clock.NowMs,
            Instrument = (method["card"] as Thing)?.Text("fingerprint") ?? instrument.Bank?.Name ?? "", Outcome = verdict.Code is null ? "approved" : verdict.Decline ?? verdict.Code,
            Chance = verdict.Chance,
        });
        return charge;
    }

    /// <summary>Whether the issuer of a test card says yes.</summary>
    public bool Approves(Instrument test, long amount, string currency) => Decide(test, amount, currency, test.SetUp, false).Code is null;

    /// <summary>Everything that a charge without an intent shows of its card, and what the request said of it.</summary>
    public void Describe(Thing charge, Thing method, long amount, Thing? given)
    {
        var instrument = (Instrument)method.Hidden!;
        Describe(charge, method, amount, charge.Truth!.Currency, null, instrument);
        if (given is not null) charge.Overlay(given);
        charge["payment_method_details"] = Details(charge, method, instrument, amount, true, false, null);
    }

    public static void Approve(Thing charge)
    {
        charge["outcome"] = Verdicts.Approved((charge.Hidden as Instrument)?.Test?.Risk);
        charge["paid"] = true;
        charge["status"] = "succeeded";
    }

    /// <summary>That so much was captured of it in all, and its last balance transaction.</summary>
    public static void Take(Thing charge, long captured, string transaction)
    {
        charge["captured"] = true;
        charge["amount_captured"] = captured;
        charge["balance_transaction"] = transaction;
    }

    /// <summary>A bank debit on its way: it arrives, or is returned.</summary>
    public Thing Pend(Thing method, long amount, string currency, Thing intent, string? failure)
    {
        var charge = box.Store.Add(Open(method, amount, currency, intent, null, new(failure is "" ? "generic_decline" : failure, null, failure is null ? 1 : 0)));
        charge["payment_method_details"] = Details(charge, method, (Instrument)method.Hidden!, amount, true, false, intent);
        charge["status"] = "pending";
        box.Emit("charge.pending", charge);
        return charge;
    }

    public void Arrive(Thing charge)
    {
        Approve(charge);
        box.Stage.Till.Authorise(charge.Truth!, charge.Number("amount"));
        Capture(charge, charge.Number("amount"), final: true);
        box.Emit("charge.succeeded", charge);
    }

    public StripeError Return(Thing charge, string failure)
    {
        charge["status"] = "failed";
        charge["failure_code"] = failure.Length == 0 ? null : failure;
        charge["failure_message"] = failure.Length == 0 ? null : "The payment failed.";
        box.Emit("charge.failed", charge);
        var code = ErrorCodes.Contains(failure) ? failure : "payment_intent_payment_attempt_failed";
        return new StripeError(402, "invalid_request_error", code, "The payment failed.", null) { ChargeId = charge.Id };
    }

    /// <summary>Takes an authorised charge's money; a final capture lets the rest go.</summary>
    public void Capture(Thing charge, long amount, bool final)
    {
        var truth = charge.Truth!;
        box.Stage.Till.Capture(truth, amount);
        var rest = final ? truth.Held : 0;
        if (rest > 0) box.Stage.Till.Release(truth, rest);
        var instrument = charge.Hidden as Instrument;
        Take(charge, truth.Captured, balances.Income(charge, truth, amount, instrument?.Test?.Available == true));
        if (rest > 0) GiveBack(charge, rest, null);
        if (truth.Captured == amount) disputes.Foresee(charge, instrument);
    }

    /// <summary>Lets an authorization go: its time is over, or its intent is canceled.</summary>
    public void Void(Thing charge, bool expired)
    {
        var truth = charge.Truth!;
        if (truth.Held == 0) return;
        var rest = truth.Held;
        box.Stage.Till.Release(truth, rest);
        GiveBack(charge, rest, expired ? "expired_uncaptured_charge" : null);
        box.Emit(expired ? "charge.expired" : "charge.refunded", charge);
    }

    /// <summary>What was held and not taken is shown as a refund, which moves no money of the account.</summary>
    private void GiveBack(Thing charge, long amount, string? reason)
    {
        var refund = box.Make("refund", "re_3", 23);
        refund["amount"] = amount;
        foreach (var field in (ReadOnlySpan<string>)["currency", "payment_intent", "payment_method", "customer"]) refund[field] = charge.Text(field);
        refund["charge"] = charge.Id;
        refund["reason"] = reason;
        box.Store.Add(refund);
        Refunds.Echo(charge);
    }

    private Verdict3 Decide(Instrument instrument, long amount, string currency, bool stored, bool authenticated)
    {
        if (instrument.Card is not { } card) return default;
        if (instrument.Test is { } test)
        {
            if (test.Challenge == Challenge.DeclinedAfter && !authenticated) return new(null, null, 1);
            return new(test.Code, test.Decline, test.Code is null ? 1 : 0);
        }

        var use = new CardUse("stripe", card, amount, currency, box.Stage.Clock.GetUtcNow(), stored, authenticated);
        if (box.Stage.Issuers.Decide(use) is not { } verdict) return new("card_declined", "test_mode_live_card", 0);
        var (code, decline) = Verdicts.Codes(verdict.Reason);
        return new(code, decline, verdict.Chance);
    }

    private StripeError Decline(Thing charge, Thing method, Verdict3 verdict)
    {
        var code = verdict.Code!;
        var message = TestCards.Message(code, verdict.Decline);
        charge["status"] = "failed";
        charge["failure_code"] = code;
        charge["failure_message"] = message;
        charge["outcome"] = Verdicts.Declined(code, verdict.Decline, (charge.Hidden as Instrument)?.Test?.Risk);
        box.Emit("charge.failed", charge);
        return new StripeError(402, "card_error", code, message, code switch { "incorrect_cvc" => "cvc", "expired_card" => "exp_month", _ => null })
        {
            DeclineCode = verdict.Decline ?? code, ChargeId = charge.Id, Method = method, AdviceCode = TestCards.Advice(code, verdict.Decline),
        };
    }

    private static void Describe(Thing charge, Thing method, long amount, string currency, Thing? intent, Instrument instrument)
    {
        charge.Hidden = instrument;
        charge["amount"] = amount;
        charge["currency"] = currency;
        charge["payment_method"] = method.Id;
        charge["billing_details"] = method["billing_details"];
        charge["customer"] = method.Text("customer");
        if (intent is null) return;
        charge["payment_intent"] = intent.Id;
        foreach (var field in Echoed)
        {
            charge[field] = intent[field];
        }
    }

    private object Details(Thing charge, Thing method, Instrument instrument, long amount, bool capture, bool authenticated, Thing? intent)
    {
        var type = method.Text("type")!;
        if (instrument.Card is null) return new Thing("pmd") { ["type"] = type, [type] = BankDetails((Raw)method[type]!, type) };

        var look = new CardLook((Thing)method["card"]!, Authentication(instrument, authenticated, intent), !capture && Terms.Overcapture(intent), !capture && Terms.Incremental(intent), !capture && Terms.Multicapture(intent));
        return new CardDetails(Stencil(look, instrument), box.Stage.Seed, charge.Id, amount);
    }

    /// <summary>How a charge shows the account that its payment method shows.</summary>
    private static Raw BankDetails(Raw shown, string type)
    {
        var details = JsonNode.Parse(shown.Json)!.AsObject();
        foreach (var name in (string[])["generated_from", "financial_connections_account", "networks", "status_details"]) details.Remove(name);
        details[type == "sepa_debit" ? "mandate" : "payment_reference"] = null;
        return new Raw(JsonSerializer.SerializeToUtf8Bytes(details));
    }

    private static Raw? Authentication(Instrument instrument, bool authenticated, Thing? intent) =>
        Verdicts.Authentication(instrument.Test?.Challenge ?? Challenge.Never, instrument.Card!.Brand, authenticated, intent?.Hidden is Terms { Asked: true });

    private readonly Dictionary<CardLook, CardStencil> _stencils = [];

    /// <summary>Made once for each look of a test card; other cards keep their last.</summary>
    private CardStencil Stencil(CardLook look, Instrument instrument)
    {
        if (instrument.Stencil is { } last && last.Look == look) return last;
        if (_stencils.TryGetValue(look, out var known)) return known;
        var made = new CardStencil(look, instrument.Card!.Brand, box.Store);
        if (instrument.Test is not null && _stencils.Count < 1_000) _stencils[look] = made;
        else instrument.Stencil = made;
        return made;
    }

    private readonly record struct Verdict3(string? Code, string? Decline, double Chance);
}
