using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.Tests;

/// <summary><c>/_sim</c>, asked clumsily.</summary>
public sealed class SideDoorTests
{
    [Theory]
    [InlineData("cards?from=-5", "cards", 50)]
    [InlineData("cards?from=2147483647&limit=2", "cards", 2)]
    [InlineData("cards?limit=-1", "cards", 0)]
    [InlineData("shoppers?minute=-1", "shoppers", null)]
    [InlineData("shoppers?minute=2147483647", "shoppers", null)]
    [InlineData("charges?limit=-1", "charges", 0)]
    public async Task Numbers_out_of_range_are_taken_to_the_nearest_there_is(string path, string list, int? count)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"] })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen") };
        var found = (await client.GetFromJsonAsync<JsonObject>("/_sim/" + path))![list]!.AsArray().Count;
        if (count is { } wanted) found.ShouldBe(wanted);
    }

    [Theory]
    [InlineData("adyen", "ISK", 2)]
    [InlineData("adyen", "BHD", 3)]
    [InlineData("paypal", "HUF", 0)]
    [InlineData("stripe", "huf", 2)]
    [InlineData("stripe", "jpy", 0)]
    public async Task Amounts_come_with_the_decimals_of_their_provider(string provider, string currency, int decimals)
    {
        await using var simulator = (await Simulator.Start(new())).Value;
        var stage = simulator.Providers[0].Stage;
        lock (stage.Gate) stage.Till.Authorise(stage.Till.Open(new Charge { Provider = provider, Id = "1", Reference = "r", Currency = currency, Instrument = "i", CreatedMs = 0 }), 1_000);
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen") };
        ((int)(await client.GetFromJsonAsync<JsonObject>("/_sim/charges"))!["charges"]![0]!["decimals"]!).ShouldBe(decimals);
        ((int)(await client.GetFromJsonAsync<JsonObject>("/_sim/books"))!["books"]![0]!["decimals"]!).ShouldBe(decimals);
    }

    [Fact]
    public async Task Time_has_an_end()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"] })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen") };
        for (var century = 21; century < 90; century++) (await AdvanceAsync()).ShouldBe(200);
        (await AdvanceAsync()).ShouldBe(400);

        async Task<int> AdvanceAsync() => (int)(await client.PostAsync(new Uri("/_sim/clock", UriKind.Relative), new StringContent("""{"advance":"36500d"}"""))).StatusCode;
    }

    [Theory]
    [InlineData("POST", "faults", """{"rule":5}""", "the body is an object with 'rule', a text")]
    [InlineData("DELETE", "faults", """{"rule":5}""", "the body is an object with 'rule', a text")]
    [InlineData("DELETE", "faults", """[]""", "the body is an object with 'rule', a text")]
    [InlineData("POST", "disputes", """{"provider":"adyen"}""", "the body is an object with 'charge', a text")]
    [InlineData("POST", "refund_failures", "", "the body is an object with 'refund', a text")]
    public async Task A_body_that_lacks_something_is_told_what_and_changes_nothing(string method, string path, string body, string sentence)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"] })).Value;
        simulator.AddFault("adyen POST * delay(1ms)").Fault.ShouldBeNull();
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen") };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/_sim/" + path) { Content = new StringContent(body) };
        using var reply = await client.SendAsync(request);
        ((int)reply.StatusCode, (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["error"]!).ShouldBe((400, sentence));
        (await client.GetFromJsonAsync<JsonObject>("/_sim/state"))!["faults"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("stripe GET * delay(2s", "'(2s' is no argument for delay: a duration, such as (250ms), (30s), (10m) or (7d), of at most 36500d")]
    [InlineData("stripe GET * status(503", "'(503' is no argument for status: (429) or one from (500) to (599)")]
    [InlineData("stripe GET * status(200)", "'200' is no argument for status: (429) or one from (500) to (599)")]
    [InlineData("stripe GET * delay(1s)x", "'(1s)x' is no argument for delay: a duration, such as (250ms), (30s), (10m) or (7d), of at most 36500d")]
    [InlineData("stripe webhook * duplicate(0)", "'0' is no argument for duplicate: none, or a number from (1) to (1000)")]
    [InlineData("stripe GET * hang(5)", "'5' is no argument for hang: it takes none")]
    public async Task A_rule_with_a_wrong_argument_is_told_what_it_takes(string rule, string sentence)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
        simulator.AddFault(rule).Fault!.Message.ShouldBe(sentence);
    }
}
