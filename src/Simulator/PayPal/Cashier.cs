using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>Moves the money of an approved order, whole or not at all, and tells the truth of each try to the till.</summary>
internal sealed class Cashier(PayPalBox box, Acquirer acquirer, Shapes shapes)
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(29);

    /// <summary>Told of every capture, for disputes to come.</summary>
    public Action<Capture>? Captured { get; set; }

    public bool WantsChallenge(Source source, long minor, string currency) => acquirer.WantsChallenge(source, minor, currency);

    public void Take(Order order, Ask ask)
    {
        foreach (var unit in order.Units)
        {
            if (unit.InvoiceId is { } invoice && box.PaidInvoices.Contains(invoice)) throw PayPalError.Cannot("DUPLICATE_INVOICE_ID", "/purchase_units/invoice_id", invoice);
        }

        var source = order.Source!;
        var rulings = order.Units.Select(u => acquirer.Decide(source, u.Minor, u.Currency)).ToArray();
        var no = Array.Find(rulings, r => !r.Ruling.Approved).Ruling;
        if (no is not null && source.Buyer is not null)
        {
            foreach (var unit in order.Units) Open(order, unit, PayPalBox.NewId(ask), no);
            throw PayPalError.Cannot("INSTRUMENT_DECLINED", link: shapes.PayerAction(order, "redirect"));
        }

        for (var i = 0; i < rulings.Length; i++)
        {
            var (ruling, processor) = no is null ? rulings[i] : Array.Find(rulings, r => !r.Ruling.Approved);
            if (order.Intent == "AUTHORIZE") Authorize(order, order.Units[i], ruling, processor, ask);
            else Capture(order, order.Units[i], ruling, processor, ask);
        }

        order.Status = "COMPLETED";
        order.UpdatedMs = box.Now;
        if (no is not null) return;
        if (source is { Keep: true, Kept: null }) Keep(source, ask);
        if (order.Intent == "CAPTURE") box.Events.Send("CHECKOUT.ORDER.COMPLETED", "checkout-order", "2.0", $"Checkout Order Completed", () => shapes.Order(order, true), ask);
    }

    /// <summary>Takes money: from a hold, at once, or (when the request asks for it) after a wait. Fees go to PayPal, the rest is the merchant's to use.</summary>
    public Capture Collect(Order order, Unit unit, Charge truth, string id, long minor, Authorization? from, JsonObject? processor, bool final, string? invoice, string? custom, Ask ask)
    {
        var capture = new Capture
        {
            Id = id, Order = order, Unit = unit, Truth = truth, Minor = minor, CreatedMs = box.Now, UpdatedMs = box.Now, Authorization = from, Final = final,
            InvoiceId = invoice, CustomId = custom, Processor = processor,
            Fee = box.Stage.Scenario.Fees.TryGetValue("paypal", out var fees) ? Math.Min(fees.Of(minor), minor) : 0,
        };
        unit.Captures.Add(capture);
        box.Captures.Add(id, capture);
        if (invoice is not null) box.PaidInvoices.Add(invoice);
        if (from is null && Pending.Of(custom) is { } pending) Wait(capture, pending, ask);
        else Credit(capture, ask);
        return capture;
    }

    /// <summary>The money is held until PayPal has looked at it, or the buyer's bank has paid: then it comes, or it never does.</summary>
    private void Wait(Capture capture, Pending pending, Ask ask)
    {
        (capture.Status, capture.Waiting) = ("PENDING", pending.Reason);
        box.Events.Send("PAYMENT.CAPTURE.PENDING", "capture", "2.0", $"Payment pending for {Said(capture.Minor, capture.Unit)}", () => shapes.Capture(capture, true, true), ask);
        box.Stage.Clock.Schedule(pending.Wait, () =>
        {
            capture.Waiting = null;
            capture.UpdatedMs = box.Now;
            if (!pending.Denied)
            {
                capture.Status = "COMPLETED";
                Credit(capture, null);
                return;
            }

            capture.Status = "DECLINED";
            box.Till.Release(capture.Truth, capture.Minor);
            if (capture.InvoiceId is { } invoice) box.PaidInvoices.Remove(invoice);
            box.Events.Send("PAYMENT.CAPTURE.DENIED", "capture", "2.0", $"Payment denied for {Said(capture.Minor, capture.Unit)}", () => shapes.Capture(capture, true, true), null);
        });
    }

    private void Credit(Capture capture, Ask? ask)
    {
        var (order, unit, from) = (capture.Order, capture.Unit, capture.Authorization);
        box.Till.Capture(capture.Truth, capture.Minor);
        box.Till.Fee(capture.Truth, capture.Fee);
        box.Till.Settle("paypal", unit.Currency, capture.Minor - capture.Fee);
        box.Ledger.Post(new Posting(capture.Id, order.Source!.Stored ? "T0003" : order.Source.Buyer is null ? "T0005" : "T0006", capture.Minor, -capture.Fee, unit.Currency)
        {
            ReferenceId = from?.Id ?? order.Id, ReferenceType = from is null ? "ODR" : "TXN", InvoiceId = capture.InvoiceId, CustomId = capture.CustomId, Buyer = order.Source.Buyer,
            Instrument = order.Source.Buyer is null ? "CREDITCARD" : null,
        });
        box.Events.Send("PAYMENT.CAPTURE.COMPLETED", "capture", "2.0", $"Payment completed for {Said(capture.Minor, unit)}", () => shapes.Capture(capture, true, true), ask);
        Captured?.Invoke(capture);
    }

    public static string Said(long minor, Unit unit) => $"{Wire.Value(minor, unit.Currency)} {unit.Currency}";

    private void Capture(Order order, Unit unit, Ruling ruling, JsonObject? processor, Ask ask)
    {
        var id = PayPalBox.NewId(ask);
        var truth = Open(order, unit, id, ruling);
        if (ruling.Approved)
        {
            box.Till.Authorise(truth, unit.Minor);
            Collect(order, unit, truth, id, unit.Minor, null, processor, true, unit.InvoiceId, unit.CustomId, ask);
            return;
        }

        var declined = new Capture
        {
            Id = id, Order = order, Unit = unit, Truth = truth, Minor = unit.Minor, CreatedMs = box.Now, UpdatedMs = box.Now, Status = "DECLINED",
            InvoiceId = unit.InvoiceId, CustomId = unit.CustomId, Processor = processor,
        };
        unit.Captures.Add(declined);
        box.Captures.Add(id, declined);
        box.Events.Send("PAYMENT.CAPTURE.DECLINED", "capture", "2.0", $"A payment for {Said(unit.Minor, unit)} was declined", () => shapes.Capture(declined, true, true), ask);
    }

    private void Authorize(Order order, Unit unit, Ruling ruling, JsonObject? processor, Ask ask)
    {
        var id = PayPalBox.NewId(ask);
        var truth = Open(order, unit, id, ruling);
        var authorization = new Authorization
        {
            Id = id, Order = order, Unit = unit, Truth = truth, Minor = unit.Minor, CreatedMs = box.Now, UpdatedMs = box.Now,
            ExpiresMs = box.Now + (long)Life.TotalMilliseconds, Processor = processor, Status = ruling.Approved ? "CREATED" : "DENIED",
        };
        unit.Authorizations.Add(authorization);
        box.Authorizations.Add(id, authorization);
        if (!ruling.Approved) return;
        box.Till.Authorise(truth, unit.Minor);
        if (unit.InvoiceId is { } invoice) box.PaidInvoices.Add(invoice);
        box.Ledger.Note(id, "T1300", unit.Minor, unit.Currency, order.Id);
        box.Stage.Clock.Schedule(Life, () => Expire(authorization));
        box.Events.Send("PAYMENT.AUTHORIZATION.CREATED", "authorization", "2.0", $"A successful payment authorization was created for {Said(unit.Minor, unit)}", () => shapes.Authorization(authorization, true, true), ask);
    }

    /// <summary>After 29 days what is still held goes back to the payer.</summary>
    private void Expire(Authorization authorization)
    {
        if (authorization.Status is not ("CREATED" or "PARTIALLY_CAPTURED")) return;
        authorization.Expired = true;
        if (authorization.Truth.Held > 0) box.Till.Release(authorization.Truth, authorization.Truth.Held);
        if (authorization.Child is { } child) child.Expired = true;
        authorization.Status = authorization.Status == "CREATED" ? "VOIDED" : "CAPTURED";
        if (authorization.Truth.Captured == 0) authorization.Order.Status = "VOIDED";
        authorization.UpdatedMs = box.Now;
        box.Events.Send("PAYMENT.AUTHORIZATION.VOIDED", "authorization", "2.0", "A payment authorization expired", () => shapes.Authorization(authorization, true, true), null);
    }

    private void Keep(Source source, Ask ask)
    {
        var id = ask.NewId("", 8).ToLowerInvariant();
        source.Kept = new StoredSource(id, source.Customer!, null, source.Card is null ? null : source.Card with { Cvc = null }, source.Holder, source.Buyer, null);
        box.Vault.Add(id, source.Kept);
        box.Events.Send("VAULT.PAYMENT-TOKEN.CREATED", "payment_token", "3.0", "A payment token has been created.", () => Vault.Shape(box, source.Kept), ask);
    }

    private Charge Open(Order order, Unit unit, string id, Ruling ruling) => box.Till.Open(new Charge
    {
        Provider = "paypal", Id = id, Reference = unit.InvoiceId ?? unit.CustomId ?? (unit.ReferenceId == "default" ? order.Id : unit.ReferenceId),
        Currency = unit.Currency, Instrument = order.Source!.Instrument(box.Stage.Seed), CreatedMs = box.Now, Outcome = ruling.Outcome, Chance = ruling.Chance,
    });
}
