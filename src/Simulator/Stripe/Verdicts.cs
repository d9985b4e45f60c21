using System.Collections.Concurrent;
using System.Text;
using Busker.Simulator.World;

namespace Busker.Simulator.Stripe;

/// <summary>Issuers' decisions in Stripe's words.</summary>
internal static class Verdicts
{
    private static readonly Raw[] ThreeDSecure = [Authentication("\"challenge\"", "\"05\"", "authenticated"), Authentication("\"challenge\"", "\"02\"", "authenticated")];
    private static readonly Raw[] Frictionless = [Authentication("\"frictionless\"", "\"05\"", "authenticated"), Authentication("\"frictionless\"", "\"02\"", "authenticated")];
    private static readonly Raw[] Attempted = [Authentication("\"frictionless\"", "\"06\"", "attempt_acknowledged"), Authentication("\"frictionless\"", "\"01\"", "attempt_acknowledged")];

    /// <summary>3-D Secure was asked for, and its lookup broke: the payment goes on without it.</summary>
    public static readonly Raw Failed = Authentication("null", "null", "processing_error");

    /// <summary>What 3-D Secure came to; a card that nobody enrolled is passed by when it was asked for. Mastercard has its own indicators.</summary>
    public static Raw? Authentication(Challenge challenge, string brand, bool authenticated, bool asked)
    {
        var network = brand == "mastercard" ? 1 : 0;
        if (authenticated) return challenge == Challenge.Frictionless ? Frictionless[network] : ThreeDSecure[network];
        return !asked ? null : challenge switch { Challenge.Never => Attempted[network], Challenge.OptionalError => Failed, _ => null };
    }

    public static Raw Approved(string? risk) => Of(null, null, "approved_by_network", null, risk ?? "normal", "Payment complete.", "authorized", null);

    public static Raw Declined(string code, string? decline, string? risk) => risk is "blocked" or "highest"
        ? Of(null, null, "not_sent_to_network", risk == "highest" ? "highest_risk_level" : "rule", "highest", "Stripe blocked this payment as too risky.", "blocked", null)
        : Of(TestCards.Advice(code, decline), "02", "declined_by_network", decline ?? code, risk ?? "normal", "The bank did not return any further details with this decline.", "issuer_declined", "05");

    private static Raw Authentication(string flow, string indicator, string result) => new(Encoding.UTF8.GetBytes(
        $$"""{"authentication_flow":{{flow}},"electronic_commerce_indicator":{{indicator}},"exemption_indicator":null,"result":"{{result}}","result_reason":null,"transaction_id":"00000000-0000-4000-8000-000000000000","version":"2.2.0"}"""));

    /// <summary>(code, decline_code) of the API, for a reason of the world's issuers.</summary>
    public static (string? Code, string? Decline) Codes(DeclineReason reason) => reason switch
    {
        DeclineReason.None => (null, null),
        DeclineReason.DoNotHonor => ("card_declined", "do_not_honor"),
        DeclineReason.InsufficientFunds => ("card_declined", "insufficient_funds"),
        DeclineReason.LostCard => ("card_declined", "lost_card"),
        DeclineReason.StolenCard => ("card_declined", "stolen_card"),
        DeclineReason.ExpiredCard => ("expired_card", "expired_card"),
        DeclineReason.IncorrectCvc => ("incorrect_cvc", "incorrect_cvc"),
        DeclineReason.IncorrectNumber => ("incorrect_number", "incorrect_number"),
        DeclineReason.SuspectedFraud => ("card_declined", "fraudulent"),
        DeclineReason.VelocityExceeded => ("card_declined", "card_velocity_exceeded"),
        DeclineReason.IssuerUnavailable => ("card_declined", "issuer_not_available"),
        DeclineReason.ProcessingError => ("processing_error", "processing_error"),
        DeclineReason.NotPermitted => ("card_declined", "transaction_not_allowed"),
        DeclineReason.RestrictedCard => ("card_declined", "restricted_card"),
        DeclineReason.InvalidAccount => ("card_declined", "invalid_account"),
        DeclineReason.AuthenticationRequired => ("authentication_required", "authentication_required"),
        DeclineReason.RevocationOfAuthorization => ("card_declined", "revocation_of_authorization"),
        _ => ("card_declined", "generic_decline"),
    };

    private static readonly ConcurrentDictionary<(string?, string?, string, string?, string, string), Raw> Known = new();

    private static Raw Of(string? advice, string? networkAdvice, string network, string? reason, string risk, string message, string type, string? networkDecline) =>
        Known.GetOrAdd((advice, networkAdvice, network, reason, risk, type), _ => Write(advice, networkAdvice, network, reason, risk, message, type, networkDecline));

    private static Raw Write(string? advice, string? networkAdvice, string network, string? reason, string risk, string message, string type, string? networkDecline) => Raw.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("advice_code", advice);
        json.WriteString("network_advice_code", networkAdvice);
        json.WriteString("network_decline_code", networkDecline);
        json.WriteString("network_status", network);
        json.WriteString("reason", reason);
        json.WriteString("risk_level", risk);
        json.WriteNumber("risk_score", risk switch { "highest" => 92, "elevated" => 71, _ => 24 });
        json.WriteString("seller_message", message);
        json.WriteString("type", type);
        json.WriteEndObject();
    });
}

/// <summary>What a payment intent asked of its authorization.</summary>
internal sealed record Terms(bool CanIncrement, bool CanCaptureMore, bool CanOvercapture)
{
    public static readonly Raw Available = new("{\"status\":\"available\"}"u8.ToArray());

    public bool OffSession { get; set; }

    /// <summary>3-D Secure was asked for by the merchant.</summary>
    public bool Asked { get; set; }

    /// <summary>The shopper authenticated, and the payment waits for the server's confirmation (<c>confirmation_method=manual</c>).</summary>
    public bool Authenticated { get; set; }

    /// <summary>A page of the client's own leads the shopper on.</summary>
    public bool UsesSdk { get; set; }
    public string? ReturnUrl { get; set; }
    public string? Mandate { get; set; }

    public static bool Incremental(Thing? intent) => intent?.Hidden is Terms { CanIncrement: true };

    public static bool Multicapture(Thing? intent) => intent?.Hidden is Terms { CanCaptureMore: true };

    public static bool Overcapture(Thing? intent) => intent?.Hidden is Terms { CanOvercapture: true };
}
