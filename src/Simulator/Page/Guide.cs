using System.Text;
using Busker.Simulator.Core;
using Busker.Simulator.Faults;
using Busker.Simulator.World;

namespace Busker.Simulator.Page;

/// <summary>The guide's text, made from the endpoint tables, the fault table and the presets: what is simulated and what is not.</summary>
public static class Guide
{
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("# The payment provider simulator\n\n");
        text.Append("This page is generated from the code: `./busker simulate --guide > docs/guides/simulator.md`.\n\n");
        text.Append("`./busker simulate [PROVIDER|all] [--scenario NAME|FILE] [--seed N] [--port N] [--clock real|frozen|xN] [--snapshot FILE]`\n");
        text.Append("listens on loopback and prints addresses, keys and a snippet for each official client. In tests: `Simulator.Start(...)`.\n\n");
        text.Append($"## In a test\n\nOn a clock that stands still until it is told; reference `src/Simulator` alone, with any client that speaks to the provider:\n\n```csharp\n{Test}```\n\n");
        text.Append("## Its own side, on every address\n\n| request | answer |\n|---|---|\n");
        foreach (var (request, answer) in Sides) text.Append($"| `{request}` | {answer} |\n");
        text.Append("\n## Faults\n\nOne line is one rule: `PROVIDER CHANNEL PATTERN FAULT[(argument)] [p=0.1] [count=3] [skip=2] [from=1h] [until=2h] [flap=30s/10s] [seed=7]`.\n");
        text.Append("The channel is an HTTP method, `webhook`, `file` or `*`; in the pattern `*` stands for any characters. Times count from the scenario's start; `count` and `skip` count within a lane (header `Sim-Lane`).\n\n| fault | what happens |\n|---|---|\n");
        foreach (var (word, _, meaning) in FaultKinds.Table) text.Append($"| `{word}` | {meaning} |\n");
        text.Append("\n## Scenarios\n\n| preset | the world |\n|---|---|\n");
        foreach (var name in ScenarioReader.Presets) text.Append($"| `{name}` | {ScenarioReader.Open(name).Value.About} |\n");
        foreach (var provider in Simulator.Every()) Endpoints(text, provider);
        return text.ToString();
    }

    /// <summary>As it stands in the tests, where it runs.</summary>
    private const string Test = """
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = scenario, Seed = 7 })).Value;
        simulator.ClearFaults(); // a preset brings its own
        using var client = new HttpClient { BaseAddress = simulator.Address("stripe") };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + simulator.Key("stripe"));
        client.DefaultRequestHeaders.Add("Idempotency-Key", "order-1");
        Task<HttpResponseMessage> PayAsync() => client.PostAsync("/v1/payment_intents", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["amount"] = "1099", ["currency"] = "usd", ["payment_method"] = "pm_card_visa", ["payment_method_types[]"] = "card", ["confirm"] = "true",
        }));

        simulator.AddFault("stripe POST /v1/payment_intents drop-after count=1");
        await Assert.ThrowsAsync<HttpRequestException>(PayAsync);    // charged, and nobody was told
        Assert.True((await PayAsync()).IsSuccessStatusCode);         // the same key: the first answer again
        var charge = Assert.Single(simulator.Charges());             // the truth: charged once
        Assert.Equal(1_099, charge.Captured);

        Assert.Null(simulator.OpenDispute("stripe", charge.Id).Fault);
        await simulator.AdvanceAsync(TimeSpan.FromDays(30));         // unanswered, so it is lost
        Assert.Equal(1_099, charge.Disputed);
        Assert.Empty(simulator.Discrepancies());

        """;

    private static readonly (string Request, string Answer)[] Sides =
    [
        ("GET /_sim", "the page"), ("GET /_sim/journal[?order=lane]", "every request with its fault, one JSON line each; `provider`, `lane`, `method`, `path`, `key`, `subject`, `status` and `fault` choose, with `*` for any characters"),
        ("GET /_sim/charges[?reference=…]", "the truth: what was really charged, with the approval probability it was drawn from"),
        ("GET /_sim/requests", "the last requests with their bodies"), ("GET /_sim/webhooks", "webhook attempts"), ("GET /_sim/state", "clock, rules, keys, refunds"),
        ("GET /_sim/books", "balances by account, and what does not reconcile"), ("GET /_sim/cards", "the world's cards with the truth about them"),
        ("GET /_sim/shoppers?minute=N", "the traffic of a minute, fraud included"),
        ("POST /_sim/clock", "`{\"advance\":\"2h\"}`, `{\"rate\":60}`, `{\"rate\":0}`"), ("POST, DELETE /_sim/faults", "`{\"rule\":\"…\"}`"),
        ("POST /_sim/disputes", "`{\"provider\":\"stripe\",\"charge\":\"ch_…\",\"reason\":\"fraudulent\"}`"),
        ("POST /_sim/refund_failures", "`{\"refund\":\"re_…\"}`"), ("POST /_sim/settle", "waits until webhooks that have left are answered"),
    ];

    private static void Endpoints(StringBuilder text, Provider provider)
    {
        text.Append($"\n## {provider.Name}\n\n| endpoint | simulated | not simulated |\n|---|---|---|\n");
        foreach (var endpoint in provider.Endpoints) text.Append($"| `{endpoint.Name}` | {endpoint.Simulated} | {endpoint.Missing} |\n");
    }
}
