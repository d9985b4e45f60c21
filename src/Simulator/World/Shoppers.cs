using System.Globalization;
using Busker.Simulator.Core;

namespace Busker.Simulator.World;

/// <summary>Somebody who comes to pay, and the truth about them.</summary>
internal sealed record Shopper(
    long Number, DateTimeOffset At, Person Person, long Minor, string Ip, string Device, string Email, bool Fraud, string Pattern);

/// <summary>The scenario's traffic: shopper n is a function of the seed. Honest ones keep their device; fraud changes hands.</summary>
internal sealed class Shoppers(Scenario scenario, ulong seed, Issuers issuers)
{
    /// <summary>Those who come in minute m after the start.</summary>
    public IEnumerable<Shopper> InMinute(long minute)
    {
        if (scenario.Issuers.Count == 0) yield break; // nobody has a card
        var at = scenario.Start.AddMinutes(minute);
        var traffic = scenario.Traffic;
        var wave = traffic.Waves.FirstOrDefault(w => minute >= w.From.TotalMinutes && minute < w.Until.TotalMinutes);
        var hour = traffic.Hours.Count == 24 ? traffic.Hours[at.Hour] * 24 / traffic.Hours.Sum() : 1;
        var calm = traffic.PerMinute * hour;
        var number = minute * 100_000;
        var sale = wave is { CardTesting: false } ? wave.PerMinute : calm;
        for (var i = Arrivals(minute, "honest", sale); i > 0; i--) yield return Visitor(number++, at, false);
        if (wave is not { CardTesting: true }) yield break;
        for (var i = Arrivals(minute, "attack", wave.PerMinute); i > 0; i--) yield return Visitor(number++, at, true);
    }

    private int Arrivals(long minute, string purpose, double mean)
    {
        // Poisson by counting exponential gaps: a minute is short enough.
        var draw = Draw.Of(seed, (ulong)minute, purpose);
        var count = 0;
        for (var t = draw.Exponential(1); t < mean && count < 50_000; t += draw.Exponential(1)) count++;
        return count;
    }

    private Shopper Visitor(long number, DateTimeOffset minute, bool tester)
    {
        var draw = Draw.Of(seed, (ulong)number, "shopper");
        var at = minute.AddMilliseconds(draw.Below(60_000));
        var person = issuers.Person((int)draw.Below(Math.Max(1, scenario.Issuers.Count)), (int)draw.Below(scenario.People.Cards));
        var fraud = tester || draw.Chance(scenario.Traffic.Fraud);
        if (tester)
        {
            var bot = draw.Below(6);
            return new(number, at, person, 100 + draw.Below(100), $"203.0.113.{bot}", $"bot{bot}", $"x{number}@example.net", true, "card-testing");
        }

        var minor = Math.Max(50, (long)draw.LogNormal(scenario.Traffic.MedianAmount * (fraud ? 4 : 1), 0.5));
        var home = Draw.Of(seed, person.Card.Number, "home");
        var from = fraud ? draw : home;
        return new(number, at, person, minor,
            string.Create(CultureInfo.InvariantCulture, $"198.51.{from.Below(256)}.{from.Below(256)}"),
            string.Create(CultureInfo.InvariantCulture, $"dev{from.Below(1_000_000_000)}"),
            fraud ? $"new{number}@example.net" : person.Email, fraud, fraud ? "stolen-card" : "honest");
    }
}
