using Busker.Simulator.Core;
using Busker.Simulator.Faults;
using Busker.Simulator.World;

namespace Busker.Simulator.Tests;

public sealed class CoreTests
{
    [Fact]
    public void Every_preset_reads()
    {
        foreach (var name in ScenarioReader.Presets)
        {
            var scenario = ScenarioReader.Open(name);
            scenario.Fault.ShouldBeNull();
            scenario.Value.Name.ShouldBe(name);
        }
    }

    [Theory]
    [InlineData("name: x\nseeed: 3\n", "my.yaml:2: 'seeed' is not known here")]
    [InlineData("name: x\nfaults:\n  - stripe POST * explode\n", "my.yaml:3: 'explode' is not a fault")]
    [InlineData("name: x\nissuers:\n  - name: A\n    bin: 12\n", "my.yaml:4: 'bin' is six digits")]
    [InlineData("name: x\npeople:\n  updater: 3\n", "my.yaml:3: 'updater' is a share between 0 and 1")]
    [InlineData("seed: 1\n", "my.yaml:1: 'name' is missing")]
    [InlineData("name: [\n", "my.yaml:")]
    [InlineData("name: x\npeople:\n  updater_delay: 999999999d\n", "my.yaml:3: 'updater_delay' is a duration")]
    [InlineData("name: x\nissuers:\n\t- bin: \"400000\"\n", "my.yaml:3: this is not YAML: lines are indented with spaces")]
    [InlineData("name: x\npeople:\n  cards: 10\n paydays: [1]\n", "my.yaml:4: this is not YAML")]
    [InlineData("name: \"\"\n", "my.yaml:1: 'name' is empty")]
    [InlineData("name: x\n---\nname: y\n", "my.yaml:3: a scenario is one document")]
    [InlineData("name: x\nstart: 9999-12-31T00:00:00Z\n", "my.yaml:2: 'start' is a moment such as 2026-11-27T00:00:00Z, of the years 1970 to 2199")]
    [InlineData("name: x\nstart: 0001-01-01\n", "my.yaml:2: 'start' is a moment")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\", reasons: {}}\n", "my.yaml:3: 'reasons' needs one with a weight over 0")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\", reasons: {do_not_honor: -1}}\n", "my.yaml:3: 'do_not_honor' is a number between 0 and")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\", reasons: {none: 1}}\n", "my.yaml:3: 'none' is not a reason to decline")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\", reasons: {3: 1}}\n", "my.yaml:3: '3' is not a reason to decline")]
    [InlineData("name: x\ndisputes:\n  reasons: {}\n", "my.yaml:3: 'reasons' needs one with a weight over 0")]
    [InlineData("name: x\ndisputes:\n  reasons:\n    duplicate: {weight: 0}\n", "my.yaml:4: 'reasons' needs one with a weight over 0")]
    [InlineData("name: x\ntraffic: {hours: [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}\n", "my.yaml:2: 'hours' is a list of 24 weights, one at least over 0")]
    [InlineData("name: x\nlatency:\n  stripe: {median: 30d, p99: 40d}\n", "my.yaml:3: a latency needs 0 < median <= p99 <= 1h")]
    [InlineData("name: x\noutages:\n  - {provider: stripe, endpoint: \"/v1/a b\"}\n", "my.yaml:3: 'endpoint' is a path")]
    [InlineData("name: x\nseed: -1\n", "my.yaml:2: 'seed' is a whole number between 0 and")]
    [InlineData("name: x\nversion: 99999999999\n", "my.yaml:2: 'version' is a whole number")]
    [InlineData("name: x\nversion: 2\n", "my.yaml:2: version 2 of scenarios is not known")]
    [InlineData("name: x\npeople: {income: nan}\n", "my.yaml:2: 'income' is a whole number")]
    [InlineData("name: x\npeople: {paydays: [1, 31]}\n", "my.yaml:2: a payday is a day between 1 and 28")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\"}\n  - {name: b, bin: \"400000\"}\n", "my.yaml:4: two issuers cannot have the same bin 400000")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\", country: Sweden}\n", "my.yaml:3: 'country' is two capital letters")]
    [InlineData("name: x\nissuers:\n  - {name: a, bin: \"400000\", amount: nan}\n", "my.yaml:3: 'amount' is a number between")]
    [InlineData("name: x\nfees:\n  stripe: {percent: -5}\n", "my.yaml:3: 'percent' is a number between 0 and 100, not -5")]
    [InlineData("name: x\nlatency:\n  stripe:\n", "my.yaml:3: 'stripe' is a mapping")]
    [InlineData("name: x\nregimes:\n  - {at: 1d, issuer: Nobank, effect: -1}\n", "my.yaml:3: 'issuer' is one of *, not 'Nobank'")]
    [InlineData("name: x\noutages:\n  - provider: stripe\n    from: 2h\n    until: 1h\n", "my.yaml:5: 'until' is later than 'from'")]
    [InlineData("name: x\noutages:\n  - provider: stripe\n    as: broken\n", "my.yaml:4: 'broken' is not a fault")]
    [InlineData("name: x\nfaults:\n  - stripe POST * drop-after count=99999999999\n", "my.yaml:3: 'count=99999999999' is not an option")]
    [InlineData("name: x\nfaults:\n  - provider: stripe\n", "my.yaml:3: an entry of 'faults' is one line of text")]
    [InlineData("name: x\ndisputes:\n  reasons:\n    product_not_recieved: {weight: 1}\n", "my.yaml:4: 'product_not_recieved' is not a reason of disputes")]
    [InlineData("name: x\n? [a, b]\n: c\n", "my.yaml:2: a key is one word")]
    [InlineData("name: x\ntraffic:\n  waves:\n    - {from: 2h, until: 1h}\n", "my.yaml:4: 'until' is later than 'from'")]
    public void A_bad_scenario_is_refused_with_file_and_line(string text, string sentence) =>
        ScenarioReader.Parse("my.yaml", text).Fault!.Message.ShouldStartWith(sentence);

    [Fact]
    public void A_scenario_may_have_rare_outages_and_no_banks()
    {
        var scenario = ScenarioReader.Parse("my.yaml", "name: x\noutages:\n  - {provider: stripe, share: 0.00001}\n").Value;
        scenario.Faults.ShouldHaveSingleItem().Probability.ShouldBe(0.00001);
        new Shoppers(scenario, 1, new Issuers(scenario, 1)).InMinute(0).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failure_of_what_was_scheduled_is_told_and_the_clock_goes_on()
    {
        var told = await ToldAsync(async () =>
        {
            await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Rate = 1_000 })).Value;
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Fails(simulator.Providers[0].Stage, TimeSpan.FromSeconds(1), next.SetResult);
            await next.Task.WaitAsync(TimeSpan.FromSeconds(20)); // nobody asks anything: the clock itself came so far
        });
        told.ShouldContain("simulator bug in what was scheduled: System.InvalidOperationException: no such day");
    }

    [Theory]
    [InlineData("GET", "/v1/balance")]
    [InlineData("DELETE", "/_sim/faults")]
    [InlineData("GET", "/_sim/state")]
    public async Task A_failure_of_what_was_scheduled_is_told_when_a_request_comes_upon_it_and_the_next_is_served(string method, string path)
    {
        var (statuses, ran) = (new List<int>(), false);
        var told = await ToldAsync(async () =>
        {
            await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
            using var client = new HttpClient { BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { { "Authorization", "Bearer sk_test_x" } } };
            Fails(simulator.Providers[0].Stage, TimeSpan.Zero, () => ran = true);
            for (var i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var reply = await client.SendAsync(request);
                statuses.Add((int)reply.StatusCode);
            }
        });
        told.ShouldContain("simulator bug in what was scheduled: System.InvalidOperationException: no such day");
        (statuses[0], statuses[1], ran).ShouldBe((500, 200, true));
    }

    private static void Fails(Stage stage, TimeSpan after, Action next)
    {
        lock (stage.Gate)
        {
            stage.Clock.Schedule(after, () => throw new InvalidOperationException("no such day"));
            stage.Clock.Schedule(after, next);
        }
    }

    /// <summary>What stands on the error stream after that.</summary>
    private static async Task<string> ToldAsync(Func<Task> act)
    {
        var (before, told) = (Console.Error, new StringWriter());
        Console.SetError(told);
        try
        {
            await act();
        }
        finally
        {
            Console.SetError(before);
        }

        return told.ToString();
    }

    [Fact]
    public void A_fault_rule_keeps_to_its_window_count_and_place()
    {
        var rule = FaultParser.Parse("stripe POST /v1/refunds* drop-after count=2 from=1m until=2m").Value;
        bool Strikes(string method, string path, int second) =>
            rule.Strikes(FaultTarget.Request, "stripe", method, path, "", "k", TimeSpan.FromSeconds(second), 1);
        Strikes("POST", "/v1/refunds", 30).ShouldBeFalse();
        Strikes("GET", "/v1/refunds", 70).ShouldBeFalse();
        Strikes("POST", "/v1/charges", 70).ShouldBeFalse();
        Strikes("POST", "/v1/refunds/re_1", 70).ShouldBeTrue();
        Strikes("POST", "/v1/refunds", 71).ShouldBeTrue();
        Strikes("POST", "/v1/refunds", 72).ShouldBeFalse();
    }

    [Fact]
    public void A_flapping_rule_rests_between_its_bad_spells()
    {
        var rule = FaultParser.Parse("* * * status(503) flap=10s/20s").Value;
        bool[] struck = [.. Enumerable.Range(0, 60).Select(s => rule.Strikes(FaultTarget.Request, "adyen", "GET", "/", "", "k", TimeSpan.FromSeconds(s), 1))];
        struck.Count(s => s).ShouldBe(20);
        struck[5].ShouldBeTrue();
        struck[15].ShouldBeFalse();
        struck[35].ShouldBeTrue();
    }

    [Fact]
    public void What_is_scheduled_runs_in_order_of_due_time_and_sees_it()
    {
        var clock = new VirtualClock(DateTimeOffset.UnixEpoch, 0, TimeProvider.System);
        var seen = new List<string>();
        clock.Schedule(TimeSpan.FromSeconds(5), () => seen.Add($"b{clock.NowSeconds}"));
        clock.Schedule(TimeSpan.FromSeconds(1), () =>
        {
            seen.Add($"a{clock.NowSeconds}");
            clock.Schedule(TimeSpan.FromSeconds(4), () => seen.Add($"c{clock.NowSeconds}"));
        });
        clock.RunUntil(10_000);
        seen.ShouldBe(["a1", "b5", "c5"]);
        clock.NowSeconds.ShouldBe(10);
    }

    [Fact]
    public void Insufficient_funds_recover_on_payday()
    {
        var scenario = ScenarioReader.Open("payday").Value;
        var issuers = new Issuers(scenario, scenario.Seed);
        var poor = 0;
        var recovered = 0;
        for (var k = 0; k < 400; k++)
        {
            var person = issuers.Person(0, k);
            var before = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddDays(person.Payday - 2);
            var after = before.AddDays(2);
            if (person.FundsAt(before, scenario.Seed, 0.22) >= 1_199) continue;
            poor++;
            if (person.FundsAt(after, scenario.Seed, 0.22) >= 1_199) recovered++;
        }

        poor.ShouldBeGreaterThan(5);
        ((double)recovered / poor).ShouldBeGreaterThan(0.9);
    }

    [Fact]
    public void The_same_tries_hear_the_same_answers()
    {
        string Run()
        {
            var scenario = ScenarioReader.Open("calm").Value;
            var issuers = new Issuers(scenario, 5);
            return string.Join(',', Enumerable.Range(0, 500).Select(k =>
            {
                var card = issuers.Person(k, k % 50).Card;
                return issuers.Decide(new CardUse("stripe", card, 1_500, "usd", scenario.Start.AddMinutes(k)))!.Reason;
            }));
        }

        Run().ShouldBe(Run());
    }

    [Fact]
    public void A_shopper_is_a_function_of_the_seed_and_an_attack_is_seen()
    {
        var scenario = ScenarioReader.Open("card-testing-attack").Value;
        var shoppers = new Shoppers(scenario, 1, new Issuers(scenario, 1));
        var attack = shoppers.InMinute(25).ToArray();
        attack.ShouldBe(shoppers.InMinute(25));
        attack.Count(s => s.Pattern == "card-testing").ShouldBeInRange(220, 380);
        shoppers.InMinute(5).ShouldAllBe(s => s.Pattern != "card-testing");
    }

    [Fact]
    public void Crc_of_the_check_string_is_the_published_one() => Crc32.Of("123456789"u8).ShouldBe(0xCBF43926u);

    [Fact]
    public void Crc_of_any_length_is_that_of_the_definition()
    {
        byte[] data = [.. Enumerable.Range(0, 700).Select(i => (byte)(((i * 131) ^ (i >> 3)) & 0xFF))];
        for (var length = 0; length <= data.Length; length++) Crc32.Of(data.AsSpan(0, length)).ShouldBe(Plain(data.AsSpan(0, length)));

        static uint Plain(ReadOnlySpan<byte> data)
        {
            var crc = 0xFFFFFFFFu;
            foreach (var value in data)
            {
                crc ^= value;
                for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }

            return ~crc;
        }
    }
}
