using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>Many clients at once on one payment: what was granted is what was done, and never more than there was.</summary>
public sealed class CrowdTests
{
    private const int Crowd = 24;

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task Refunds_from_everywhere_never_exceed_what_was_captured(string provider)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = [provider], Seed = 9 })).Value;
        using var client = await ClientAsync(simulator, provider);
        var payment = await PayAsync(client, provider, "once", manual: false);
        var granted = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => i % 6 == 5
            ? AskAsync(client, ("/_sim/disputes", JsonContent.Create(new JsonObject { ["provider"] = provider, ["charge"] = simulator.Charges()[0].Id })), 0, $"dispute {i}")
            : RefundAsync(client, provider, payment, 90 + i, i)));
        await simulator.AdvanceAsync(TimeSpan.FromMinutes(1));
        var truth = simulator.Charges().ShouldHaveSingleItem();
        truth.Captured.ShouldBe(1_000);
        (truth.Refunded + truth.Disputed).ShouldBeLessThanOrEqualTo(truth.Captured);
        if (provider != "adyen") truth.Refunded.ShouldBe(granted.Where(g => g > 0).Sum());
        granted.Count(g => g == 0).ShouldBeLessThanOrEqualTo(1);
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task Captures_and_cancels_from_everywhere_never_take_more_than_was_authorised(string provider)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = [provider], Seed = 9 })).Value;
        using var client = await ClientAsync(simulator, provider);
        for (var round = 0; round < 4; round++)
        {
            var payment = await PayAsync(client, provider, $"round {round}", manual: true);
            var taken = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => i == 6 * (round + 1) ? CancelAsync(client, provider, payment) : CaptureAsync(client, provider, payment, 60 + i, i)));
            await simulator.AdvanceAsync(TimeSpan.FromMinutes(1));
            var truth = simulator.Charges()[^1];
            (truth.Captured + truth.Released + truth.Held).ShouldBe(truth.Authorised);
            truth.Captured.ShouldBeLessThanOrEqualTo(provider == "paypal" ? 1_150 + 7_500 : 1_000);
            if (provider != "adyen") truth.Captured.ShouldBe(taken.Where(t => t > 0).Sum());
        }

        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task One_key_in_many_hands_charges_once(string provider)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = [provider], Seed = 9 })).Value;
        using var client = await ClientAsync(simulator, provider);
        await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => PayAsync(client, provider, "the same", manual: false)));
        simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(1_000);
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task Disputes_opened_from_code_while_refunds_run_take_no_more_than_there_was(string provider)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = [provider], Seed = 9 })).Value;
        using var client = await ClientAsync(simulator, provider);
        var payment = await PayAsync(client, provider, "once", manual: false);
        var charge = simulator.Charges()[0].Id;
        var refunds = Enumerable.Range(0, Crowd).Select(i => RefundAsync(client, provider, payment, 10 + i, i)).ToList();
        var disputes = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => Task.Run(() => simulator.OpenDispute(provider, charge))));
        await Task.WhenAll(refunds);
        await simulator.AdvanceAsync(TimeSpan.FromMinutes(1));
        disputes.Count(d => d.Fault is null).ShouldBe(1);
        var truth = simulator.Charges().ShouldHaveSingleItem();
        (truth.Refunded + truth.Disputed).ShouldBeLessThanOrEqualTo(truth.Captured);
        simulator.Discrepancies().ShouldBeEmpty();
        simulator.FailRefund(provider, "no such").Fault!.Message.ShouldContain("no such");
        simulator.OpenDispute("square", charge).Fault!.Message.ShouldBe("'square' is not running here");
    }

    internal static async Task<string> PayAsync(HttpClient client, string provider, string key, bool manual)
    {
        (string Path, HttpContent Body) request = provider switch
        {
            "stripe" => ("/v1/payment_intents", Form($"amount=1000&currency=usd&payment_method=pm_card_bypassPending&payment_method_types[]=card&confirm=true&capture_method={(manual ? "manual" : "automatic")}")),
            "adyen" => ("/v71/payments", JsonContent.Create(new JsonObject
            {
                ["merchantAccount"] = "BuskerTest", ["reference"] = key, ["returnUrl"] = "https://example.com", ["amount"] = Euro(1_000),
                ["additionalData"] = new JsonObject { ["manualCapture"] = manual ? "true" : "false" },
                ["paymentMethod"] = new JsonObject { ["type"] = "scheme", ["number"] = "4111111111111111", ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737" },
            })),
            _ => ("/v2/checkout/orders", JsonContent.Create(new JsonObject
            {
                ["intent"] = manual ? "AUTHORIZE" : "CAPTURE", ["purchase_units"] = new JsonArray(new JsonObject { ["amount"] = Dollar(1_000) }),
                ["payment_source"] = new JsonObject { ["card"] = new JsonObject { ["number"] = "4012888888881881", ["expiry"] = "2030-01", ["security_code"] = "123" } },
            })),
        };
        var (_, reply) = await PostAsync(client, request.Path, request.Body, key);
        return provider switch
        {
            "stripe" => (string?)reply["id"],
            "adyen" => (string?)reply["pspReference"],
            _ => (string?)reply["purchase_units"]?[0]?["payments"]?[manual ? "authorizations" : "captures"]?[0]?["id"],
        } ?? "";
    }

    private static Task<long> RefundAsync(HttpClient client, string provider, string payment, long minor, int i) => AskAsync(client, provider switch
    {
        "stripe" => ("/v1/refunds", Form($"payment_intent={payment}&amount={minor}")),
        "adyen" => ($"/v71/payments/{payment}/refunds", Change(minor)),
        _ => ($"/v2/payments/captures/{payment}/refund", JsonContent.Create(new JsonObject { ["amount"] = Dollar(minor) })),
    }, minor, $"refund {i}");

    private static Task<long> CaptureAsync(HttpClient client, string provider, string payment, long minor, int i) => AskAsync(client, provider switch
    {
        "stripe" => ($"/v1/payment_intents/{payment}/capture", Form($"amount_to_capture={minor}")),
        "adyen" => ($"/v71/payments/{payment}/captures", Change(minor)),
        _ => ($"/v2/payments/authorizations/{payment}/capture", JsonContent.Create(new JsonObject { ["amount"] = Dollar(minor) })),
    }, minor, $"capture {payment} {i}");

    private static Task<long> CancelAsync(HttpClient client, string provider, string payment) => AskAsync(client, provider switch
    {
        "stripe" => ($"/v1/payment_intents/{payment}/cancel", Form("")),
        "adyen" => ($"/v71/payments/{payment}/cancels", JsonContent.Create(new JsonObject { ["merchantAccount"] = "BuskerTest" })),
        _ => ($"/v2/payments/authorizations/{payment}/void", JsonContent.Create(new JsonObject())),
    }, 0, "cancel " + payment);

    private static async Task<long> AskAsync(HttpClient client, (string Path, HttpContent Body) request, long minor, string key) =>
        (await PostAsync(client, request.Path, request.Body, key)).Granted ? minor : -1;

    private static async Task<(bool Granted, JsonNode Reply)> PostAsync(HttpClient client, string path, HttpContent body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Add("Idempotency-Key", key);
        request.Headers.Add("PayPal-Request-Id", key);
        using var reply = await client.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        ((int)reply.StatusCode).ShouldBeLessThan(500, text);
        return (reply.IsSuccessStatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    internal static async Task<string> IdAsync(HttpResponseMessage reply) => (string)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["id"]!;

    internal static async Task<HttpClient> ClientAsync(Simulator simulator, string provider)
    {
        var client = new HttpClient { BaseAddress = simulator.Address(provider) };
        if (provider == "paypal") await PayPalTests.LogInAsync(simulator, client);
        else if (provider == "adyen") client.DefaultRequestHeaders.Add("X-API-Key", simulator.Providers.Single(p => p.Name == provider).Keys[0].Value);
        else client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", simulator.Providers.Single(p => p.Name == provider).Keys[0].Value);
        return client;
    }

    private static StringContent Form(string form) => new(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    private static JsonContent Change(long minor) => JsonContent.Create(new JsonObject { ["merchantAccount"] = "BuskerTest", ["amount"] = Euro(minor) });

    private static JsonObject Euro(long minor) => new() { ["value"] = minor, ["currency"] = "EUR" };

    private static JsonObject Dollar(long minor) => new() { ["currency_code"] = "USD", ["value"] = PayPal.Wire.Value(minor, "USD") };
}
