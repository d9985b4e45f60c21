using System.Text;
using System.Text.Json;
using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.Tests;

/// <summary>The world around the providers: what an issuer's answer depends on, who complains when, how slow and how broken a provider is.</summary>
public sealed class WorldTests
{
    private static readonly Scenario Calm = ScenarioReader.Open("calm").Value;

    [Fact]
    public void Approval_depends_on_bank_country_amount_hour_age_authentication_retries_and_the_decline_before()
    {
        var issuers = new Issuers(Calm, 5);
        var person = Enumerable.Range(0, 500).Select(i => issuers.Person(1, i)).First(p => p.Opened < Calm.Start.AddDays(-90) && p.LapsesAt > Calm.Start.AddDays(60) && p.Income > 300_000);
        var noon = new DateTimeOffset(2026, 1, 16, 12, 0, 0, TimeSpan.Zero);
        CardUse Use(long minor = 2_000, DateTimeOffset? at = null, bool authenticated = false, string country = "US") =>
            new("stripe", person.Card, minor, "usd", at ?? noon, Authenticated: authenticated, MerchantCountry: country);
        var plain = issuers.ChanceOf(Use())!.Value;
        plain.ShouldBe(0.92, 0.001);
        issuers.ChanceOf(Use(minor: 64_000))!.Value.ShouldBeLessThan(plain);
        issuers.ChanceOf(Use(at: noon.AddHours(-9)))!.Value.ShouldBeLessThan(plain);
        issuers.ChanceOf(Use(country: "DE"))!.Value.ShouldBeLessThan(plain);
        issuers.ChanceOf(Use(at: person.Opened.AddDays(5).Date.AddHours(12)))!.Value.ShouldBeLessThan(plain);
        issuers.ChanceOf(Use(authenticated: true))!.Value.ShouldBeGreaterThan(plain);
        var other = issuers.Person(2, person.Index);
        issuers.ChanceOf(new CardUse("stripe", other.Card, 2_000, "usd", noon, MerchantCountry: other.Issuer.Country))!.Value.ShouldNotBe(plain);
        issuers.Decide(Use(minor: 900_000_000)).ShouldNotBeNull().Reason.ShouldBe(DeclineReason.InsufficientFunds);
        var after = issuers.ChanceOf(Use())!.Value; // one retry (-0.5) after insufficient funds (-0.6)
        (Math.Log(plain / (1 - plain)) - Math.Log(after / (1 - after))).ShouldBe(1.1, 0.001);
        issuers.ChanceOf(Use(at: noon.AddHours(25)))!.Value.ShouldBe(plain, 1e-9);
    }

    [Fact]
    public void A_regime_changes_an_issuer_from_its_moment_on()
    {
        var scenario = ScenarioReader.Open("black-friday").Value;
        var issuers = new Issuers(scenario, 5);
        var person = issuers.Person(1, 3);
        double Odds(double hour) => Math.Log(Chance(hour) / (1 - Chance(hour)));
        double Chance(double hour) => issuers.ChanceOf(new CardUse("stripe", person.Card, 2_000, "usd", scenario.Start.AddHours(hour)))!.Value;
        (Odds(7.9) - Odds(8)).ShouldBe(0.5, 1e-6);
        (Odds(20) - Odds(19.9)).ShouldBe(0.5, 1e-6);
    }

    [Fact]
    public void Drawn_answers_have_the_frequency_that_the_truth_says()
    {
        var issuers = new Issuers(Calm, 8);
        var (expected, approved) = (0.0, 0);
        for (var i = 0; i < 4_000; i++)
        {
            var person = issuers.Person(i, i / 6);
            var use = new CardUse("adyen", person.Card, 1_200, "eur", Calm.Start.AddHours(4));
            if (person.FundsAt(use.At, 8, Calm.People.SpentPerDay) < use.Minor || person.LapsesAt <= use.At || use.Card.ExpiredAt(use.At)) continue;
            var verdict = issuers.Decide(use)!;
            expected += verdict.Chance;
            if (verdict.Approved) approved++;
        }

        ((double)approved).ShouldBe(expected, 60);
    }

