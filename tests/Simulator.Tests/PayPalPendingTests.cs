using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>PayPal's money that waits: a review, a bank transfer, a refund on its way.</summary>
public sealed class PayPalPendingTests
{
    [Theory]
    [InlineData("sim_pending", "PENDING_REVIEW", 1, "COMPLETED")]
    [InlineData("sim_pending_denied", "PENDING_REVIEW", 1, "DECLINED")]
    [InlineData("sim_pending_echeck", "ECHECK", 4, "COMPLETED")]
    [InlineData("sim_pending_echeck_denied", "ECHECK", 4, "DECLINED")]
    public async Task A_capture_waits_and_then_comes_or_never_does(string asked, string reason, int days, string end)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4, Rate = 0 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("paypal") };
        await PayPalTests.LogInAsync(simulator, client);
        await ListenAsync(client);
        var capture = await PayAsync(client, asked);
        Text(capture, "status").ShouldBe("PENDING");
        Text(capture["status_details"], "reason").ShouldBe(reason);
        capture["seller_receivable_breakdown"]!.AsObject().Count.ShouldBe(1);
        var at = "/v2/payments/captures/" + Text(capture, "id");
        Text((await PostAsync(client, at + "/refund", [], "early"))["details"]![0], "issue").ShouldBe("CAPTURE_STATUS_NOT_VALID");
        simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(0);
        simulator.Discrepancies().ShouldBeEmpty();
        await simulator.AdvanceAsync(TimeSpan.FromDays(days) + TimeSpan.FromSeconds(1));
        await PayPalTests.LogInAsync(simulator, client);
        await SaidAsync(client, "PAYMENT.CAPTURE.PENDING", Text(capture, "id")!, "PENDING", "10.00");
        if (end == "DECLINED") await SaidAsync(client, "PAYMENT.CAPTURE.DENIED", Text(capture, "id")!, "DECLINED", "10.00");
        var after = (await client.GetFromJsonAsync<JsonObject>(at))!;
        Text(after, "status").ShouldBe(end);
        after["status_details"].ShouldBeNull();
        var truth = simulator.Charges().ShouldHaveSingleItem();
        (truth.Captured, truth.Held).ShouldBe((end == "COMPLETED" ? 1_000 : 0, 0));
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sim_pending", "COMPLETED", 400)]
    [InlineData("sim_pending_denied", "FAILED", 0)]
    public async Task A_refund_waits_and_then_arrives_or_comes_back(string asked, string end, long refunded)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4, Rate = 0 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("paypal") };
        await PayPalTests.LogInAsync(simulator, client);
        await ListenAsync(client);
        var capture = await PayAsync(client, "plain");
        var body = new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = "USD", ["value"] = "4.00" }, ["custom_id"] = asked };
        var refund = await PostAsync(client, $"/v2/payments/captures/{Text(capture, "id")}/refund", body, "refund");
        Text(refund, "status").ShouldBe("PENDING");
        Text(refund["status_details"], "reason").ShouldBe("ECHECK");
        await simulator.AdvanceAsync(TimeSpan.FromDays(4) + TimeSpan.FromSeconds(1));
        await PayPalTests.LogInAsync(simulator, client);
        await SaidAsync(client, "PAYMENT.REFUND.PENDING", Text(refund, "id")!, "PENDING", "4.00");
        if (end == "FAILED") await SaidAsync(client, "PAYMENT.REFUND.FAILED", Text(refund, "id")!, "FAILED", "4.00");
        Text((await client.GetFromJsonAsync<JsonObject>("/v2/payments/refunds/" + Text(refund, "id")))!, "status").ShouldBe(end);
        simulator.Charges().ShouldHaveSingleItem().Refunded.ShouldBe(refunded);
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"amount":{"currency_code":"USD","value":4}}""", "/amount/value", "MALFORMED_REQUEST_JSON")]
    [InlineData("""{"note_to_payer":"LONG"}""", "/note_to_payer", "INVALID_STRING_LENGTH")]
    [InlineData("""{"note_to_payer":5}""", "/note_to_payer", "MALFORMED_REQUEST_JSON")]
    public async Task A_refund_with_a_member_of_the_wrong_form_is_refused_by_its_path(string json, string field, string issue)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4, Rate = 0 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("paypal") };
        await PayPalTests.LogInAsync(simulator, client);
        var capture = await PayAsync(client, "plain");
        var body = JsonNode.Parse(json.Replace("LONG", new string('n', 256), StringComparison.Ordinal))!.AsObject();
        var refused = await PostAsync(client, $"/v2/payments/captures/{Text(capture, "id")}/refund", body, "refund");
        (Text(refused, "name"), Text(refused["details"]![0], "field"), Text(refused["details"]![0], "issue")).ShouldBe(("INVALID_REQUEST", field, issue));
        simulator.Charges().ShouldHaveSingleItem().Refunded.ShouldBe(0);
    }

    [Fact]
    public void A_flag_that_is_no_boolean_is_refused_by_its_path() =>
        Should.Throw<PayPal.PayPalError>(() => PayPal.Wire.Flag(new JsonObject { ["final_capture"] = "x" }, "final_capture")).Status.ShouldBe(400);

    private static Task<JsonObject> ListenAsync(HttpClient client) =>
        PostAsync(client, "/v1/notifications/webhooks", new() { ["url"] = "https://127.0.0.1:9/", ["event_types"] = new JsonArray(new JsonObject { ["name"] = "*" }) }, "hook");

    private static async Task SaidAsync(HttpClient client, string type, string id, string status, string value)
    {
        var events = (await client.GetFromJsonAsync<JsonObject>("/v1/notifications/webhooks-events?page_size=100"))!["events"]!.AsArray();
        var told = events.Where(e => Text(e, "event_type") == type).ShouldHaveSingleItem()!["resource"]!;
        (Text(told, "id"), Text(told, "status"), Text(told["amount"], "value")).ShouldBe((id, status, value));
    }

    private static async Task<JsonNode> PayAsync(HttpClient client, string custom)
    {
        var unit = new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = "USD", ["value"] = "10.00" }, ["custom_id"] = custom };
        var card = new JsonObject { ["number"] = "4012888888881881", ["expiry"] = "2030-01", ["security_code"] = "123" };
        var order = await PostAsync(client, "/v2/checkout/orders", new() { ["intent"] = "CAPTURE", ["purchase_units"] = new JsonArray(unit), ["payment_source"] = new JsonObject { ["card"] = card } }, "pay");
        return order["purchase_units"]![0]!["payments"]!["captures"]![0]!;
    }

    private static async Task<JsonObject> PostAsync(HttpClient client, string path, JsonObject body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("PayPal-Request-Id", key);
        request.Headers.Add("Prefer", "return=representation");
        using var reply = await client.SendAsync(request);
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static string? Text(JsonNode? node, string name) => node?[name]?.GetValue<string>();
}
