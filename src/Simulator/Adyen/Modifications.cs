using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using static Busker.Simulator.Adyen.AdyenBox;

namespace Busker.Simulator.Adyen;

/// <summary>Captures, cancels, refunds, reversals and changed amounts: received at once, done a moment later, told by notification.</summary>
internal sealed class Modifications(AdyenBox box, Disputes disputes)
{
    private const string TooMuch = "Insufficient balance on payment";

    public Answer Capture(Ask ask) => WithAmount(ask, "PaymentCaptureRequest", "CAPTURE", (p, minor, psp, reference) =>
    {
        if (minor > p.Truth.Held) return TooMuch;
        Take(p, psp, reference, minor);
        return null;
    });

    public Answer Refund(Ask ask) => WithAmount(ask, "PaymentRefundRequest", "REFUND", (p, minor, psp, reference) =>
    {
        if (minor > p.Left) return TooMuch;
        GiveBack(psp, p, reference, minor);
        return null;
    });

    public Answer ChangeAmount(Ask ask) => WithAmount(ask, "PaymentAmountUpdateRequest", "AUTHORISATION_ADJUSTMENT", (p, minor, _, _) =>
    {
        if (p.Truth.Held == 0 || p.Truth.Captured > 0) return "Transaction is not in a state that allows an adjustment";
        if (minor >= p.Truth.Held) Till.Authorise(p.Truth, minor - p.Truth.Held);
        else Till.Release(p.Truth, p.Truth.Held - minor);
        return null;
    });

    public Answer Cancel(Ask ask) => Whole(ask, Read(ask, "PaymentCancelRequest"), Payment(ask.Values[1]), "CANCELLATION");

    /// <summary>By the merchant's own reference, for payments whose reply never came and that are not captured yet.</summary>
    public Answer TechnicalCancel(Ask ask)
    {
        var body = Read(ask, "StandalonePaymentCancelRequest");
        var reference = Need(body, "paymentReference", "130", "Reference Missing");
        return Whole(ask, body, box.ByReference.GetValueOrDefault(reference), "TECHNICAL_CANCEL", reference);
    }

    /// <summary>Cancels what is held, refunds what was captured: whichever it is.</summary>
    public Answer Reverse(Ask ask) => Whole(ask, Read(ask, "PaymentReversalRequest"), Payment(ask.Values[1]), "CANCEL_OR_REFUND");

    public void Take(AdyenPayment payment, string psp, string reference, long minor)
    {
        var first = payment.Truth.Captured == 0;
        box.Ledger.Settle(payment, psp, reference, minor);
        if (first && payment.Brand != "ideal") disputes.Foresee(payment, payment.Holder, payment.Fraud);
    }

    /// <summary>What was authorised is captured without being asked.</summary>
    public void CaptureHeld(AdyenPayment payment)
    {
        if (payment.Truth.Held > 0) Take(payment, Ids.Capitals(box.Stage.Seed, payment.Psp, "capture", 16), payment.Reference, payment.Truth.Held);
    }

    public void Expire(AdyenPayment payment)
    {
        if (payment.Truth.Held is not (> 0 and var rest)) return;
        Till.Release(payment.Truth, rest);
        box.Notifications.Send(new Notice("EXPIRE", payment.Psp, payment.Psp, payment.Reference, rest, payment.Currency, true, "", payment.Brand));
    }

    /// <summary>A refund that the bank sends back days later.</summary>
    public bool Fail(string refundPsp)
    {
        var refund = box.Refunds.Find(r => r.Psp == refundPsp && !r.Failed);
        if (refund is null) return false;
        refund.Failed = true;
        box.Ledger.RefundReversed(refund.Payment, refund.Psp, refund.Minor);
        box.Notifications.Send(new Notice("REFUND_FAILED", refund.Psp, refund.Payment.Psp, refund.Payment.Reference, refund.Minor, refund.Payment.Currency, true, "Refund failed at the issuer", refund.Payment.Brand));
        return true;
    }

    private Till Till => box.Stage.Till;

    private void GiveBack(string psp, AdyenPayment payment, string reference, long minor)
    {
        box.Ledger.Refund(payment, psp, reference, minor);
        box.Refunds.Add(new AdyenRefund(psp, payment, minor));
    }

    private AdyenPayment Payment(string psp) =>
        box.Payments.GetValueOrDefault(psp) ?? throw AdyenError.Invalid("167", "Original pspReference required for this operation");

    private Answer WithAmount(Ask ask, string structure, string code, Func<AdyenPayment, long, string, string, string?> work)
    {
        var body = Read(ask, structure);
        var payment = Payment(ask.Values[1]);
        CheckMerchant(body);
        var (minor, currency) = Amount(body);
        if (currency != payment.Currency) throw AdyenError.Invalid("138", "Unsupported currency specified");
        var psp = NewPsp(ask);
        var reference = Text(body, "reference") ?? payment.Reference;
        Soon(() =>
        {
            var why = work(payment, minor, psp, reference);
            box.Notifications.Send(new Notice(code, psp, payment.Psp, reference, minor, currency, why is null, why ?? "", payment.Brand));
        });
        return Received(ask, body, psp, payment.Psp, Amount(minor, currency));
    }

    private Answer Whole(Ask ask, System.Text.Json.JsonElement body, AdyenPayment? payment, string code, string? reference = null)
    {
        CheckMerchant(body);
        var psp = NewPsp(ask);
        var more = new Dictionary<string, string>();
        Soon(() =>
        {
            var why = payment is null ? "Transaction not found" : Undo(payment, psp, code, more);
            box.Notifications.Send(new Notice(code, psp, payment?.Psp, Text(body, "reference") ?? payment?.Reference ?? reference!, 0,
                payment?.Currency ?? "EUR", why is null, why ?? "", payment?.Brand, more));
        });
        return Received(ask, body, psp, reference is null ? payment?.Psp : null, null);
    }

    private string? Undo(AdyenPayment payment, string psp, string code, Dictionary<string, string> more)
    {
        var truth = payment.Truth;
        if (truth.Captured == 0 && truth.Held > 0)
        {
            Till.Release(truth, truth.Held);
            if (code == "CANCEL_OR_REFUND") more["modification.action"] = "cancel";
            return null;
        }

        if (truth.Captured == 0) return "Transaction is not authorised";
        if (code != "CANCEL_OR_REFUND") return "Transaction has been captured";
        if (payment.Left is not (> 0 and var left)) return TooMuch;
        GiveBack(psp, payment, payment.Reference, left);
        if (truth.Held > 0) Till.Release(truth, truth.Held);
        more["modification.action"] = "refund";
        return null;
    }

    /// <summary>Every two seconds what has been received for a second is done: modifications of one moment share a batch.</summary>
    private void Soon(Action work) => box.Stage.Clock.ScheduleAt((((box.Stage.Clock.NowMs + 1_000) / 2_000) + 1) * 2_000, work);

    private static Answer Received(Ask ask, System.Text.Json.JsonElement body, string psp, string? payment, JsonObject? amount)
    {
        var answer = new JsonObject { ["merchantAccount"] = Merchant, ["pspReference"] = psp, ["status"] = "received" };
        if (payment is not null) answer["paymentPspReference"] = payment;
        else answer["paymentReference"] = Text(body, "paymentReference");
        if (Text(body, "reference") is { } reference) answer["reference"] = reference;
        if (amount is not null) answer["amount"] = amount;
        if (ask.Endpoint?.Template.EndsWith("amountUpdates", StringComparison.Ordinal) == true) answer["industryUsage"] = Text(body, "industryUsage") ?? "delayedCharge";
        return Json(201, answer, psp);
    }
}
