using System.Text.Json.Nodes;
using Busker.Kernel;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>The life of disputes: who must answer until when, who decides, and what the money does then.</summary>
internal sealed class Disputes(PayPalBox box)
{
    private static readonly TimeSpan Inquiry = TimeSpan.FromDays(20);
    private static readonly TimeSpan Answer = TimeSpan.FromDays(10);
    private static readonly TimeSpan Review = TimeSpan.FromDays(14);
    private static readonly TimeSpan Change = TimeSpan.FromDays(7);
    private const long AppealableMs = 10L * 86_400_000;
    private readonly DisputeMoney _money = new(box);
    private readonly Dictionary<string, Dispute> _all = [];

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["fraudulent"] = "UNAUTHORISED", ["product_not_received"] = "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        ["product_unacceptable"] = "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", ["subscription_canceled"] = "CANCELED_RECURRING_BILLING",
        ["duplicate"] = "DUPLICATE_TRANSACTION", ["credit_not_processed"] = "CREDIT_NOT_PROCESSED",
    };

    private static readonly string[] Known =
    [
        .. Reasons.Values, "INCORRECT_AMOUNT", "PAYMENT_BY_OTHER_MEANS", "PROBLEM_WITH_REMITTANCE", "OTHER",
    ];

    public IReadOnlyDictionary<string, Dispute> All => _all;

    public Dispute Get(string id) => PayPalBox.Find(_all, id);

    /// <summary>What a captured payment will lead to; <c>custom_id</c> with "sim_fraud" in it marks what a fraudster did.</summary>
    public void Foresee(Capture capture)
    {
        var fraud = capture.CustomId?.Contains("sim_fraud", StringComparison.Ordinal) == true;
        if (box.Stage.Aftermath.Of(capture.Id, fraud) is not { } grievance || (grievance.Fraud && capture.Order.Source is { Card: not null, Authenticated: true })) return;
        box.Stage.Clock.Schedule(grievance.Delay, () =>
        {
            if (capture.Left > 0 && capture.Dispute is null) Open(capture, Reasons.GetValueOrDefault(grievance.Reason, "OTHER"));
        });
    }

    public Result<string> OpenByHand(string id, string reason)
    {
        var capture = box.Captures.GetValueOrDefault(id) ?? box.Captures.Values.FirstOrDefault(c => c.Truth.Id == id && c.Left > 0);
        if (capture is null || capture.Status is "DECLINED" or "PENDING") return new Fault(Code.NotFound, "CHARGE", $"there is no captured charge {id}");
        var word = Reasons.GetValueOrDefault(reason, Known.Contains(reason) ? reason : "OTHER");
        if (capture.Dispute is not null) return new Fault(Code.FailedPrecondition, "CHARGE", $"{id} has been disputed already");
        if (capture.Left <= 0) return new Fault(Code.FailedPrecondition, "CHARGE", $"nothing is left of {id} to dispute");
        return $"{Open(capture, word).Id} is open";
    }

    /// <summary>Cards: the bank takes the money at once. Wallets: PayPal withholds it; what is not fraud starts as an inquiry.</summary>
    public Dispute Open(Capture capture, string reason)
    {
        var card = capture.Order.Source!.Buyer is null;
        var claim = card || reason == "UNAUTHORISED";
        var dispute = new Dispute
        {
            Id = "PP-D-" + Ids.Capitals(box.Stage.Seed, capture.Id, "dispute", 9), Capture = capture, Reason = reason, Channel = card ? "EXTERNAL" : "INTERNAL",
            Minor = capture.Left, CreatedMs = box.Now, UpdatedMs = box.Now, Stage = claim ? "CHARGEBACK" : "INQUIRY", Status = claim ? "WAITING_FOR_SELLER_RESPONSE" : "OPEN",
        };
        capture.Dispute = dispute;
        _all.Add(dispute.Id, dispute);
        if (card)
        {
            _money.Take(dispute, dispute.Minor);
            _money.Charge(dispute);
        }
        else
        {
            _money.Withhold(dispute);
        }

        Await(dispute);
        Tell(dispute, "CREATED", null);
        return dispute;
    }

    public void Move(Dispute d, string stage, string status, Ask? ask)
    {
        (d.Stage, d.Status) = (stage, status);
        Await(d);
        Tell(d, "UPDATED", ask);
    }

    public void Touch(Dispute d, Ask ask)
    {
        d.UpdatedMs = box.Now;
        Tell(d, "UPDATED", ask);
    }

    /// <summary>In the buyer's favour this much is theirs; in the seller's favour zero.</summary>
    public void Resolve(Dispute d, string outcome, long toBuyer, Ask? ask)
    {
        _money.Take(d, toBuyer);
        (d.Status, d.Outcome, d.ResolvedMs, d.DueMs) = ("RESOLVED", outcome, box.Now, null);
        d.Turn++;
        d.UpdatedMs = box.Now;
        Tell(d, "RESOLVED", ask);
    }

    /// <summary>A merchant who refunds an inquiry in full ends it.</summary>
    public void Refunded(Capture capture, Ask ask)
    {
        capture.Dispute!.Refunded = capture.Left;
        Resolve(capture.Dispute, "RESOLVED_BUYER_FAVOUR", 0, ask);
    }

    public bool Appealable(Dispute d) =>
        d is { Open: false, Outcome: "RESOLVED_BUYER_FAVOUR", Taken: > 0 } && d.Stage != "ARBITRATION" && box.Now - d.ResolvedMs <= AppealableMs;

    public string State(Dispute d) => d.Status switch
    {
        "RESOLVED" => Appealable(d) ? "APPEALABLE" : "RESOLVED",
        "WAITING_FOR_SELLER_RESPONSE" => "REQUIRED_ACTION",
        "WAITING_FOR_BUYER_RESPONSE" => "REQUIRED_OTHER_PARTY_ACTION",
        "UNDER_REVIEW" => "UNDER_PAYPAL_REVIEW",
        _ => "OPEN_INQUIRIES",
    };

    /// <summary>What happens when nobody does anything more.</summary>
    private void Await(Dispute d)
    {
        var turn = ++d.Turn;
        d.UpdatedMs = box.Now;
        var wait = d.Status switch { "OPEN" => Inquiry, "UNDER_REVIEW" => Review, _ => Answer };
        d.DueMs = d.Status is "UNDER_REVIEW" ? null : box.Now + (long)wait.TotalMilliseconds;
        var luck = Draw.Of(box.Stage.Seed, d.Id, "fate " + turn);
        if (d.Stage == "INQUIRY" && d.Status == "OPEN" && luck.Chance(box.Stage.Scenario.Disputes.Escalated)) Later(d, turn, Change, () => Move(d, "CHARGEBACK", "WAITING_FOR_SELLER_RESPONSE", null));
        Later(d, turn, wait, () => End(d, luck));
    }

    private void End(Dispute d, Draw luck)
    {
        switch (d.Status)
        {
            case "OPEN": Resolve(d, "CANCELED_BY_BUYER", 0, null); break;
            case "UNDER_REVIEW" when luck.Chance(box.Stage.Scenario.Disputes.Won): Resolve(d, "RESOLVED_SELLER_FAVOUR", 0, null); break;
            case "WAITING_FOR_BUYER_RESPONSE": Resolve(d, "RESOLVED_SELLER_FAVOUR", 0, null); break;
            default: Resolve(d, "RESOLVED_BUYER_FAVOUR", d.Minor, null); break;
        }
    }

    private void Later(Dispute d, int turn, TimeSpan wait, Action what) => box.Stage.Clock.Schedule(wait, () =>
    {
        if (d.Turn == turn && d.Open) what();
    });

    private void Tell(Dispute d, string what, Ask? ask) =>
        box.Events.Send("CUSTOMER.DISPUTE." + what, "dispute", "1.0", $"A dispute was {what.ToLowerInvariant()} with case # {d.Id}", () => DisputeShape.Of(box, this, d), ask);
}
