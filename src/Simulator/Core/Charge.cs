namespace Busker.Simulator.Core;

/// <summary>
/// The truth about one payment attempt at one provider, whatever its replies and webhooks said.
/// Amounts in minor units. <c>Held = Authorised − Captured − Released</c>, <c>Refunded + Disputed ≤ Captured</c> unless the
/// provider allows both.
/// </summary>
public sealed class Charge
{
    public required string Provider { get; init; }

    /// <summary>The provider's id of the attempt.</summary>
    public required string Id { get; init; }

    /// <summary>What the merchant calls the payment; at most one of them may have captured money per intent.</summary>
    public required string Reference { get; init; }

    public required string Currency { get; init; }

    /// <summary>Which card or account paid, as a fingerprint.</summary>
    public required string Instrument { get; init; }

    public required long CreatedMs { get; init; }

    /// <summary>"approved", or why not.</summary>
    public string Outcome { get; init; } = "approved";

    /// <summary>How likely approval was: known only to the simulator.</summary>
    public double Chance { get; init; } = 1;

    public long Authorised { get; internal set; }
    public long Captured { get; internal set; }
    public long Released { get; internal set; }
    public long Refunded { get; internal set; }

    /// <summary>Taken back by disputes and not returned.</summary>
    public long Disputed { get; internal set; }

    public long Fees { get; internal set; }
    public long Held => Authorised - Captured - Released;
}
