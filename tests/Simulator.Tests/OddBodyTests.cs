using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>Whatever a client sends is done or refused: each part of each body is left out or replaced by what does not belong there.</summary>
public sealed class OddBodyTests
{
    private const string PdfBase64 = "JVBERi0xLjcK";
    private static int _key;
    private static readonly string[] Odd = ["null", "0", "-1", "1.5", "1e30", "\"\"", "\"x\"", "true", "[]", "{}", "[null]", "[5]", "{\"a\":1}", "\"999999999999999999999\""];
    private static readonly string[] Whole = ["", "{", "[]", "null", "5", "\"x\"", "[null]", "[5]", "{\"a\":1,\"a\":2}", "[{\"op\":\"replace\",\"op\":\"add\"}]", "{\"evidences\":[null]}", "{\"evidences\":[[]]}"];

    [Fact]
    public async Task Paypal_refuses_what_it_cannot_read()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("paypal") };
        await PayPalTests.LogInAsync(simulator, client);
        client.DefaultRequestHeaders.Add("Prefer", "return=representation");
        const string Card = """{"card":{"number":"4012888888881881","expiry":"2030-01","security_code":"123","name":"Ada","attributes":{"vault":{"store_in_vault":"ON_SUCCESS"}}}}""";
        const string Unit = """{"reference_id":"a","custom_id":"c","amount":{"currency_code":"USD","value":"20.00","breakdown":{"item_total":{"currency_code":"USD","value":"20.00"}}},"items":[{"name":"i","quantity":"2","unit_amount":{"currency_code":"USD","value":"10.00"}}],"shipping":{"name":{"full_name":"A B"},"address":{"country_code":"US"}}}""";
        const string Paid = $$"""{"intent":"CAPTURE","purchase_units":[{{Unit}}],"payment_source":{{Card}}}""";
        const string Held = $$"""{"intent":"AUTHORIZE","purchase_units":[{{Unit}}],"payment_source":{{Card}}}""";
        async Task<string> PayAsync(string order, string kind) =>
            (string)(await MadeAsync(client, "/v2/checkout/orders", order))["purchase_units"]![0]!["payments"]![kind]![0]!["id"]!;
        async Task<string> DisputeAsync()
        {
            var opened = simulator.OpenDispute("paypal", await PayAsync(Paid, "captures"));
            return "/v1/customer/disputes/" + opened.Value.Split(' ')[0];
        }

        var open = (string)(await MadeAsync(client, "/v2/checkout/orders", $$"""{"intent":"CAPTURE","purchase_units":[{{Unit}}]}"""))["id"]!;
        var (capture, hold) = (await PayAsync(Paid, "captures"), await PayAsync(Held, "authorizations"));
        var shipping = "/purchase_units/@reference_id=='a'/shipping/name";
        await TryAsync(client, "POST", () => "/v2/checkout/orders", Paid);
        await TryAsync(client, "PATCH", () => "/v2/checkout/orders/" + open, $$"""[{"op":"replace","path":"/purchase_units/@reference_id=='a'","value":{{Unit}} },{"op":"replace","path":"{{shipping}}","value":{"full_name":"C"} }]""");
        await TryAsync(client, "POST", () => $"/v2/checkout/orders/{open}/confirm-payment-source", $$"""{"payment_source":{{Card}}}""");
        await TryAsync(client, "POST", () => $"/v2/payments/authorizations/{hold}/capture", """{"amount":{"currency_code":"USD","value":"0.01"},"final_capture":false,"invoice_id":"i","note_to_payer":"n"}""");
        await TryAsync(client, "POST", () => $"/v2/payments/captures/{capture}/refund", """{"amount":{"currency_code":"USD","value":"0.01"},"custom_id":"c","note_to_payer":"n"}""");
        await TryAsync(client, "POST", () => "/v3/vault/payment-tokens", $$"""{"payment_source":{{Card}},"customer":{"id":"c"} }""");
        await TryAsync(client, "POST", () => "/v1/notifications/webhooks", """{"url":"http://127.0.0.1:9/","event_types":[{"name":"*"}]}""");
        await TryAsync(client, "POST", () => "/v1/notifications/verify-webhook-signature", """{"transmission_id":"a","transmission_time":"b","transmission_sig":"c","webhook_id":"d","auth_algo":"e","cert_url":"f","webhook_event":{"id":"g"}}""");
        var tracked = """{"evidences":[{"evidence_type":"PROOF_OF_FULFILLMENT","evidence_info":{"tracking_info":[{"carrier_name":"UPS","tracking_number":"1"}]},"notes":"n"}]}""";
        await TryAsync(client, "POST", async () => await DisputeAsync() + "/provide-evidence", tracked);
        await TryAsync(client, "POST", async () => await DisputeAsync() + "/accept-claim", """{"note":"n","accept_claim_type":"PARTIAL_REFUND","refund_amount":{"currency_code":"USD","value":"1.00"}}""");
        await TryAsync(client, "POST", async () =>
        {
            var dispute = await DisputeAsync();
            await MadeAsync(client, dispute + "/provide-evidence", tracked);
            await MadeAsync(client, dispute + "/adjudicate", """{"adjudication_outcome":"BUYER_FAVOR"}""");
            return dispute + "/appeal";
        }, tracked);
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/v1/reporting/transactions?start_date=2026-01-01T00:00:00Z&end_date=2026-01-05T00:00:00Z&page=2147483647&page_size=500")]
    [InlineData("/v3/vault/payment-tokens?customer_id=c&page=2147483647&page_size=20")]
    [InlineData("/v1/notifications/webhooks-events?start_index=2147483647")]
    public async Task A_page_far_behind_the_last_is_empty(string path)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("paypal") };
        await PayPalTests.LogInAsync(simulator, client);
        await MadeAsync(client, "/v3/vault/payment-tokens", """{"payment_source":{"card":{"number":"4012888888881881","expiry":"2030-01"}},"customer":{"id":"c"}}""");
        var page = (await client.GetFromJsonAsync<JsonObject>(path))!;
        (page["transaction_details"] ?? page["payment_tokens"] ?? page["events"])!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Adyen_refuses_what_it_cannot_read()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 4 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen"), DefaultRequestHeaders = { { "X-API-Key", simulator.Key("adyen") } } };
        const string Card = """{"type":"scheme","number":"4111111111111111","expiryMonth":"03","expiryYear":"2030","cvc":"737","holderName":"A Person"}""";
        const string Payment = $$"""{"merchantAccount":"BuskerTest","amount":{"value":1000,"currency":"EUR"},"reference":"r","returnUrl":"https://example.com","paymentMethod":{{Card}},"additionalData":{"manualCapture":"false"},"captureDelayHours":0,"shopperReference":"s","storePaymentMethod":true}""";
        const string Service = "/ca/services/DisputeService/v30/";
        var paid = (string)(await MadeAsync(client, "/v71/payments", Payment))["pspReference"]!;
        var dispute = simulator.OpenDispute("adyen", paid).Value.Split(' ')[1];
        await TryAsync(client, "POST", () => "/v71/payments", Payment);
        await TryAsync(client, "POST", () => "/v71/payments/details", """{"details":{"threeDSResult":"eyJ0cmFuc1N0YXR1cyI6NSwiYXV0aG9yaXNhdGlvblRva2VuIjpbMV19"},"paymentData":"x"}""");
        foreach (var act in (string[])["captures", "refunds", "amountUpdates", "cancels", "reversals"])
        {
            await TryAsync(client, "POST", () => $"/v71/payments/{paid}/{act}", """{"merchantAccount":"BuskerTest","amount":{"value":1,"currency":"EUR"},"reference":"r"}""");
        }

        await TryAsync(client, "POST", () => "/v71/storedPaymentMethods", $$"""{"merchantAccount":"BuskerTest","shopperReference":"s","recurringProcessingModel":"CardOnFile","paymentMethod":{{Card}}}""");
        await TryAsync(client, "POST", () => "/v3/merchants/BuskerTest/webhooks", """{"type":"standard","url":"http://127.0.0.1:9/","active":false,"communicationFormat":"json"}""");
        await TryAsync(client, "POST", () => Service + "supplyDefenseDocument", $$"""{"disputePspReference":"{{dispute}}","merchantAccountCode":"BuskerTest","defenseDocuments":[{"content":"{{PdfBase64}}","contentType":"application/pdf","defenseDocumentTypeCode":"DefenseMaterial"}]}""");
        await TryAsync(client, "POST", () => Service + "defendDispute", $$"""{"disputePspReference":"{{dispute}}","merchantAccountCode":"BuskerTest","defenseReasonCode":"SupplyDefenseMaterial"}""");
        await simulator.AdvanceAsync(TimeSpan.FromDays(60));
        simulator.Discrepancies().ShouldBeEmpty();
    }

    private static Task TryAsync(HttpClient client, string method, Func<string> path, string body) => TryAsync(client, method, () => Task.FromResult(path()), body);

    private static async Task TryAsync(HttpClient client, string method, Func<Task<string>> path, string body)
    {
        foreach (var text in Variants(body).Concat(Whole).Append(body))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), await path()) { Content = new StringContent(text, new MediaTypeHeaderValue("application/json")) };
            request.Headers.Add("PayPal-Request-Id", $"{Interlocked.Increment(ref _key)}");
            using var reply = await client.SendAsync(request);
            ((int)reply.StatusCode).ShouldBeLessThan(500, $"{method} {request.RequestUri} {text}");
        }
    }

    /// <summary>The body with each of its parts left out, and with each odd value in its place.</summary>
    private static IEnumerable<string> Variants(string body)
    {
        var count = 0;
        Walk(JsonNode.Parse(body)!, _ => count++);
        for (var i = 0; i < count; i++)
        {
            foreach (var odd in Odd.Append(null))
            {
                var (copy, at) = (JsonNode.Parse(body)!, 0);
                Walk(copy, put =>
                {
                    if (at++ == i) put(odd);
                });
                yield return copy.ToJsonString();
            }
        }
    }

    /// <summary>Visits all parts, innermost first; the visitor gets a way to replace the part, or with null to leave it out.</summary>
    private static void Walk(JsonNode node, Action<Action<string?>> visit)
    {
        if (node is JsonObject map)
        {
            foreach (var (name, inner) in map.ToArray())
            {
                if (inner is not null) Walk(inner, visit);
                visit(odd =>
                {
                    if (odd is null) map.Remove(name);
                    else map[name] = JsonNode.Parse(odd);
                });
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = list.Count - 1; i >= 0; i--)
            {
                var at = i;
                if (list[at] is { } inner) Walk(inner, visit);
                visit(odd =>
                {
                    if (odd is null) list.RemoveAt(at);
                    else list[at] = JsonNode.Parse(odd);
                });
            }
        }
    }

    private static async Task<JsonObject> MadeAsync(HttpClient client, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("PayPal-Request-Id", $"{Interlocked.Increment(ref _key)}");
        using var reply = await client.SendAsync(request);
        reply.IsSuccessStatusCode.ShouldBeTrue(await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
