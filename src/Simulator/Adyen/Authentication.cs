using System.Text.Json;
using Busker.Simulator.Core;
using Busker.Simulator.World;
using static Busker.Simulator.Adyen.AdyenBox;

namespace Busker.Simulator.Adyen;

/// <summary>What a card payment needs before it is authorised.</summary>
internal enum Way
{
    /// <summary>Nothing: the bank demands no authentication, or grants an exemption.</summary>
    Authorise,

    /// <summary>The bank demands what the merchant rules out.</summary>
    Refuse,

    /// <summary>3-D Secure, without a question to the shopper.</summary>
    Frictionless,

    /// <summary>3-D Secure, with a question.</summary>
    Challenge,
}

/// <summary>
/// Strong customer authentication: what the bank demands against what the merchant asks for (<c>attemptAuthentication</c> or
/// <c>executeThreeD</c>, <c>scaExemption</c>, <c>threeDSRequestorChallengeInd</c>). Limits are PSD2's, in the payment's own currency.
/// </summary>
internal sealed class Authentication(AdyenBox box)
{
    private const long LowValue = 3_000;
    private const long LowValueTogether = 10_000;
    private const int LowValueTimes = 5;
    private const long LowRisk = 25_000;

    /// <summary>Low-value exemptions of each card since it was authenticated last.</summary>
    private readonly Dictionary<string, (int Count, long Sum)> _small = [];

    /// <summary>The exemption that is asked for, or null.</summary>
    public static string? Asked(JsonElement body) => Text(body, "additionalData", "scaExemption");

    /// <summary>With "05" the merchant analysed the risk itself, and answers for fraud.</summary>
    public static bool Shifts(JsonElement body) => Indicator(body) != "05";

    public Way Of(JsonElement body, Card card, CardUse use)
    {
        if (Text(body, "shopperInteraction") == "ContAuth") return Way.Authorise;
        var attempt = Text(body, "authenticationData", "attemptAuthentication") ?? Text(body, "additionalData", "executeThreeD") switch { "true" => "always", "false" => "never", _ => null };
        var demanded = Refusals.WantsChallenge(card) || box.Stage.Issuers.WantsChallenge(use);
        if (demanded && attempt != "always" && Grants(Asked(body), card, Cents(use))) return Way.Authorise;
        if (attempt == "never") return demanded ? Way.Refuse : Way.Authorise;
        if (!demanded && attempt != "always" && !Refusals.Frictionless(card)) return Way.Authorise;
        return Indicator(body) switch
        {
            "03" or "04" => Way.Challenge,
            "02" or "05" when !Refusals.WantsChallenge(card) && Cents(use) <= LowRisk => Way.Frictionless,
            _ => demanded ? Way.Challenge : Way.Frictionless,
        };
    }

    /// <summary>The shopper has proved who they are: small payments count anew.</summary>
    public void Done(Card card) => _small.Remove(card.Number);

    private bool Grants(string? exemption, Card card, long cents)
    {
        if (exemption == "transactionRiskAnalysis") return cents <= LowRisk;
        if (exemption != "lowValue" || cents > LowValue) return false; // no bank here knows of corporate cards, or of shops that shoppers trust
        var (count, sum) = _small.GetValueOrDefault(card.Number);
        if (count == LowValueTimes || sum + cents > LowValueTogether) return false;
        _small[card.Number] = (count + 1, sum + cents);
        return true;
    }

    /// <summary>A currency without decimals counts as if it had two: 3000 yen are as small as 30 euros.</summary>
    private static long Cents(CardUse use) => Decimals(use.Currency) == 3 ? use.Minor / 10 : use.Minor;

    private static string? Indicator(JsonElement body) => Text(body, "threeDS2RequestData", "threeDSRequestorChallengeInd");
}
