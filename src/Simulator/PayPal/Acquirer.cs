using System.Text.Json.Nodes;
using Busker.Simulator.World;

namespace Busker.Simulator.PayPal;

/// <summary>Yes or no to a payment, with the processor's words for it.</summary>
internal sealed record Ruling(bool Approved, string Outcome, double Chance, string Code)
{
    /// <summary>The documented rejection triggers in the name on the card answer with an unavailable address check and no security code check.</summary>
    public JsonObject Processor(bool triggered) => triggered
        ? new() { ["avs_code"] = "G", ["cvv_code"] = "P", ["response_code"] = Code }
        : Approved || Advice is not { } advice
            ? new() { ["avs_code"] = "Y", ["cvv_code"] = Code == "00N7" ? "N" : "M", ["response_code"] = Code }
            : new() { ["avs_code"] = "Y", ["cvv_code"] = "M", ["response_code"] = Code, ["payment_advice_code"] = advice };

    private string? Advice => Code switch
    {
        "5400" or "1330" or "9520" => "01",
        "5120" or "9100" => "02",
        "9500" => "03",
        "5560" => "21",
        _ => null,
    };
}

/// <summary>Asks the test triggers first, then the scenario's banks.</summary>
internal sealed class Acquirer(PayPalBox box)
{
    /// <summary>Names on the card that the sandbox documents, with their response codes.</summary>
    public static readonly IReadOnlyDictionary<string, (string Code, string Outcome)> Triggers = new Dictionary<string, (string, string)>
    {
        ["CCREJECT-REFUSED"] = ("0500", "do_not_honor"), ["CCREJECT-SF"] = ("9500", "suspected_fraud"), ["CCREJECT-EC"] = ("5400", "expired_card"),
        ["CCREJECT-IRC"] = ("5180", "restricted_card"), ["CCREJECT-IF"] = ("5120", "insufficient_funds"), ["CCREJECT-LS"] = ("9520", "lost_card"),
        ["CCREJECT-IA"] = ("1330", "invalid_account"), ["CCREJECT-BANK_ERROR"] = ("5100", "generic_decline"), ["CCREJECT-CVV_F"] = ("00N7", "incorrect_cvc"),
    };

    public bool WantsChallenge(Source source, long minor, string currency) =>
        source is { Card: not null, Stored: false, Authenticated: null, Buyer: null }
        && (source.Verification == "SCA_ALWAYS" || (source.Verification == "SCA_WHEN_REQUIRED" && box.Stage.Issuers.WantsChallenge(Use(source, minor, currency))));

    public (Ruling Ruling, JsonObject? Processor) Decide(Source source, long minor, string currency)
    {
        if (source.Holder is { } name && Triggers.TryGetValue(name, out var trigger))
        {
            var no = new Ruling(false, trigger.Outcome, 0, trigger.Code);
            return (no, no.Processor(true));
        }

        var verdict = source.Card is null ? null : box.Stage.Issuers.Decide(Use(source, minor, currency));
        if (verdict is not null && !verdict.Approved)
        {
            var no = new Ruling(false, Outcome(verdict.Reason), verdict.Chance, CodeOf(verdict.Reason));
            return (no, source.Buyer is null ? no.Processor(false) : null);
        }

        var yes = new Ruling(true, "approved", verdict?.Chance ?? 1, "0000");
        return (yes, source is { Card: not null, Buyer: null } ? yes.Processor(false) : null);
    }

    private CardUse Use(Source source, long minor, string currency) =>
        new("paypal", source.Card!, minor, currency, box.Stage.Clock.GetUtcNow(), source.Stored, source.Authenticated == true);

    private static string Outcome(DeclineReason reason) =>
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private static string CodeOf(DeclineReason reason) => reason switch
    {
        DeclineReason.DoNotHonor => "0500",
        DeclineReason.InsufficientFunds => "5120",
        DeclineReason.LostCard or DeclineReason.StolenCard => "9520",
        DeclineReason.ExpiredCard => "5400",
        DeclineReason.IncorrectCvc => "00N7",
        DeclineReason.IncorrectNumber or DeclineReason.InvalidAccount => "1330",
        DeclineReason.SuspectedFraud => "9500",
        DeclineReason.IssuerUnavailable => "9100",
        DeclineReason.RestrictedCard => "5180",
        DeclineReason.AuthenticationRequired => "5650",
        DeclineReason.RevocationOfAuthorization => "5560",
        _ => "5100",
    };
}
