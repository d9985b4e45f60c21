using Busker.Simulator.Core;
using Account = Busker.Simulator.Core.Account;

namespace Busker.Simulator.Stripe;

/// <summary>The merchant's balance: one balance transaction for each thing that changes it, pending for two days.</summary>
internal sealed class Balances(Sandbox box)
{
    private static readonly TimeSpan Delay = TimeSpan.FromDays(2);
    private const string ProcessingFees = "Stripe processing fees";
    private Action<object>? _release;

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/balance", _ => Balance(), "available and pending by currency", "connect_reserved, issuing"),
        new("GET", "/v1/balance_transactions", call => call.Form["payout"] is { } payout
            ? Listing.Page(call, [.. box.Store.All("balance_transaction").Where(t => t.Hidden as string == payout)], "balance_transaction", "/v1/balance_transactions", "type", "currency")
            : Listing.Page(box, call, "balance_transaction", "/v1/balance_transactions", "type", "currency", "source"), "by type, currency, source, payout, created"),
        new("GET", "/v1/balance_transactions/{id}", call => box.Store.Get("balance_transaction", call.Id), "amount, fee, net, status"),
        new("GET", "/v1/account", _ => AccountOf(), "one enabled US account", "onboarding, capabilities, Connect"),
    ];

    /// <summary>Writes a balance transaction; the till's moves are the caller's. Nothing waits here: a charge's money does, see <see cref="Income"/>.</summary>
    public Thing Record(string type, string category, Thing source, long amount, long fee, string? feeText = null)
    {
        var transaction = box.Make("balance_transaction", "txn_1", 23);
        transaction["type"] = type;
        transaction["reporting_category"] = category;
        transaction["amount"] = amount;
        transaction["fee"] = fee;
        transaction["net"] = amount - fee;
        transaction["currency"] = source.Text("currency");
        transaction["source"] = source.Id;
        transaction["description"] = source.Shape.Has("description") ? source.Text("description") : null;
        transaction["available_on"] = box.Now;
        transaction["status"] = "available";
        if (fee != 0) transaction["fee_details"] = FeeDetails(fee, source.Text("currency")!, feeText ?? ProcessingFees);
        return box.Store.Add(transaction);
    }

    private readonly Dictionary<(long, string, string), Thing[]> _feeDetails = [];

    /// <summary>Made once for each fee: these are replaced, never changed.</summary>
    private Thing[] FeeDetails(long fee, string currency, string text)
    {
        if (_feeDetails.TryGetValue((fee, currency, text), out var known)) return known;
        Thing[] made = [new Thing("fee_detail") { ["amount"] = fee, ["currency"] = currency, ["description"] = text }];
        if (_feeDetails.Count < 1_000) _feeDetails[(fee, currency, text)] = made;
        return made;
    }

    /// <summary>Money that came in, as the id of its balance transaction: available after two days, or at once for cards that say so.</summary>
    public string Income(Thing charge, Charge truth, long amount, bool available)
    {
        var fee = Take(truth, amount, available);
        var takings = new Takings(this, box.NewId("txn_1", 23), new(charge.Id, charge.Text("description"), truth.Currency, amount, fee, box.Now, !available));
        if (!available) Await(takings);
        var id = takings.Id("balance_transaction");
        box.Store.Add("balance_transaction", takings);
        return id;
    }

    /// <summary>The till's part of it; returns the fee.</summary>
    public long Take(Charge truth, long amount, bool available)
    {
        var fee = box.Stage.Scenario.Fees.TryGetValue("stripe", out var fees) ? Math.Min(fees.Of(amount), amount) : 0;
        box.Stage.Till.Fee(truth, fee);
        if (available) box.Stage.Till.Settle("stripe", truth.Currency, amount - fee);
        return fee;
    }

    public void Await(IPending income) => box.Later(Delay, _release ??= due => Release((IPending)due), income);

    public Thing Show(string id, in Income income, bool waits)
    {
        var shown = new Thing("balance_transaction")
        {
            ["id"] = id, ["created"] = income.Created, ["type"] = "charge", ["reporting_category"] = "charge",
            ["amount"] = income.Amount, ["fee"] = income.Fee, ["net"] = income.Net, ["currency"] = income.Currency, ["source"] = income.Charge, ["description"] = income.Description,
            ["available_on"] = income.Created + (income.Delayed ? (long)Delay.TotalSeconds : 0), ["status"] = waits ? "pending" : "available",
        };
        if (income.Fee != 0) shown["fee_details"] = FeeDetails(income.Fee, income.Currency, ProcessingFees);
        return shown;
    }

    public long Available(string currency) => box.Stage.Till.Books.Balance("stripe", currency, Account.Available);

    /// <summary>Sentences about what does not reconcile; none when all is well.</summary>
    public IEnumerable<string> Discrepancies()
    {
        var books = box.Stage.Till.Books;
        foreach (var group in box.Store.All("balance_transaction").GroupBy(t => t.Text("currency")!))
        {
            var pending = group.Where(t => t.Is("pending")).Sum(t => t.Number("net"));
            var available = group.Where(t => t.Is("available")).Sum(t => t.Number("net"));
            if (pending != books.Balance("stripe", group.Key, Account.Pending)) yield return $"stripe {group.Key}: pending transactions sum to {pending}, the books say {books.Balance("stripe", group.Key, Account.Pending)}";
            if (available != Available(group.Key)) yield return $"stripe {group.Key}: available transactions sum to {available}, the books say {Available(group.Key)}";
        }

        foreach (var charge in box.Store.All("charge").Where(c => c.Truth is not null))
        {
            var truth = charge.Truth!;
            if (charge.Number("amount_captured") != truth.Captured) yield return $"stripe {charge.Id}: captured {charge.Number("amount_captured")} against {truth.Captured}";
            if (charge.Number("amount_refunded") != truth.Refunded + truth.Released) yield return $"stripe {charge.Id}: refunded {charge.Number("amount_refunded")} against {truth.Refunded} and {truth.Released} let go";
        }
    }

    private void Release(IPending income)
    {
        income.Release();
        box.Stage.Till.Settle("stripe", income.Currency, income.Net);
        box.Emit("balance.available", BalanceEvent());
    }

    private Thing BalanceEvent() => new("balance") { ["available"] = Side(Account.Available), ["pending"] = Side(Account.Pending) };

    private Raw Balance() => Raw.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "balance");
        json.WritePropertyName("available");
        json.WriteRawValue(Side(Account.Available).Json);
        json.WriteBoolean("livemode", false);
        json.WritePropertyName("pending");
        json.WriteRawValue(Side(Account.Pending).Json);
        json.WriteEndObject();
    });

    private Raw Side(Account account) => Raw.Of(json =>
    {
        json.WriteStartArray();
        string[] currencies = [.. box.Stage.Till.Books.Sections.Where(s => s.Provider == "stripe").Select(s => s.Currency).DefaultIfEmpty("usd")];
        foreach (var currency in currencies)
        {
            var amount = box.Stage.Till.Books.Balance("stripe", currency, account);
            json.WriteStartObject();
            json.WriteNumber("amount", amount);
            json.WriteString("currency", currency);
            json.WriteStartObject("source_types");
            json.WriteNumber("card", amount);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private Raw AccountOf() => new(System.Text.Encoding.UTF8.GetBytes(
        $$"""{"id":"{{Ids.From(box.Stage.Seed, "stripe", "account", "acct_1", 15)}}","object":"account","business_type":"company","charges_enabled":true,"country":"US","default_currency":"usd","details_submitted":true,"email":"owner@example.com","payouts_enabled":true,"type":"standard"}"""));
}
