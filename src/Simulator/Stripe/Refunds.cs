using Busker.Kernel;
using Account = Busker.Simulator.Core.Account;

namespace Busker.Simulator.Stripe;

/// <summary>Refunds: at once, pending first, or succeeded and failed later.</summary>
internal sealed class Refunds(Sandbox box, Balances balances)
{
    private const string Url = "/v1/refunds";
    private static readonly TimeSpan Settles = TimeSpan.FromMinutes(5);

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "full, partial, several; the pending and failing test cards; refused on an open chargeback", "instructions_email, Connect reversals"),
        new("GET", Url, call => Listing.Page(box, call, "refund", Url, "charge", "payment_intent"), "by charge, payment intent, created"),
        new("GET", Url + "/{id}", call => box.Store.Get("refund", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "metadata"),
        new("POST", Url + "/{id}/cancel", _ => throw StripeError.Invalid("This refund cannot be canceled.", null), "refused: card refunds never require action", "refunds that require action"),
        new("GET", "/v1/charges/{id}/refunds", call => Listing.Page(call, [.. box.Store.All("refund").Where(r => r.Text("charge") == call.Id)], "refund", $"/v1/charges/{call.Id}/refunds"), "of one charge"),
    ];

    private Thing Create(Call call)
    {
        var charge = Find(call.Form);
        var truth = charge.Truth!;
        var refundable = truth.Captured - truth.Refunded - truth.Disputed;
        if (box.DisputesOf(charge).Any(d => !d.Flag("is_charge_refundable")))
        {
            throw StripeError.Invalid($"Charge {charge.Id} has been charged back; cannot issue a refund.", null, "charge_disputed");
        }

        if (call.Form.Flag("refund_application_fee") is true) throw StripeError.Invalid($"Attempting to refund_application_fee on charge {charge.Id}, but it has no application fee.", "refund_application_fee");
        if (call.Form.Flag("reverse_transfer") is true) throw StripeError.Invalid($"Cannot reverse transfer on charge {charge.Id} because it does not have an associated transfer.", "reverse_transfer");
        if (truth.Captured == 0 || charge.Flag("refunded")) throw StripeError.Invalid($"Charge {charge.Id} has already been refunded.", null, "charge_already_refunded");
        var amount = call.Form.Number("amount") ?? refundable;
        if (amount < 1) throw StripeError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        if (amount > refundable)
        {
            throw StripeError.Invalid($"Refund amount ({amount}) is greater than unrefunded amount on charge ({refundable})", "amount", "amount_too_large");
        }

        return Pay(charge, amount, call.Form);
    }

    private Thing Pay(Thing charge, long amount, Form form)
    {
        var refund = box.Make("refund", "re_3", 23);
        refund["amount"] = amount;
        refund["currency"] = charge.Text("currency");
        refund["charge"] = charge.Id;
        refund["payment_intent"] = charge.Text("payment_intent");
        refund["payment_method"] = charge.Text("payment_method");
        refund["customer"] = charge.Text("customer");
        refund["reason"] = form.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer");
        form.Metadata(refund);
        box.Stage.Till.Refund(charge.Truth!, amount);
        refund["balance_transaction"] = balances.Record("refund", "refund", refund, -amount, 0).Id;
        box.Store.Add(refund);
        Echo(charge);
        var behaviour = (charge.Hidden as Instrument)?.Test?.Refund;
        if (behaviour == "pending")
        {
            refund["status"] = "pending";
            refund["pending_reason"] = "processing";
            box.Later(Settles, () => Settle(refund));
        }

        if (behaviour == "fail") box.Later(Settles, () => Fail(refund));
        box.Emit("refund.created", refund);
        box.Emit("charge.refunded", charge);
        return refund;
    }

    private Thing Find(Form form)
    {
        if (form["charge"] is { } charge) return box.Store.Get("charge", charge, "charge");
        if (form["payment_intent"] is not { } id) throw StripeError.Invalid("One of the following params should be provided for this request: payment_intent or charge.", null, "parameter_missing");
        var intent = box.Store.Get("payment_intent", id, "payment_intent");
        return intent.Text("latest_charge") is { } latest && box.Store.Get("charge", latest) is { Truth.Captured: > 0 } paid ? paid
            : throw StripeError.Invalid($"This PaymentIntent ({id}) does not have a successful charge to refund.", "payment_intent");
    }

    private void Settle(Thing refund)
    {
        if (!refund.Is("pending")) return;
        var before = refund.Copy();
        refund["status"] = "succeeded";
        refund["pending_reason"] = Shape.Absent;
        box.Emit("refund.updated", refund, before);
        box.Emit("charge.refund.updated", refund, before);
    }

    /// <summary>The money comes back, after the refund had succeeded.</summary>
    private void Fail(Thing refund)
    {
        if (refund.Is("failed")) return;
        var charge = box.Store.Get("charge", refund.Text("charge")!);
        var (amount, before) = (refund.Number("amount"), refund.Copy());
        refund["status"] = "failed";
        refund["failure_reason"] = "expired_or_canceled_card";
        box.Stage.Till.RefundReturned(charge.Truth!, amount, Account.Available);
        refund["failure_balance_transaction"] = balances.Record("refund_failure", "refund_failure", refund, amount, 0).Id;
        Echo(charge);
        box.Emit("refund.failed", refund);
        box.Emit("charge.refund.updated", refund, before);
    }

    public Result<string> FailByHand(string id)
    {
        if (box.Store.Find("refund", id) is not { } refund) return new Fault(Code.NotFound, "REFUND", $"there is no refund {id}");
        if (refund.Text("balance_transaction") is null) return new Fault(Code.FailedPrecondition, "REFUND", $"{id} let go of what was held: there is nothing to come back");
        if (refund.Is("failed")) return new Fault(Code.FailedPrecondition, "REFUND", $"{id} has already failed");
        Fail(refund);
        return $"{id} has failed; {refund.Number("amount")} {refund.Text("currency")} came back";
    }

    /// <summary>A charge's refunds are what was paid back and what was let go.</summary>
    public static void Echo(Thing charge)
    {
        var truth = charge.Truth!;
        charge["amount_refunded"] = truth.Refunded + truth.Released;
        charge["refunded"] = truth.Refunded + truth.Released > 0 && truth.Refunded == truth.Captured && truth.Held == 0;
    }

    private Thing Update(Call call)
    {
        var refund = box.Store.Get("refund", call.Id);
        var before = refund.Copy();
        call.Form.Metadata(refund);
        box.Emit("refund.updated", refund, before);
        return refund;
    }
}
