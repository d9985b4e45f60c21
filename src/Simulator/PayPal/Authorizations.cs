using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>Payments v2, held money: captured in parts up to 115 %, reauthorized once from day 4, voided.</summary>
internal sealed class Authorizations(PayPalBox box, Cashier cashier, Shapes shapes)
{
    private const long DayMs = 86_400_000;
    private const string At = "/v2/payments/authorizations/{id}";

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("GET", At, Get, "with the ids it belongs to"),
        new("POST", At + "/capture", Capture, "partial and multiple, final_capture, up to 115 % or 75.00 more", "payment instruction, soft descriptor, currency conversion (exchange_rate, receivable_amount)"),
        new("POST", At + "/reauthorize", Reauthorize, "once, from day 4 to day 29, up to 115 %; draws on the same hold"),
        new("POST", At + "/void", Void, "before the final capture; a reauthorization is voided by its parent"),
    ];

    /// <summary>The most that all captures together may take.</summary>
    private static long Ceiling(Authorization root) => Math.Min(root.Minor * 115 / 100, root.Minor + (Wire.Places(root.Unit.Currency) == 0 ? 75 : 7_500));

    private Answer Get(Ask ask)
    {
        var authorization = PayPalBox.Find(box.Authorizations, ask.Values[0]);
        return Wire.Json(200, shapes.Authorization(authorization, true, true), authorization.Id);
    }

    private Answer Capture(Ask ask)
    {
        var authorization = PayPalBox.Find(box.Authorizations, ask.Values[0]);
        var root = authorization.Root;
        var body = PayPalBox.Read(ask);
        _ = Wire.Note(body);
        var final = Wire.Flag(body, "final_capture");
        Usable(root);
        var taken = root.Truth.Captured;
        var minor = Math.Max(root.Minor - taken, 0);
        if (body["amount"] is { } amount)
        {
            (minor, var currency) = Wire.Amount(amount, "/amount");
            if (currency != root.Unit.Currency) throw PayPalError.Cannot("AUTH_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", currency);
        }

        var basis = root.Child ?? root;
        if (taken + minor > Math.Max(Ceiling(root), basis.Minor)) throw PayPalError.Cannot("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount/value", Wire.Value(minor, root.Unit.Currency));
        var invoice = Wire.Text(body, "invoice_id") ?? root.Unit.InvoiceId;
        if (invoice is not null && invoice != root.Unit.InvoiceId && box.PaidInvoices.Contains(invoice)) throw PayPalError.Cannot("DUPLICATE_INVOICE_ID", "/invoice_id", invoice);
        var whole = taken + minor >= root.Minor;
        Mark(root, final || whole ? "CAPTURED" : "PARTIALLY_CAPTURED");
        var capture = cashier.Collect(authorization.Order, root.Unit, root.Truth, PayPalBox.NewId(ask), minor, authorization, authorization.Processor, final, invoice, root.Unit.CustomId, ask);
        if ((final || whole) && root.Truth.Held > 0) box.Till.Release(root.Truth, root.Truth.Held);
        return box.Answer(201, again => shapes.Capture(capture, PayPalBox.Full(again), true), ask, capture.Id);
    }

    private Answer Reauthorize(Ask ask)
    {
        var root = PayPalBox.Find(box.Authorizations, ask.Values[0]);
        var body = PayPalBox.Read(ask);
        if (root.Parent is not null) throw PayPalError.Cannot("REAUTHORIZATION_NOT_SUPPORTED");
        Usable(root);
        if (root.Child is not null) throw PayPalError.Cannot("MAX_NUMBER_OF_REAUTHORIZATION_ALLOWED_EXCEEDED");
        if (box.Now - root.CreatedMs < 3 * DayMs) throw PayPalError.Cannot("REAUTHORIZATION_TOO_SOON");
        var (minor, currency) = body["amount"] is { } amount ? Wire.Amount(amount, "/amount") : (root.Minor, root.Unit.Currency);
        if (currency != root.Unit.Currency) throw PayPalError.Cannot("AUTH_CURRENCY_MISMATCH", "/amount/currency_code", currency);
        if (minor > Ceiling(root)) throw PayPalError.Cannot("MAX_AUTHORIZATION_AMOUNT_EXCEEDED", "/amount/value", Wire.Value(minor, currency));
        var hold = Math.Max(minor - root.Truth.Captured, 0);
        if (hold > root.Truth.Held) box.Till.Authorise(root.Truth, hold - root.Truth.Held);
        else box.Till.Release(root.Truth, root.Truth.Held - hold);
        var child = new Authorization
        {
            Id = PayPalBox.NewId(ask), Order = root.Order, Unit = root.Unit, Truth = root.Truth, Minor = minor, CreatedMs = box.Now, UpdatedMs = box.Now,
            ExpiresMs = root.ExpiresMs, Parent = root, Processor = root.Processor,
        };
        root.Child = child;
        root.Unit.Authorizations.Add(child);
        box.Authorizations.Add(child.Id, child);
        box.Ledger.Note(child.Id, "T1301", minor, currency, root.Id);
        box.Events.Send("PAYMENT.AUTHORIZATION.CREATED", "authorization", "2.0", $"A successful payment reauthorization was created for {Cashier.Said(minor, root.Unit)}", () => shapes.Authorization(child, true, true), ask);
        return box.Answer(201, again => shapes.Authorization(child, PayPalBox.Full(again), true), ask, child.Id);
    }

    private Answer Void(Ask ask)
    {
        var root = PayPalBox.Find(box.Authorizations, ask.Values[0]);
        if (root.Parent is not null) throw PayPalError.Cannot("CANNOT_BE_VOIDED");
        if (root.Status == "CAPTURED") throw PayPalError.Cannot("PREVIOUSLY_CAPTURED");
        if (root.Expired) throw PayPalError.Cannot("AUTHORIZATION_EXPIRED");
        if (root.Status == "VOIDED") throw PayPalError.Cannot("PREVIOUSLY_VOIDED");
        if (root.Status == "DENIED") throw PayPalError.Cannot("AUTHORIZATION_DENIED");
        if (root.Truth.Held > 0) box.Till.Release(root.Truth, root.Truth.Held);
        if (root.Truth.Captured == 0 && root.Unit.InvoiceId is { } invoice) box.PaidInvoices.Remove(invoice);
        Mark(root, "VOIDED");
        if (root.Truth.Captured == 0) root.Order.Status = "VOIDED";
        box.Ledger.Note(root.Id, "T1302", root.Minor, root.Unit.Currency, root.Order.Id);
        box.Events.Send("PAYMENT.AUTHORIZATION.VOIDED", "authorization", "2.0", "A payment authorization was voided", () => shapes.Authorization(root, true, true), ask);
        if (!PayPalBox.Full(ask))
        {
            box.Latest = _ => new Answer(204, default, "application/json", root.Id);
            return new Answer(204, default, "application/json", root.Id);
        }

        return box.Answer(200, _ => shapes.Authorization(root, true, true), ask, root.Id);
    }

    private void Mark(Authorization root, string status)
    {
        root.Status = status;
        root.UpdatedMs = box.Now;
        if (root.Child is not { } child) return;
        child.Status = status;
        child.UpdatedMs = box.Now;
    }

    private static void Usable(Authorization root)
    {
        if (root.Expired) throw PayPalError.Cannot("AUTHORIZATION_EXPIRED");
        if (root.Status == "VOIDED") throw PayPalError.Cannot("AUTHORIZATION_VOIDED");
        if (root.Status == "DENIED") throw PayPalError.Cannot("AUTHORIZATION_DENIED");
        if (root.Status == "CAPTURED") throw PayPalError.Cannot("AUTHORIZATION_ALREADY_CAPTURED");
    }
}
