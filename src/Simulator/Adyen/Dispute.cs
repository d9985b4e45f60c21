namespace Busker.Simulator.Adyen;

/// <summary>Where a dispute stands. Money has left the merchant in <see cref="ChargedBack"/>, <see cref="Accepted"/> and <see cref="Lost"/>.</summary>
internal enum Standing
{
    /// <summary>The issuer asks; no money moves.</summary>
    Asked,

    /// <summary>The question was answered.</summary>
    Answered,

    /// <summary>Announced: the defence period runs, the money is still there.</summary>
    Announced,

    /// <summary>Booked: the money is gone.</summary>
    ChargedBack,

    /// <summary>Defended: the money is gone until the defence reaches the issuer.</summary>
    Defended,

    /// <summary>The money is back, but the issuer may still take it a second time.</summary>
    Reversed,

    Accepted, Won, Lost, Closed,
}

/// <summary>One dispute of a payment. All its notifications carry the same pspReference.</summary>
internal sealed class Dispute(string psp, AdyenPayment payment, string reason, long minor)
{
    public string Psp { get; } = psp;
    public AdyenPayment Payment { get; } = payment;

    /// <summary>The scheme's reason code, such as 10.4 or 4837.</summary>
    public string Reason { get; } = reason;

    public long Minor { get; set; } = minor;
    public Standing Standing { get; set; }

    /// <summary>The merchant will not defend.</summary>
    public bool Conceded { get; set; }
    public long DefensibleUntilMs { get; set; }

    /// <summary>Base64 contents by document type.</summary>
    public Dictionary<string, string> Documents { get; } = [];

    /// <summary>Whether a defence will hold; null leaves it to the draw.</summary>
    public bool? Wins { get; set; }

    public bool Visa => Payment.Brand == "visa";

    /// <summary>Visa's allocation workflow (fraud and authorisation): an answer to it opens pre-arbitration.</summary>
    public bool Allocation => Visa && (Reason.StartsWith("10", StringComparison.Ordinal) || Reason.StartsWith("11", StringComparison.Ordinal));
}

/// <summary>One way to defend, with its documents and whether each is required.</summary>
internal sealed record Defence(string Code, params (string Type, string Level)[] Documents);

/// <summary>Reason codes of the schemes and what may be said against each.</summary>
internal static class DisputeReasons
{
    private static readonly Defence Material = new("SupplyDefenseMaterial", ("DefenseMaterial", "Required"), ("TIDorInvoice", "Optional"));

    private static readonly Defence[] Delivery =
        [new("GoodsOrServicesProvided", ("ProofOfAbilityToProvideServices", "AlternativeRequired"), ("ProofOfGoodsOrServicesProvided", "AlternativeRequired")), Material];

    private static readonly Defence[] Quality =
    [
        new("GoodsNotReturned", ("GoodsNotReturned", "Required")), new("GoodsRepairedOrReplaced", ("GoodsRepairedOrReplaced", "Required")),
        new("GoodsWereAsDescribed", ("GoodsWereAsDescribed", "Required"), ("TIDorInvoice", "Required")), Material,
    ];

    /// <summary>The name of a reason, as in the notification's <c>reason</c>.</summary>
    private static readonly (string General, string Visa, string Other, string Text)[] All =
    [
        ("fraudulent", "10.4", "4837", "Fraud - Card Absent Environment"), ("product_not_received", "13.1", "4853", "Merchandise/Services Not Received"),
        ("subscription_canceled", "13.2", "4841", "Cancelled Recurring"), ("product_unacceptable", "13.3", "4853", "Not as Described or Defective Merchandise/Services"),
        ("credit_not_processed", "13.6", "4860", "Credit Not Processed"), ("duplicate", "12.6", "4834", "Duplicate Processing/Paid by Other Means"),
        ("general", "13.7", "4853", "Cancelled Merchandise/Services"), ("authorisation", "11.3", "4808", "No Authorization"),
    ];

    /// <summary>The scheme's code of a reason given in words or already as a code.</summary>
    public static string Code(string reason, string brand)
    {
        var known = Array.Find(All, r => r.General == reason);
        return known.General is null ? reason : brand == "visa" ? known.Visa : known.Other;
    }

    public static string Text(string code) => Array.Find(All, r => r.Visa == code || r.Other == code).Text ?? "Chargeback";

    public static IReadOnlyList<Defence> Defences(Dispute dispute) => Array.Find(All, r => r.Visa == dispute.Reason || r.Other == dispute.Reason).General switch
    {
        "product_not_received" => Delivery,
        "product_unacceptable" or "subscription_canceled" or "general" => Quality,
        _ => [Material],
    };
}
