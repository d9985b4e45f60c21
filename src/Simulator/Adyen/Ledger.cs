using System.Globalization;
using Busker.Simulator.Core;
using Account = Busker.Simulator.Core.Account;

namespace Busker.Simulator.Adyen;

/// <summary>One line of Adyen's journal: minor units, what the merchant gets is positive.</summary>
/// <param name="Reference">The modification's pspReference, or a sentence where there is none.</param>
/// <param name="Fee">Withheld from this very line; transaction fees are lines of their own.</param>
internal sealed record Line(string Type, AdyenPayment? Payment, string Reference, string OwnReference, string Currency, long Gross, long Fee, long AtMs)
{
    public long Net => Gross - Fee;
}

/// <summary>Lines that were settled and paid out together; each currency of a closed batch nets to zero.</summary>
internal sealed record Batch(int Number, long ClosedMs, IReadOnlyList<Line> Lines);

/// <summary>
/// The merchant's account with Adyen. Captures, refunds and chargebacks wait here; each night the batch is closed: what is owed is
/// paid out in full, what the merchant owes is carried over.
/// </summary>
internal sealed class Ledger(Stage stage)
{
    private const long Day = 86_400_000;
    private readonly SortedDictionary<(string Currency, string Month), (long Count, long Minor)> _fees = [];
    private List<Line> _waiting = [];
    private bool _scheduled;

    public List<Batch> Batches { get; } = [];

    /// <summary>Called with each batch that has been closed.</summary>
    public Action<Batch>? Closed { get; set; }

    public void Settle(AdyenPayment payment, string psp, string reference, long minor)
    {
        Till.Capture(payment.Truth, minor);
        var (withheld, monthly) = stage.Scenario.Fees.TryGetValue("adyen", out var fees) ? (fees.Of(minor) - fees.Fixed, fees.Fixed) : (0, 0);
        Till.Fee(payment.Truth, withheld + monthly);
        Add("Settled", payment, psp, reference, minor, withheld);
        if (monthly == 0) return;
        var month = (payment.Currency, DateTimeOffset.FromUnixTimeMilliseconds(stage.Clock.NowMs).ToString("MMMM yyyy", CultureInfo.InvariantCulture));
        var (count, sum) = _fees.GetValueOrDefault(month);
        _fees[month] = (count + 1, sum + monthly);
    }

    public void Refund(AdyenPayment payment, string psp, string reference, long minor)
    {
        Till.Refund(payment.Truth, minor, Account.Pending);
        Add("Refunded", payment, psp, reference, -minor, 0);
    }

    public void RefundReversed(AdyenPayment payment, string psp, long minor)
    {
        Till.RefundReturned(payment.Truth, minor, Account.Pending);
        Add("RefundedReversed", payment, psp, "", minor, 0);
    }

    /// <summary>The first time (Chargeback) or after a defence that held for a while (SecondChargeback); the fee is asked once.</summary>
    public void Chargeback(AdyenPayment payment, string psp, long minor, bool again)
    {
        Till.Dispute(payment.Truth, minor, Account.Pending);
        var fee = !again && stage.Scenario.Fees.TryGetValue("adyen", out var fees) ? fees.Dispute : 0;
        Till.Fee(payment.Truth, fee);
        Add(again ? "SecondChargeback" : "Chargeback", payment, psp, "", -minor, fee);
    }

    public void ChargebackReversed(AdyenPayment payment, string psp, long minor)
    {
        Till.DisputeReturned(payment.Truth, minor, Account.Pending);
        Add("ChargebackReversed", payment, psp, "", minor, 0);
    }

