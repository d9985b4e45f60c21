using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.Stripe;

/// <summary>The usual payment of a test: a charge by a test token, captured at once.</summary>
internal sealed class Sales(Sandbox box, PaymentMethods methods, Acquirer acquirer, Balances balances, Disputes disputes)
{
    private readonly Dictionary<string, Standing> _standing = [];

    /// <summary>
    /// The charge, for the reply alone: what is kept of it is a draft. Null, and nothing has happened, when this is no test token or its card
    /// declines; amounts in minor units.
    /// </summary>
    public Thing? Sell(Call call, string token, long amount, string currency, Thing? given)
    {
        if (Of(token) is not { } standing || !acquirer.Approves(standing.Instrument, amount, currency)) return null;
        var (till, ids) = (box.Stage.Till, box.Stage.Clock.Cause.Mint(4));
        var id = ids.After(1).Text("ch_1", 23);
        var truth = till.Open(new Charge
        {
            Provider = "stripe", Id = id, Reference = id, Currency = currency, CreatedMs = box.Stage.Clock.NowMs, Instrument = standing.Shown.Text("fingerprint")!,
        });
        till.Authorise(truth, amount);
        till.Capture(truth, amount);
        var fee = balances.Take(truth, amount, standing.Instrument.Test!.Available);
        var sale = new Sale(this, new(standing, truth, ids, amount, fee, given, call.Request.Number, call.IdempotencyKey));
        foreach (var kind in (ReadOnlySpan<string>)["payment_method", "charge", "balance_transaction"]) box.Store.Add(kind, sale);
        if (sale.Waits) balances.Await(sale);
        if (disputes.Expects(id, given, standing.Instrument)) disputes.Foresee(sale.Thing("charge"), standing.Instrument);
        box.Emit(sale);
        return Charge(sale);
    }

    public Thing Make(Sale sale, string kind) => kind switch
    {
        "payment_method" => Method(sale, sale.Facts.Standing.Instrument.Alone()),
        "charge" => Charge(sale),
        "balance_transaction" => Transaction(sale),
        _ => new Event(sale.Facts.Ids.After(3), Created(sale), "charge.succeeded", Charge(sale), null, sale.Webhooks)
        {
            Request = sale.Facts.Request, IdempotencyKey = sale.Facts.IdempotencyKey,
        }.Whole,
    };

    private Standing? Of(string token)
    {
        if (_standing.TryGetValue(token, out var known)) return known;
        if (TestCards.Token(token) is not { } test) return null;
        return _standing[token] = methods.Stand(new Card(test.Number, 12, 2034), test);
    }

    private Thing Charge(Sale sale)
    {
        var facts = sale.Facts;
        var charge = new Thing("charge") { ["id"] = facts.Truth.Id, ["created"] = Created(sale), Truth = facts.Truth };
        acquirer.Describe(charge, Method(sale, facts.Standing.Instrument), facts.Amount, facts.Given);
        Acquirer.Approve(charge);
        Acquirer.Take(charge, facts.Amount, sale.Id("balance_transaction"));
        return charge;
    }

    private Thing Method(Sale sale, Instrument instrument) => new("payment_method")
    {
        ["id"] = sale.Id("payment_method"), ["created"] = Created(sale), ["card"] = sale.Facts.Standing.Shown, Hidden = instrument,
    };

    private Thing Transaction(Sale sale)
    {
        var facts = sale.Facts;
        var delayed = facts.Standing.Instrument.Test?.Available != true;
        return balances.Show(sale.Id("balance_transaction"), new(facts.Truth.Id, facts.Given?.Text("description"), sale.Currency, facts.Amount, facts.Fee, facts.Truth.CreatedMs / 1000, delayed), sale.Waits);
    }

    /// <summary>When it was made, in the box of this second if it is still the same.</summary>
    private object Created(Sale sale)
    {
        var seconds = sale.Facts.Truth.CreatedMs / 1000;
        return box.Created is long now && now == seconds ? box.Created : seconds;
    }
}
