using System.Reflection;
using Busker.Simulator.Page;

namespace Busker.Simulator.Tests;

#pragma warning disable CA2234, CA2000 // written as a reader of the guide would
public sealed class SampleTests
{
    [Theory]
    [InlineData("calm")]
    [InlineData("black-friday")]
    [InlineData("provider-outage")]
    [InlineData("card-testing-attack")]
    [InlineData("payday")]
    public async Task The_guide_s_test_holds_in_every_preset(string scenario)
    {
        // From here on it stands in the guide.
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
        // To here.
    }

    [Fact]
    public void It_stands_in_the_guide_as_it_runs()
    {
        var root = typeof(SampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!;
        var source = File.ReadAllText(Path.Combine(root, "tests", "Simulator.Tests", "SampleTests.cs"));
        var lines = source.Split("in the guide.\n")[1].Split("        // To here.")[0].Split('\n').Select(l => l.Length > 8 ? l[8..] : l);
        Guide.Text().ShouldContain(string.Join('\n', lines));
    }
}