    /// <summary>Journal, batches and books against each other, one sentence for each difference.</summary>
    public IEnumerable<string> Discrepancies(IEnumerable<AdyenPayment> payments)
    {
        foreach (var currency in stage.Till.Books.Sections.Where(s => s.Provider == "adyen").Select(s => s.Currency))
        {
            var lines = Batches.SelectMany(b => b.Lines).Where(l => l.Currency == currency).ToArray();
            var fees = _fees.Where(f => f.Key.Currency == currency).Sum(f => f.Value.Minor);
            var waiting = _waiting.Where(l => l.Currency == currency).Sum(l => l.Net) - fees;
            if (Balance(currency, Account.Pending) != waiting) yield return $"adyen {currency}: {waiting} waits for settlement, the books say {Balance(currency, Account.Pending)}";
            var paid = -lines.Where(l => l.Type == "MerchantPayout").Sum(l => l.Net);
            if (Balance(currency, Account.Bank) != paid) yield return $"adyen {currency}: {paid} was paid out, the books say {Balance(currency, Account.Bank)}";
            var withheld = lines.Concat(_waiting.Where(l => l.Currency == currency)).Sum(l => l.Type == "Fee" ? -l.Net : l.Fee) + fees;
            if (Balance(currency, Account.Fees) != withheld) yield return $"adyen {currency}: fees of {withheld} in the journal, the books say {Balance(currency, Account.Fees)}";
            foreach (var batch in Batches.Where(b => b.Lines.Where(l => l.Currency == currency).Sum(l => l.Net) != 0)) yield return $"adyen {currency}: batch {batch.Number} does not net to zero";
        }

        var byPayment = Batches.SelectMany(b => b.Lines).Concat(_waiting).Where(l => l.Payment is not null).ToLookup(l => l.Payment!);
        foreach (var payment in payments)
        {
            long Sum(params ReadOnlySpan<string> types)
            {
                var sum = 0L;
                foreach (var line in byPayment[payment]) sum += types.Contains(line.Type) ? line.Gross : 0;
                return sum;
            }

            var (truth, disputed) = (payment.Truth, -Sum("Chargeback", "SecondChargeback", "ChargebackReversed"));
            if (Sum("Settled") != truth.Captured) yield return $"adyen {payment.Psp}: settled {Sum("Settled")}, captured {truth.Captured}";
            if (-Sum("Refunded", "RefundedReversed") != truth.Refunded) yield return $"adyen {payment.Psp}: the journal's refunds differ from {truth.Refunded}";
            if (disputed != truth.Disputed) yield return $"adyen {payment.Psp}: charged back {disputed} in the journal, {truth.Disputed} in truth";
        }
    }

    private Till Till => stage.Till;

    private long Balance(string currency, Account account) => Till.Books.Balance("adyen", currency, account);

    private void Add(string type, AdyenPayment payment, string psp, string reference, long gross, long fee)
    {
        _waiting.Add(new Line(type, payment, psp, reference, payment.Currency, gross, fee, stage.Clock.NowMs));
        if (_scheduled) return;
        _scheduled = true;
        stage.Clock.ScheduleLast(((stage.Clock.NowMs / Day) + 1) * Day, "adyen batch", Close);
    }

    private void Close()
    {
        _scheduled = false;
        var number = Batches.Count + 1;
        var (lines, now) = (_waiting, stage.Clock.NowMs);
        _waiting = [];
        foreach (var ((currency, month), (_, minor)) in _fees) lines.Add(new Line("Fee", null, $"Transaction Fees {month}", "", currency, -minor, 0, now));
        _fees.Clear();
        foreach (var currency in lines.Select(l => l.Currency).Distinct().Order(StringComparer.Ordinal).ToArray())
        {
            var net = lines.Where(l => l.Currency == currency).Sum(l => l.Net);
            if (net > 0)
            {
                Till.Settle("adyen", currency, net);
                Till.PayOut("adyen", currency, net);
                lines.Add(new Line("MerchantPayout", null, $"{Ids.Capitals(stage.Seed, currency, $"payout {number}", 16)} batch {number}", "", currency, -net, 0, now));
            }
            else if (net < 0)
            {
                lines.Add(new Line("Balancetransfer", null, $"to batch {number + 1}", "", currency, -net, 0, now));
                _waiting.Add(new Line("Balancetransfer", null, $"from batch {number}", "", currency, net, 0, now));
            }
        }

        var batch = new Batch(number, now, lines);
        Batches.Add(batch);
        Closed?.Invoke(batch);
    }
}
