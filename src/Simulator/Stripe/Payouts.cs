namespace Busker.Simulator.Stripe;

/// <summary>Payouts to the merchant's bank, and those that come back.</summary>
internal sealed class Payouts(Sandbox box, Balances balances)
{
    private const string Url = "/v1/payouts";
    private static readonly TimeSpan Arrives = TimeSpan.FromDays(1);

    /// <summary>Failing bank accounts of the documentation, named as <c>destination</c> or in <c>metadata[account]</c>.</summary>
    private static readonly Dictionary<string, string> Failures = new()
    {
        ["000111111116"] = "no_account", ["000111111113"] = "account_closed", ["000222222227"] = "insufficient_funds",
        ["000333333335"] = "debit_not_authorized", ["000444444440"] = "invalid_currency",
    };

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "manual payouts of available funds, paid a day later; the documented failing accounts as destination", "instant payouts' fees, automatic schedule"),
        new("GET", Url, call => Listing.Page(box, call, "payout", Url, "status", "destination"), "by status, created"),
        new("GET", Url + "/{id}", call => box.Store.Get("payout", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "metadata"),
        new("POST", Url + "/{id}/cancel", Cancel, "while pending: the money comes back"),
        new("POST", Url + "/{id}/reverse", Reverse, "after it was paid, as a new payout"),
    ];

    private Thing Create(Call call)
    {
        var amount = call.Form.Number("amount") ?? throw StripeError.Required("amount");
        var currency = Currency.Of(call.Form.Required("currency")).Code;
        if (amount < 1) throw StripeError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        if (amount > balances.Available(currency))
        {
            throw StripeError.Invalid("You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).", null, "balance_insufficient");
        }

        var payout = box.Make("payout", "po_1", 23);
        payout["amount"] = amount;
        payout["currency"] = currency;
        payout["arrival_date"] = box.Now + (long)Arrives.TotalSeconds;
        call.Form.Copy(payout, "description", "statement_descriptor", "destination");
        call.Form.Metadata(payout);
        box.Stage.Till.PayOut("stripe", currency, amount);
        var transaction = balances.Record("payout", "payout", payout, -amount, 0);
        payout["balance_transaction"] = transaction.Id;
        Claim(payout, currency);
        box.Store.Add(payout);
        box.Emit("payout.created", payout);
        box.Later(Arrives, () => Arrive(payout));
        return payout;
    }

    /// <summary>The available transactions that no payout has paid yet are what this one pays.</summary>
    private void Claim(Thing payout, string currency)
    {
        foreach (var transaction in box.Store.All("balance_transaction"))
        {
            if (transaction.Hidden is null && transaction.Is("available") && transaction.Text("currency") == currency) transaction.Hidden = payout.Id;
        }
    }

    private void Arrive(Thing payout)
    {
        if (!payout.Is("pending")) return;
        if (Failures.GetValueOrDefault(payout.Text("destination") ?? "") is not { } code)
        {
            payout["status"] = "paid";
            box.Emit("payout.paid", payout);
            return;
        }

        payout["status"] = "failed";
        payout["failure_code"] = code;
        payout["failure_message"] = "The bank returned the payout: " + code.Replace('_', ' ') + ".";
        payout["failure_balance_transaction"] = Return(payout, "payout_failure").Id;
        box.Emit("payout.failed", payout);
    }

    private Thing Return(Thing payout, string type)
    {
        box.Stage.Till.PayoutReturned("stripe", payout.Text("currency")!, payout.Number("amount"));
        return balances.Record(type, "payout_reversal", payout, payout.Number("amount"), 0);
    }

    private Thing Update(Call call)
    {
        var payout = box.Store.Get("payout", call.Id);
        call.Form.Metadata(payout);
        return payout;
    }

    private Thing Cancel(Call call)
    {
        var payout = box.Store.Get("payout", call.Id);
        if (!payout.Is("pending")) throw StripeError.Invalid("This payout can no longer be canceled.", null);
        payout["status"] = "canceled";
        payout["failure_balance_transaction"] = Return(payout, "payout_cancel").Id;
        box.Emit("payout.canceled", payout);
        return payout;
    }

    private Thing Reverse(Call call)
    {
        var original = box.Store.Get("payout", call.Id);
        if (!original.Is("paid") || original.Text("reversed_by") is not null) throw StripeError.Invalid("Only a paid payout can be reversed, once.", null);
        var payout = box.Make("payout", "po_1", 23);
        payout["amount"] = -original.Number("amount");
        payout["currency"] = original.Text("currency");
        payout["original_payout"] = original.Id;
        payout["status"] = "paid";
        payout["arrival_date"] = box.Now;
        original["reversed_by"] = payout.Id;
        box.Store.Add(payout);
        payout["balance_transaction"] = Return(original, "payout").Id;
        box.Emit("payout.created", payout);
        return payout;
    }
}