    [Fact]
    public void Fraud_is_disputed_after_weeks_and_each_reason_has_its_own_delay()
    {
        var scenario = Calm with { Disputes = new DisputeHabits { Honest = 1, Fraud = 0.8 } };
        var aftermath = new Aftermath(scenario, 3);
        var fraud = Enumerable.Range(0, 4_000).Select(i => aftermath.Of($"f{i}", true)).ToArray();
        fraud.Count(g => g is not null).ShouldBeInRange(3_080, 3_320);
        Median(fraud.OfType<Grievance>()).ShouldBe(25, 2);
        var honest = Enumerable.Range(0, 8_000).Select(i => aftermath.Of($"h{i}", false)!).ToArray();
        foreach (var (reason, (_, delay)) in scenario.Disputes.Reasons) Median(honest.Where(g => g.Reason == reason)).ShouldBe(delay.TotalDays, delay.TotalDays * 0.15);
        honest.Count(g => g.Inquiry).ShouldBeInRange(1_000, 1_400);
    }

    [Fact]
    public async Task Fraud_paid_at_a_provider_ends_in_a_warning_and_a_dispute()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = "card-testing-attack", Seed = 4 })).Value;
        using var http = new HttpClient { BaseAddress = simulator.Address("stripe") };
        http.DefaultRequestHeaders.Add("Authorization", "Bearer sk_test_x");
        for (var i = 0; i < 10; i++)
        {
            using var form = new StringContent($"amount={1_000 + i}&currency=usd&payment_method=pm_card_visa&payment_method_types[]=card&confirm=true&metadata[sim_fraud]=true", Encoding.UTF8, "application/x-www-form-urlencoded");
            (await http.PostAsync(new Uri("/v1/payment_intents", UriKind.Relative), form)).EnsureSuccessStatusCode();
        }

        await simulator.AdvanceAsync(TimeSpan.FromDays(150));
        async Task<int> Count(string path) => JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement.GetProperty("data").GetArrayLength();
        (await Count("/v1/disputes?limit=100")).ShouldBeInRange(4, 10);
        (await Count("/v1/radar/early_fraud_warnings?limit=100")).ShouldBe(await Count("/v1/disputes?limit=100"));
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_provider_is_as_slow_as_its_scenario_says()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Scenario = "black-friday", Seed = 4 })).Value;
        using var http = new HttpClient { BaseAddress = simulator.Address("adyen") };
        for (var i = 0; i < 1_500; i++) (await http.GetAsync(new Uri("/v71/storedPaymentMethods", UriKind.Relative))).Dispose();
        int[] waits = [.. Encoding.UTF8.GetString(simulator.JournalText()).TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("latency_ms").GetInt32()).Order()];
        ((double)waits[750]).ShouldBe(180, 20);
        ((double)waits[1_484]).ShouldBeInRange(1_100, 3_000);
    }

    [Fact]
    public async Task An_outage_begins_in_part_becomes_whole_and_ends()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = "provider-outage" })).Value;
        foreach (var slow in simulator.Scenario.Faults.Where(f => f.Source.Contains("delay", StringComparison.Ordinal))) slow.Source.ShouldContain("until=20m");
        using var http = new HttpClient { BaseAddress = simulator.Address("stripe") };
        http.DefaultRequestHeaders.Add("Authorization", "Bearer sk_test_x");
        async Task<int> Broken(int minute)
        {
            await simulator.AdvanceAsync(simulator.Scenario.Start.AddMinutes(minute) - simulator.Clock.GetUtcNow());
            var broken = 0;
            for (var i = 0; i < 40; i++)
            {
                using var reply = await http.GetAsync(new Uri("/v1/balance", UriKind.Relative));
                if (!reply.IsSuccessStatusCode) broken++;
            }

            return broken;
        }

        (await Broken(5)).ShouldBe(0);
        (await Broken(25)).ShouldBe(40);
        (await Broken(55)).ShouldBe(0);
    }

    [Fact]
    public void A_clock_runs_as_many_times_faster_as_it_is_told()
    {
        var real = new HandClock();
        var clock = new VirtualClock(DateTimeOffset.UnixEpoch, 60, real);
        var rang = 0L;
        clock.Schedule(TimeSpan.FromMinutes(5), () => rang = clock.NowSeconds);
        real.Move(4_999);
        clock.CatchUp().ShouldBe(299_940);
        rang.ShouldBe(0);
        real.Move(1_001);
        clock.CatchUp();
        rang.ShouldBe(300);
        clock.NowSeconds.ShouldBe(360);
        clock.Run(0);
        real.Move(1_000_000);
        clock.CatchUp();
        clock.NowSeconds.ShouldBe(360);
    }

    private static double Median(IEnumerable<Grievance> grievances)
    {
        double[] days = [.. grievances.Select(g => g.Delay.TotalDays).Order()];
        return days[days.Length / 2];
    }

    private sealed class HandClock : TimeProvider
    {
        private long _ms;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => _ms;

        public void Move(long ms) => _ms += ms;
    }
}
