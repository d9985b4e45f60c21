using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>What a dispute does to the balance: withheld, taken, returned; each with its line in the ledger.</summary>
internal sealed class DisputeMoney(PayPalBox box)
{
    public void Withhold(Dispute d)
    {
        d.Held = d.Minor;
        box.Till.Between("paypal", d.Currency, Account.Available, Account.Pending, d.Minor);
        Line(d, "T1110", -d.Minor);
    }

    public void Free(Dispute d)
    {
        if (d.Held == 0) return;
        box.Till.Between("paypal", d.Currency, Account.Pending, Account.Available, d.Held);
        Line(d, "T1111", d.Held);
        d.Held = 0;
    }

    /// <summary>To the buyer: out of what was withheld, or out of the balance. What is already gone stays gone.</summary>
    public void Take(Dispute d, long minor)
    {
        Free(d);
        if (minor <= d.Taken)
        {
            Return(d, d.Taken - minor);
            return;
        }

        var more = minor - d.Taken;
        box.Till.Dispute(d.Capture.Truth, more);
        d.Taken = minor;
        Line(d, d.Channel == "EXTERNAL" ? "T1201" : "T1106", -more);
        Moved(d, "DEBIT", more);
    }

    public void Charge(Dispute d)
    {
        if (!box.Stage.Scenario.Fees.TryGetValue("paypal", out var fees) || fees.Dispute == 0) return;
        box.Till.Fee(d.Capture.Truth, fees.Dispute, Account.Available);
        Line(d, "T0106", -fees.Dispute);
    }

    public void Return(Dispute d, long minor)
    {
        Free(d);
        if (minor == 0) return;
        box.Till.DisputeReturned(d.Capture.Truth, minor);
        d.Taken -= minor;
        Line(d, "T1202", minor);
        Moved(d, "CREDIT", minor);
    }

    private void Moved(Dispute d, string type, long minor) => d.Movements.Add(new JsonObject
    {
        ["affected_party"] = "SELLER", ["amount"] = Wire.Money(minor, d.Currency), ["initiated_time"] = Wire.Time(box.Now), ["type"] = type, ["reason"] = "DISPUTE_SETTLEMENT",
    });

    private void Line(Dispute d, string code, long gross) =>
        box.Ledger.Post(new Posting(box.NewId(), code, gross, 0, d.Currency)
        {
            ReferenceId = d.Capture.Id, ReferenceType = "TXN", InvoiceId = d.Capture.InvoiceId, CustomId = d.Capture.CustomId, Buyer = d.Capture.Order.Source!.Buyer,
        });
}
