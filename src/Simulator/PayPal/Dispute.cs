using System.Text.Json.Nodes;

namespace Busker.Simulator.PayPal;

/// <summary>A complaint of a buyer (INTERNAL) or a cardholder's bank (EXTERNAL) about one capture.</summary>
internal sealed class Dispute
{
    public required string Id { get; init; }
    public required Capture Capture { get; init; }
    public required string Reason { get; init; }
    public required string Channel { get; init; }
    public required long Minor { get; init; }
    public required long CreatedMs { get; init; }
    public long UpdatedMs { get; set; }

    /// <summary>INQUIRY, CHARGEBACK, then an appeal is PRE_ARBITRATION and a second one ARBITRATION.</summary>
    public required string Stage { get; set; }

    /// <summary>OPEN, WAITING_FOR_SELLER_RESPONSE, WAITING_FOR_BUYER_RESPONSE, UNDER_REVIEW or RESOLVED.</summary>
    public required string Status { get; set; }
    public string? Outcome { get; set; }

    /// <summary>Withheld from the merchant until it is decided.</summary>
    public long Held { get; set; }

    /// <summary>Gone to the buyer, unless a decision brings it back.</summary>
    public long Taken { get; set; }

    /// <summary>Given back by a refund that ended it.</summary>
    public long Refunded { get; set; }
    public long? DueMs { get; set; }
    public long ResolvedMs { get; set; }

    /// <summary>Grows with every change, so that what was scheduled for an earlier state is void.</summary>
    public int Turn { get; set; }

    /// <summary>What a return of goods will be followed by.</summary>
    public long? AfterReturn { get; set; }
    public (long Minor, string Type)? Offer { get; set; }
    public List<JsonObject> Messages { get; } = [];
    public List<JsonObject> Evidences { get; } = [];
    public List<JsonObject> Movements { get; } = [];
    public bool Open => Status != "RESOLVED";
    public string Currency => Capture.Currency;
}
