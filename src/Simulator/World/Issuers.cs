using System.Globalization;
using Busker.Simulator.Core;

namespace Busker.Simulator.World;

/// <summary>One try to pay with a card, as an issuer sees it.</summary>
internal sealed record CardUse(
    string Provider, Card Card, long Minor, string Currency, DateTimeOffset At, bool Stored = false, bool Authenticated = false,
    string MerchantCountry = "US");

/// <summary>An issuer's decision, with the probability it was drawn from: the ground truth for whoever learns.</summary>
internal sealed record Verdict(bool Approved, DeclineReason Reason, double Chance)
{
    public static readonly Verdict Yes = new(true, DeclineReason.None, 1);

    public static Verdict No(DeclineReason reason) => new(false, reason, 0);
}

/// <summary>
/// The scenario's banks. The n-th try of a card is drawn from (seed, card, n): when two runs make the same tries, they hear
/// the same answers.
/// </summary>
internal sealed class Issuers(Scenario scenario, ulong seed)
{
    private readonly Dictionary<string, Issuer> _byBin = scenario.Issuers.ToDictionary(i => i.Bin);
    private readonly Dictionary<string, Past> _past = [];

    /// <summary>Card number k of the issuer that is number i, modulo how many there are.</summary>
    public Person Person(int issuer, int index) =>
        World.Person.Of(scenario, seed, scenario.Issuers[issuer % scenario.Issuers.Count], index % scenario.People.Cards);

    /// <summary>Who owns this number, when it is one of the scenario's.</summary>
    public Person? Owner(string number)
    {
        if (number.Length != 16 || !_byBin.TryGetValue(number[..6], out var issuer) || !Card.Luhn(number)) return null;
        var index = int.Parse(number.AsSpan(6, 9), NumberStyles.None, CultureInfo.InvariantCulture);
        return index < scenario.People.Cards ? World.Person.Of(scenario, seed, issuer, index) : null;
    }

    /// <summary>Whether the issuer wants its customer to authenticate this payment.</summary>
    public bool WantsChallenge(CardUse use) =>
        Owner(use.Card.Number) is { Issuer: var issuer } && issuer.Challenge > 0 && use.Minor > issuer.ChallengeOver
        && Draw.Of(seed, use.Card.Number, string.Create(CultureInfo.InvariantCulture, $"challenge {use.Minor}")).Chance(issuer.Challenge);

    /// <summary>Decides and remembers the try. Null when the card is not of this world: the provider's test numbers decide.</summary>
    public Verdict? Decide(CardUse use)
    {
        if (Owner(use.Card.Number) is not { } owner) return null;
        var past = _past.GetValueOrDefault(use.Card.Number) ?? new Past();
        var verdict = Decide(use, owner, past);
        past.Tries.Add((use.At, verdict.Reason));
        if (past.Tries.Count > 40) past.Tries.RemoveAt(0);
        past.Count++;
        _past[use.Card.Number] = past;
        return verdict;
    }

    /// <summary>The approval probability of a try made now, without making it.</summary>
    public double? ChanceOf(CardUse use) => Owner(use.Card.Number) is { } owner
        ? Odds(use, owner, _past.GetValueOrDefault(use.Card.Number) ?? new Past())
        : null;

    private Verdict Decide(CardUse use, Person owner, Past past)
    {
        var lapsed = use.At >= owner.LapsesAt && !(use.Stored && owner.UpdatedAt is { } updated && use.At >= updated);
        if (lapsed) return Verdict.No(owner.Expires ? DeclineReason.ExpiredCard : owner.Stolen ? DeclineReason.StolenCard : DeclineReason.LostCard);
        if (use.Card.ExpiredAt(use.At) && !use.Stored) return Verdict.No(DeclineReason.ExpiredCard);
        if (use.Card.Cvc is { } cvc && cvc != owner.Card.Cvc) return Verdict.No(DeclineReason.IncorrectCvc);
        if (use.Minor > owner.FundsAt(use.At, seed, scenario.People.SpentPerDay)) return Verdict.No(DeclineReason.InsufficientFunds);
        var chance = Odds(use, owner, past);
        var draw = Draw.Of(seed, use.Card.Number, string.Create(CultureInfo.InvariantCulture, $"try {past.Count}"));
        if (draw.Unit() < chance) return new Verdict(true, DeclineReason.None, chance);
        var reasons = owner.Issuer.Reasons;
        var reason = reasons.Keys.ElementAt(draw.Pick([.. reasons.Values]));
        return new Verdict(false, reason, chance);
    }

    private double Odds(CardUse use, Person owner, Past past)
    {
        var issuer = owner.Issuer;
        var odds = Math.Log(issuer.Approval / (1 - issuer.Approval));
        odds += issuer.Amount * Math.Max(0, Math.Log2(use.Minor / 2_000.0));
        if (use.At.Hour < 6) odds += issuer.Night;
        if (issuer.Country != use.MerchantCountry) odds += issuer.Abroad;
        if (use.At - owner.Opened < TimeSpan.FromDays(30)) odds += issuer.Young;
        if (use.Authenticated) odds += issuer.Authenticated;
        var recent = past.Tries.Where(t => t.Reason != DeclineReason.None && use.At - t.At < TimeSpan.FromHours(24)).ToArray();
        odds += issuer.Retry * recent.Length;
        if (recent.Length > 0) odds += issuer.After.GetValueOrDefault(recent[^1].Reason);
        foreach (var regime in scenario.Regimes)
        {
            var here = (regime.Provider == "*" || regime.Provider == use.Provider) && (regime.Issuer == "*" || regime.Issuer == issuer.Name);
            if (here && use.At >= scenario.Start + regime.At) odds += regime.Effect;
        }

        return 1 / (1 + Math.Exp(-odds));
    }

    private sealed class Past
    {
        public List<(DateTimeOffset At, DeclineReason Reason)> Tries { get; } = [];
        public int Count { get; set; }
    }
}
