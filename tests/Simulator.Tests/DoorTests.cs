using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using Busker.Simulator.Core;
using Busker.Simulator.Stripe;

namespace Busker.Simulator.Tests;

/// <summary>Starting, refusing to start, stopping and starting again.</summary>
public sealed class DoorTests
{
    [Fact]
    public void A_stranger_sees_the_door_and_what_it_hands_out_and_nothing_of_the_machinery()
    {
        string[] seen = [.. typeof(Simulator).Assembly.GetExportedTypes().Select(t => t.Name).Order(StringComparer.Ordinal)];
        seen.ShouldBe(
        [
            "Charge", "DeclineReason", "DisputeHabits", "Draw", "FaultKind", "FaultRule", "FeeSchedule", "Guide", "Issuer", "Latency", "Listening", "People", "Play",
            "Popularity", "Provider", "Regime", "Rhythm", "Scenario", "ScenarioReader", "Simulator", "SimulatorOptions", "Taste", "Traffic", "Wave",
        ]);
        typeof(Provider).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m is PropertyInfo || m is MethodInfo { IsSpecialName: false })
            .Select(m => m.Name).Order(StringComparer.Ordinal).ShouldBe(["Address", "Keys", "Name", "Snippet"]);
    }

    [Fact]
    public async Task A_dispute_and_a_failed_refund_from_code_are_in_the_snapshot_too()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            string before, events;
            await using (var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Snapshot = path, Seed = 6 })).Value)
            {
                using var client = Client(simulator);
                var charges = new[] { await ChargeAsync(client, "tok_bypassPending"), await ChargeAsync(client, "tok_bypassPending") };
                simulator.OpenDispute("stripe", charges[0].Id!, "product_not_received").Fault.ShouldBeNull();
                using var refund = await client.PostAsync(new Uri("/v1/refunds", UriKind.Relative), new StringContent($"charge={charges[1].Id}", new MediaTypeHeaderValue("application/x-www-form-urlencoded")));
                using var made = JsonDocument.Parse(await refund.Content.ReadAsStringAsync());
                simulator.FailRefund("stripe", made.RootElement.GetProperty("id").GetString()!).Fault.ShouldBeNull();
                await simulator.AdvanceAsync(TimeSpan.FromDays(3));
                (before, events) = (State(simulator), await client.GetStringAsync(new Uri("/v1/events?limit=100", UriKind.Relative)));
                simulator.Charges().Select(c => (c.Disputed, c.Refunded)).ShouldBe([(2_000, 0), (0, 0)]);
            }

            await using var again = (await Simulator.Start(new() { Providers = ["stripe"], Snapshot = path, Seed = 6 })).Value;
            using var reader = Client(again);
            State(again).ShouldBe(before);
            (await reader.GetStringAsync(new Uri("/v1/events?limit=100", UriKind.Relative))).ShouldBe(events);
            again.Discrepancies().ShouldBeEmpty();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task It_listens_on_loopback_unless_told()
    {
        new SimulatorOptions().Address.ShouldBe(IPAddress.Loopback);
        await using var simulator = (await Simulator.Start(new())).Value;
        simulator.Providers.ShouldAllBe(p => IPAddress.IsLoopback(IPAddress.Parse(simulator.Address(p.Name).Host)));
    }

    [Fact]
    public async Task What_cannot_start_says_why_in_one_sentence()
    {
        (await Simulator.Start(new() { Providers = ["square"] })).Fault!.Message.ShouldStartWith("'square' is not a provider: stripe, adyen");
        (await Simulator.Start(new() { Scenario = "no-such-world" })).Fault!.Message.ShouldContain("no-such-world");
        (await Simulator.Start(new() { Rate = -1 })).Fault!.Message.ShouldBe("the clock's rate is a number from 0 (frozen) to 1000000");
        (await Simulator.Start(new() { Rate = double.PositiveInfinity })).Fault!.Message.ShouldBe("the clock's rate is a number from 0 (frozen) to 1000000");
        (await Simulator.Start(new() { Snapshot = "" })).Fault!.Message.ShouldBe("the snapshot's file has no name");
        (await Simulator.Start(new() { Port = 65_534 })).Fault!.Message.ShouldBe("port 65534 and one for each further provider are between 0 and 65535");
        (await Simulator.Start(new() { Scenario = Path.GetTempPath() })).Fault!.Message.ShouldContain("there is no such file");
        (await Simulator.Start(new() { Snapshot = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "x") })).Fault!.Message.ShouldContain("nothing can be written there");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (await Simulator.Start(new() { Providers = ["stripe"], Port = port })).Fault!.Message.ShouldStartWith($"port {port} cannot be used: ");
    }

    [Theory]
    [InlineData("clock", "{\"advance\":\"99999999d\"}", "'99999999d' is not a duration such as 30s, 10m, 2h or 7d, at most 36500d")]
    [InlineData("clock", "{\"rate\":-5}", "'rate' is a number from 0 (frozen) to 1000000")]
    [InlineData("clock", "{\"advance\":5}", "'advance' is a text such as \"30s\", \"10m\", \"2h\" or \"7d\"")]
    [InlineData("clock", "{\"rate\":\"60\"}", "'rate' is a number from 0 (frozen) to 1000000")]
    [InlineData("clock", "{\"forward\":\"2h\"}", "'forward' is not a member of the clock: advance, rate")]
    [InlineData("clock", "[]", "the body is an object with 'advance' or 'rate'")]
    [InlineData("faults", "{\"rule\":\"stripe POST * delay(99999999999d)\"}", "'99999999999d' is no argument for delay: a duration, such as (250ms), (30s), (10m) or (7d), of at most 36500d")]
    public async Task What_its_own_side_cannot_do_it_refuses_in_one_sentence(string path, string body, string sentence)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("stripe") };
        using var reply = await client.PostAsync(new Uri("/_sim/" + path, UriKind.Relative), new StringContent(body));
        reply.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonDocument.Parse(await reply.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString().ShouldBe(sentence);
    }

    [Fact]
    public async Task A_scenario_file_is_refused_with_its_line()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".yaml");
        try
        {
            await File.WriteAllTextAsync(path, "name: mine\nversion: 1\nfaults:\n  - stripe POST * explode\n");
            (await Simulator.Start(new() { Scenario = path })).Fault!.Message.ShouldContain(".yaml:4: 'explode' is not a fault");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("garbage\n", 1)]
    [InlineData("{}\n", 1)]
    [InlineData("{\"Scenario\":\"calm\",\"Seed\":1,\"StartMs\":0,\"Providers\":\"stripe adyen paypal\"}\n{\"provider\":\"stripe\",\"at\":0,\"lane\":\"\",\"origin\":\"\",\"method\":\"GET\",\"path\":\"/v1/balance\",\"query\":\"\",\"body\":\"\",\"headers\":{}}\n{\"provider\":\"stripe\"}\n", 3)]
    public async Task A_file_that_is_no_snapshot_is_refused_with_its_line(string text, int line)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await File.WriteAllTextAsync(path, text);
            (await Simulator.Start(new() { Snapshot = path })).Fault!.Message.ShouldBe($"{path}:{line}: this is not a line of a snapshot");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_snapshot_of_all_providers_goes_on_where_it_stopped()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            string before;
            await using (var simulator = (await Simulator.Start(new() { Snapshot = path, Seed = 6 })).Value)
            {
                await LaneWorkload.PlayAsync(simulator, operations: 150);
                simulator.Discrepancies().ShouldBeEmpty();
                before = State(simulator);
            }

            await using var again = (await Simulator.Start(new() { Snapshot = path, Seed = 6 })).Value;
            State(again).ShouldBe(before);
            again.Discrepancies().ShouldBeEmpty();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task An_idempotency_key_is_forgotten_after_a_day()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
        using var client = Client(simulator);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "order-1");
        var first = await ChargeAsync(client, "tok_visa");
        await simulator.AdvanceAsync(TimeSpan.FromHours(23));
        (await ChargeAsync(client, "tok_visa")).Id.ShouldBe(first.Id);
        await simulator.AdvanceAsync(TimeSpan.FromHours(2));
        (await ChargeAsync(client, "tok_visa")).Id.ShouldNotBe(first.Id);
        simulator.Charges().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Every_documented_token_charges_or_declines_as_its_card_does()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
        using var client = Client(simulator);
        foreach (var card in TestCards.All.Where(c => c.Challenge == Challenge.Never))
        {
            foreach (var token in card.Tokens)
            {
                var (status, _, code) = await ChargeAsync(client, "tok_" + token);
                (status, code).ShouldBe((card.Code is null ? 200 : 402, card.Code), token);
            }
        }
    }

    private static string State(Simulator simulator) =>
        string.Join('\n', simulator.Charges().Select(c => $"{c.Provider} {c.Id} {c.Captured} {c.Refunded} {c.Disputed} {c.Fees} {c.Outcome} {c.CreatedMs}")) + simulator.Clock.GetUtcNow();

    private static HttpClient Client(Simulator simulator) => new()
    {
        BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") },
    };

    private static async Task<(int Status, string? Id, string? Code)> ChargeAsync(HttpClient client, string token)
    {
        using var form = new StringContent($"amount=2000&currency=usd&source={token}", new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var reply = await client.PostAsync(new Uri("/v1/charges", UriKind.Relative), form);
        using var json = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
        var root = json.RootElement;
        return ((int)reply.StatusCode, root.TryGetProperty("id", out var id) ? id.GetString() : null, root.TryGetProperty("error", out var error) && error.TryGetProperty("code", out var code) ? code.GetString() : null);
    }
}
