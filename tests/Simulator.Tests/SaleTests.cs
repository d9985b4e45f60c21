using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.Stripe;

namespace Busker.Simulator.Tests;

/// <summary>A charge by a test token is kept as facts: whatever is asked of it later is as if it had been made at once.</summary>
public sealed class SaleTests
{
    private const string Full = "amount=1099&currency=usd&source=tok_visa&description=a+song&receipt_email=a@example.com&transfer_group=g&metadata[order]=7";

    [Fact]
    public async Task What_a_charge_leaves_behind_can_be_read_when_the_charge_has_changed_already()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        var customer = (await AskAsync(client, "/v1/customers", "email=a@example.com"))["id"]!;
        var made = await AskAsync(client, "/v1/charges", Full + $"&customer={customer}");
        ((string?)made["description"], (string?)made["receipt_email"], (string?)made["transfer_group"], (string?)made["customer"], (string?)made["metadata"]!["order"])
            .ShouldBe(("a song", "a@example.com", "g", (string?)customer, "7"));
        ((string?)made["status"], (bool)made["captured"]!, (long)made["amount_captured"]!, (string?)made["outcome"]!["type"], (string?)made["payment_method_details"]!["card"]!["last4"])
            .ShouldBe(("succeeded", true, 1099, "authorized", "4242"));
        await simulator.AdvanceAsync(TimeSpan.FromDays(3));
        await AskAsync(client, "/v1/refunds", $"charge={made["id"]}&amount=99");

        ((long)(await AskAsync(client, $"/v1/charges/{made["id"]}"))["amount_refunded"]!).ShouldBe(99);
        var e = (await AskAsync(client, "/v1/events?type=charge.succeeded"))["data"]![0]!;
        JsonNode.DeepEquals(e["data"]!["object"], made).ShouldBeTrue("the event shows the charge of then");
        ((string?)e["request"]!["id"]).ShouldStartWith("req_");
        var money = await AskAsync(client, $"/v1/balance_transactions/{made["balance_transaction"]}");
        ((string?)money["source"], (string?)money["description"], (long)money["amount"]!, (long)money["fee"]!, (string?)money["status"]).ShouldBe(((string?)made["id"], "a song", 1099, 62, "available"));
        ((long)money["available_on"]!).ShouldBe((long)made["created"]! + (2 * 86_400));
        var method = await AskAsync(client, $"/v1/payment_methods/{made["payment_method"]}");
        ((string?)method["card"]!["last4"], (long)method["created"]!).ShouldBe(("4242", (long)made["created"]!));
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Fact]
    public async Task Its_payment_method_is_its_own()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        var (one, other) = (await AskAsync(client, "/v1/charges", Full), await AskAsync(client, "/v1/charges", Full));
        await AskAsync(client, $"/v1/payment_methods/{one["payment_method"]}", "card[exp_year]=2044");
        ((int)(await AskAsync(client, $"/v1/payment_methods/{one["payment_method"]}"))["card"]!["exp_year"]!).ShouldBe(2044);
        ((int)(await AskAsync(client, $"/v1/payment_methods/{other["payment_method"]}"))["card"]!["exp_year"]!).ShouldBe(2034);
        ((int)(await AskAsync(client, "/v1/charges", Full))["payment_method_details"]!["card"]!["exp_year"]!).ShouldBe(2034);
    }

    [Fact]
    public async Task Who_waits_for_its_webhook_gets_what_the_reply_said()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        await using var receiver = await Receiver.OpenAsync();
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        await AskAsync(client, "/v1/webhook_endpoints", $"url={receiver.Url}&enabled_events[]=*");
        var made = await AskAsync(client, "/v1/charges", Full);
        await simulator.Settled();
        var got = JsonNode.Parse(receiver.Got.Single().Body)!;
        ((string?)got["type"], (int)got["pending_webhooks"]!).ShouldBe(("charge.succeeded", 1));
        JsonNode.DeepEquals(got["data"]!["object"], made).ShouldBeTrue();
    }

    [Theory]
    [InlineData("tok_createDispute", "fraudulent")]
    [InlineData("tok_createDisputeProductNotReceived", "product_not_received")]
    public async Task It_is_disputed_when_its_card_says_so(string token, string reason)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        var made = await AskAsync(client, "/v1/charges", $"amount=1099&currency=usd&source={token}");
        ((string?)(await AskAsync(client, $"/v1/disputes?charge={made["id"]}"))["data"]![0]!["reason"]).ShouldBe(reason);
        ((bool)(await AskAsync(client, $"/v1/charges/{made["id"]}"))["disputed"]!).ShouldBeTrue();
    }

    [Fact]
    public void Two_of_a_kind_with_one_id_are_a_bug()
    {
        var shelf = new Shelf("customer");
        shelf.Add(new Thing("customer") { ["id"] = "cus_1" });
        shelf.Find("cus_1").ShouldNotBeNull();
        shelf.Find("cus_2").ShouldBeNull();
        shelf.Add(new Thing("customer") { ["id"] = "cus_1" });
        Should.Throw<Kernel.InvariantException>(() => shelf.Find("cus_2"));
    }

    [Fact]
    public void A_shelf_that_lost_some_finds_the_others()
    {
        var shelf = new Shelf("event");
        for (var i = 0; i < 10; i++) shelf.Add(new Thing("event") { ["id"] = $"evt_{i}" });
        shelf.Find("evt_7").ShouldNotBeNull();
        for (var i = 10; i < 40; i++) shelf.Add(new Thing("event") { ["id"] = $"evt_{i}" });
        shelf.Trim(20);
        shelf.Remove(shelf.Find("evt_30")!);
        shelf.Add(new Thing("event") { ["id"] = "evt_40" });
        shelf.Select(e => e.Id).ShouldBe(Enumerable.Range(20, 21).Where(i => i != 30).Select(i => $"evt_{i}"));
        Enumerable.Range(0, 41).Where(i => shelf.Find($"evt_{i}") is not null).ShouldBe(Enumerable.Range(20, 21).Where(i => i != 30));
        Enumerable.Range(0, 41).Select(i => shelf.IndexOf($"evt_{i}")).Where(at => at >= 0).ShouldBe(Enumerable.Range(0, 20));
    }

    private static async Task<JsonNode> AskAsync(HttpClient client, string path, string? form = null)
    {
        using var content = form is null ? null : new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var reply = form is null ? await client.GetAsync(new Uri(path, UriKind.Relative)) : await client.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await reply.Content.ReadAsStringAsync();
        ((int)reply.StatusCode).ShouldBe(200, text);
        return JsonNode.Parse(text)!;
    }
}
