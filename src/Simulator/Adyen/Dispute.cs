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
    public bool Over => Standing is Standing.Accepted or Standing.Won or Standing.Lost or Standing.Closed;

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
