using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>What was stopped goes on as it was, whatever stood between.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Rules_from_code_are_in_it()
    {
        string before;
        await using (var simulator = await StartAsync(new()))
        {
            simulator.AddFault("adyen POST /v71/payments drop-before count=1").Fault.ShouldBeNull();
            await Should.ThrowAsync<HttpRequestException>(() => PayAsync(simulator, "cut"));
            await PayAsync(simulator, "told");
            simulator.AddFault("adyen POST * status(503)").Fault.ShouldBeNull();
            simulator.ClearFaults();
            await PayAsync(simulator, "after");
            before = State(simulator);
            simulator.Charges().Count.ShouldBe(2);
        }

        await using var again = await StartAsync(new());
        State(again).ShouldBe(before);
    }

    [Fact]
    public async Task Seed_and_start_are_in_it()
    {
        string before;
        await using (var simulator = await StartAsync(new() { Seed = 9, StartNow = true }))
        {
            await PayAsync(simulator, "once");
            await simulator.AdvanceAsync(TimeSpan.FromHours(30));
            before = State(simulator);
        }

        await using var again = await StartAsync(new() { StartNow = true });
        (again.Seed, State(again)).ShouldBe((9UL, before));
        (again.Clock.GetUtcNow() - TimeProvider.System.GetUtcNow()).ShouldBeGreaterThan(TimeSpan.FromHours(29));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task What_a_killed_process_left_half_written_is_cut_off(int bytes)
    {
        string one, two;
        await using (var simulator = await StartAsync(new()))
        {
            await PayAsync(simulator, "one");
            one = State(simulator);
        }

        var whole = File.ReadAllBytes(_path);
        File.WriteAllBytes(_path, [.. whole, .. whole.AsSpan(0, bytes)]);
        await using (var again = await StartAsync(new()))
        {
            State(again).ShouldBe(one);
            await PayAsync(again, "two");
            two = State(again);
        }

        await using var third = await StartAsync(new());
        State(third).ShouldBe(two);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_before_its_first_line_was_whole_begins_anew()
    {
        File.WriteAllText(_path, "{\"Scenario\":\"ca");
        await using (var simulator = await StartAsync(new())) await PayAsync(simulator, "one");
        await using var again = await StartAsync(new());
        again.Charges().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_seed_scenario_or_set_of_providers_is_refused()
    {
        await using (await StartAsync(new() { Seed = 9 }))
        {
            // Begun.
        }

        var said = $"{_path}: this was begun with adyen, scenario calm and seed 9: go on with the same, or name another file";
        (await Simulator.Start(new() { Providers = ["adyen"], Snapshot = _path, Seed = 8 })).Fault!.Message.ShouldBe(said);
        (await Simulator.Start(new() { Providers = ["adyen"], Snapshot = _path, Scenario = "payday" })).Fault!.Message.ShouldBe(said);
        (await Simulator.Start(new() { Snapshot = _path })).Fault!.Message.ShouldBe(said);
    }

    [Fact]
    public async Task It_belongs_to_one_simulator_at_a_time()
    {
        await using var simulator = await StartAsync(new());
        (await Simulator.Start(new() { Providers = ["adyen"], Snapshot = _path })).Fault!.Message.ShouldStartWith($"{_path}: ");
        await PayAsync(simulator, "goes on");
    }

    [Fact]
    public async Task Delays_are_not_waited_for_again()
    {
        await using (var simulator = await StartAsync(new()))
        {
            simulator.AddFault("adyen POST * delay(2s) count=1");
            await PayAsync(simulator, "slow");
        }

        var clock = TimeProvider.System.GetTimestamp();
        await using var again = await StartAsync(new());
        TimeProvider.System.GetElapsedTime(clock).ShouldBeLessThan(TimeSpan.FromSeconds(1.9));
        again.Charges().Count.ShouldBe(1);
    }

    private async Task<Simulator> StartAsync(SimulatorOptions options) => (await Simulator.Start(options with { Providers = ["adyen"], Snapshot = _path })).Value;

    private static string State(Simulator simulator) => JsonSerializer.Serialize(simulator.Charges());

    private static async Task PayAsync(Simulator simulator, string reference)
    {
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen"), DefaultRequestHeaders = { { "X-API-Key", simulator.Key("adyen") } } };
        using var reply = await client.PostAsJsonAsync("/v71/payments", new JsonObject
        {
            ["merchantAccount"] = "BuskerTest", ["reference"] = reference, ["returnUrl"] = "https://example.com", ["amount"] = new JsonObject { ["value"] = 1_000, ["currency"] = "EUR" },
            ["paymentMethod"] = new JsonObject { ["type"] = "scheme", ["number"] = "4111111111111111", ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737" },
        });
        reply.IsSuccessStatusCode.ShouldBeTrue();
    }
}
