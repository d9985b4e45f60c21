using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>Payments v2, taken money: shown, and given back in whole or in part within 180 days.</summary>
internal sealed class Captures(PayPalBox box, Shapes shapes)
{
    private const long LimitMs = 180L * 86_400_000;

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("GET", "/v2/payments/captures/{id}", Get, "with fees and the ids it belongs to; an order's capture is PENDING for a day with `sim_pending` in its custom_id, four days with `sim_pending_echeck`, and denied with `_denied` behind it", "pending captures of authorizations, currency conversion"),
        new("POST", "/v2/payments/captures/{id}/refund", Refund, "whole or in parts within 180 days; not in part during a dispute, not after a chargeback; fees are kept, as PayPal does; PENDING for four days with `sim_pending` in the request's custom_id, failed with `sim_pending_denied`", "platform fees"),
        new("GET", "/v2/payments/refunds/{id}", GetRefund, "with the total refunded"),
    ];

    /// <summary>Told when a refund settles an open inquiry.</summary>
    public Action<Capture, Ask>? RefundedInDispute { get; set; }

    /// <summary>A refund that comes back: the money is the merchant's again.</summary>
    public bool Fail(string id)
    {
        if (!box.Refunds.TryGetValue(id, out var refund) || refund.Status == "FAILED") return false;
        var capture = refund.Capture;
        box.Till.RefundReturned(capture.Truth, refund.Minor);
        refund.Status = "FAILED";
        refund.Waiting = null;
        refund.UpdatedMs = box.Now;
        capture.Refunded -= refund.Minor;
        Mark(capture);
        box.Ledger.Post(new Posting(Ids.Capitals(box.Stage.Seed, id, "refund returned", 17), "T1900", refund.Minor, 0, capture.Currency) { ReferenceId = id, ReferenceType = "TXN" });
        box.Events.Send("PAYMENT.REFUND.FAILED", "refund", "2.0", $"A refund of {Cashier.Said(refund.Minor, capture.Unit)} failed", () => shapes.Refund(refund, true), null);
        return true;
    }

    public void Mark(Capture capture)
    {
        capture.Status = capture.Refunded == 0 ? "COMPLETED" : capture.Refunded == capture.Minor ? "REFUNDED" : "PARTIALLY_REFUNDED";
        capture.UpdatedMs = box.Now;
    }

    private Answer Get(Ask ask)
    {
        var capture = PayPalBox.Find(box.Captures, ask.Values[0]);
        return Wire.Json(200, shapes.Capture(capture, true, true), capture.Id);
    }

    private Answer Refund(Ask ask)
    {
        var capture = PayPalBox.Find(box.Captures, ask.Values[0]);
        var body = PayPalBox.Read(ask);
        var note = Wire.Note(body);
        if (capture.Status is "DECLINED" or "PENDING") throw PayPalError.Cannot("CAPTURE_STATUS_NOT_VALID");
        if (capture.Dispute is { Taken: > 0 }) throw PayPalError.Cannot("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK");
        var left = capture.Minor - capture.Refunded;
        if (left == 0) throw PayPalError.Cannot("CAPTURE_FULLY_REFUNDED");
        if (box.Now - capture.CreatedMs > LimitMs) throw PayPalError.Cannot("REFUND_TIME_LIMIT_EXCEEDED");
        var minor = left;
        if (body["amount"] is { } amount)
        {
            (minor, var currency) = Wire.Amount(amount, "/amount");
            if (currency != capture.Currency) throw PayPalError.Cannot("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", currency);
        }

        if (minor > left) throw PayPalError.Cannot("REFUND_AMOUNT_EXCEEDED", "/amount/value", Wire.Value(minor, capture.Currency));
        var open = capture.Dispute is { Open: true };
        if (open && minor < left) throw PayPalError.Cannot("CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED");
        if (open) RefundedInDispute?.Invoke(capture, ask);
        var refund = new Refund
        {
            Id = PayPalBox.NewId(ask), Capture = capture, Minor = minor, CreatedMs = box.Now, UpdatedMs = box.Now, Total = capture.Refunded + minor,
            InvoiceId = Wire.Text(body, "invoice_id") ?? capture.InvoiceId, CustomId = Wire.Text(body, "custom_id") ?? capture.CustomId, Note = note,
        };
        Give(refund);
        if (Pending.Of(Wire.Text(body, "custom_id")) is { } pending) Wait(refund, pending.Denied, ask);
        else Tell(refund, ask);
        return box.Answer(201, again => shapes.Refund(refund, PayPalBox.Full(again)), ask, refund.Id);
    }

    /// <summary>The money is on its way to the buyer's bank, which takes it or sends it back.</summary>
    private void Wait(Refund refund, bool denied, Ask ask)
    {
        (refund.Status, refund.Waiting) = ("PENDING", "ECHECK");
        box.Events.Send("PAYMENT.REFUND.PENDING", "refund", "2.0", $"A refund of {Cashier.Said(refund.Minor, refund.Capture.Unit)} is pending", () => shapes.Refund(refund, true), ask);
        box.Stage.Clock.Schedule(TimeSpan.FromDays(4), () =>
        {
            if (refund.Status != "PENDING") return;
            if (denied)
            {
                Fail(refund.Id);
                return;
            }

            (refund.Status, refund.Waiting, refund.UpdatedMs) = ("COMPLETED", null, box.Now);
            Tell(refund, null);
        });
    }

    private void Tell(Refund refund, Ask? ask) =>
        box.Events.Send("PAYMENT.CAPTURE.REFUNDED", "refund", "2.0", $"A {Cashier.Said(refund.Minor, refund.Capture.Unit)} capture payment was refunded", () => shapes.Refund(refund, true), ask);

    private void Give(Refund refund)
    {
        var capture = refund.Capture;
        box.Till.Refund(capture.Truth, refund.Minor);
        capture.Refunded += refund.Minor;
        capture.Refunds.Add(refund);
        box.Refunds.Add(refund.Id, refund);
        Mark(capture);
        box.Ledger.Post(new Posting(refund.Id, "T1107", -refund.Minor, 0, capture.Currency)
        {
            ReferenceId = capture.Id, ReferenceType = "TXN", InvoiceId = refund.InvoiceId, CustomId = refund.CustomId, Buyer = capture.Order.Source!.Buyer,
        });
    }

    private Answer GetRefund(Ask ask)
    {
        var refund = PayPalBox.Find(box.Refunds, ask.Values[0]);
        return Wire.Json(200, shapes.Refund(refund, true), refund.Id);
    }
}
