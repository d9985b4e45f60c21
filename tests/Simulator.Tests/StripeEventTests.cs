using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>Events as Stripe documents them: what changed, of which version, for how long.</summary>
public sealed class StripeEventTests
{
    [Fact]
    public async Task An_update_tells_what_was_there_before()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        var customer = (string?)(await PostAsync(client, "/v1/customers", "email=a@example.com&metadata[plan]=free&address[city]=Lund"))["id"];
        await PostAsync(client, $"/v1/customers/{customer}", "email=b@example.com&metadata[plan]=premium&metadata[new]=1&address[city]=Ystad");
        (await PreviousAsync(client, "customer.updated")).ToJsonString().ShouldBe("""{"address":{"city":"Lund"},"email":"a@example.com","metadata":{"plan":"free","new":null}}""");

        var paid = await PostAsync(client, "/v1/payment_intents", "amount=2000&currency=usd&payment_method=pm_card_createDispute&payment_method_types[]=card&confirm=true");
        var dispute = (string?)JsonNode.Parse(await client.GetStringAsync(new Uri($"/v1/disputes?charge={paid["latest_charge"]}", UriKind.Relative)))!["data"]![0]!["id"];
        await PostAsync(client, $"/v1/disputes/{dispute}", "evidence[uncategorized_text]=here&submit=true");
        var was = await PreviousAsync(client, "charge.dispute.updated");
        ((string?)was["status"], was["evidence"]!.ToJsonString()).ShouldBe(("needs_response", """{"uncategorized_text":null}"""));
        ((bool)was["evidence_details"]!["has_evidence"]!).ShouldBeFalse();

        await PostAsync(client, "/v1/refunds", $"payment_intent={(await PostAsync(client, "/v1/payment_intents", "amount=2000&currency=usd&payment_method=pm_card_pendingRefund&payment_method_types[]=card&confirm=true"))["id"]}");
        await simulator.AdvanceAsync(TimeSpan.FromDays(1));
        (await PreviousAsync(client, "refund.updated")).ToJsonString().ShouldBe("""{"pending_reason":"processing","status":"pending"}""");
    }

    [Fact]
    public async Task An_endpoint_gets_the_version_that_it_was_made_with_and_events_count_who_has_not_received_them()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        await using var old = await Receiver.OpenAsync();
        await using var current = await Receiver.OpenAsync();
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        await PostAsync(client, "/v1/webhook_endpoints", $"url={old.Url}&enabled_events[]=customer.created&api_version=2024-06-20");
        await PostAsync(client, "/v1/webhook_endpoints", $"url={current.Url}&enabled_events[]=customer.created");
        await PostAsync(client, "/v1/webhook_endpoints", "url=http://127.0.0.1:1/&enabled_events[]=customer.created");
        await PostAsync(client, "/v1/customers", "");
        await simulator.Settled();
        ((string?)JsonNode.Parse(old.Got[0].Body)!["api_version"]).ShouldBe("2024-06-20");
        ((string?)JsonNode.Parse(current.Got[0].Body)!["api_version"]).ShouldBe(Stripe.Sandbox.ApiVersion);
        ((int)JsonNode.Parse(old.Got[0].Body)!["pending_webhooks"]!).ShouldBe(3);
        var e = (await EventsAsync(client, "?type=customer.created"))[0]!;
        ((int)e["pending_webhooks"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Events_can_be_asked_for_during_thirty_days()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, "stripe");
        await PostAsync(client, "/v1/customers", "");
        var id = (string?)(await EventsAsync(client, ""))[0]!["id"];
        await simulator.AdvanceAsync(TimeSpan.FromDays(29));
        (await EventsAsync(client, "")).Count.ShouldBe(1);
        await PostAsync(client, "/v1/customers", "");
        await simulator.AdvanceAsync(TimeSpan.FromDays(2));
        (await EventsAsync(client, "")).Count.ShouldBe(1);
        using var gone = await client.GetAsync(new Uri("/v1/events/" + id, UriKind.Relative));
        ((int)gone.StatusCode).ShouldBe(404);
    }

    private static async Task<JsonArray> EventsAsync(HttpClient client, string query) =>
        JsonNode.Parse(await client.GetStringAsync(new Uri("/v1/events" + query, UriKind.Relative)))!["data"]!.AsArray();

    private static async Task<JsonNode> PreviousAsync(HttpClient client, string type) => (await EventsAsync(client, "?type=" + type))[0]!["data"]!["previous_attributes"]!;

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string form)
    {
        using var content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
    }
}
