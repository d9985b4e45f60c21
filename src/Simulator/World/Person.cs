using System.Globalization;
using Busker.Simulator.Core;

namespace Busker.Simulator.World;

/// <summary>The life behind card number k of an issuer: a function of the seed, so nothing is stored.</summary>
internal sealed record Person(
    Issuer Issuer, int Index, Card Card, int Payday, long Income, DateTimeOffset Opened, DateTimeOffset LapsesAt, bool Stolen, bool Expires,
    DateTimeOffset? UpdatedAt)
{
    public string Email => $"shopper{Issuer.Bin}{Index}@example.com";

    /// <summary>What the card can pay at a moment, minor units: the income on pay-day, less day by day.</summary>
    public long FundsAt(DateTimeOffset at, ulong seed, double spentPerDay)
    {
        var paid = at.Day >= Payday ? at : at.AddMonths(-1);
        var since = (at.Date - new DateTime(paid.Year, paid.Month, Payday, 0, 0, 0, DateTimeKind.Unspecified)).Days;
        var month = Draw.Of(seed, Card.Number, string.Create(CultureInfo.InvariantCulture, $"month {paid.Year}-{paid.Month}"));
        return (long)(Income * month.LogNormal(1, 0.35) * Math.Pow(1 - spentPerDay, since));
    }

    internal static Person Of(Scenario scenario, ulong seed, Issuer issuer, int index)
    {
        var number = Card.Complete(issuer.Bin + index.ToString("D9", CultureInfo.InvariantCulture));
        var draw = Draw.Of(seed, number, "person");
        var people = scenario.People;
        var payday = people.Paydays[(int)draw.Below(people.Paydays.Count)];
        var income = (long)draw.LogNormal(people.Income, 0.6);
        var opened = scenario.Start.AddDays(-draw.Exponential(400));
        var expiry = opened.AddMonths(36 + (int)draw.Below(24));
        while (expiry < scenario.Start.AddDays(1)) expiry = expiry.AddYears(3);
        var lost = scenario.Start.AddDays(draw.Exponential(365 / Math.Max(people.LostPerYear, 1e-6)));
        var stolen = draw.Chance(0.3);
        var monthEnd = new DateTimeOffset(expiry.Year, expiry.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        var lapses = lost < monthEnd ? lost : monthEnd;
        DateTimeOffset? updated = draw.Chance(people.Updater) ? lapses + people.UpdaterDelay : null;
        var card = new Card(number, expiry.Month, expiry.Year, (100 + draw.Below(900)).ToString(CultureInfo.InvariantCulture));
        return new Person(issuer, index, card, payday, income, opened, lapses, stolen, lapses == monthEnd, updated);
    }
}
