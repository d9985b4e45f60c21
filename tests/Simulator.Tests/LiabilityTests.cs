using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Busker.Simulator.Tests;

/// <summary>Who answers for fraud: after 3-D Secure the card's bank. It reports the fraud and at most asks; who leaves it without an answer pays after all.</summary>
public sealed class LiabilityTests
{
    private const int Payments = 30;

    [Theory]
    [InlineData("stripe", false)]
    [InlineData("stripe", true)]
    [InlineData("adyen", false)]
    [InlineData("adyen", true)]
    [InlineData("paypal", false)]
    [InlineData("paypal", true)]
    public async Task Fraud_takes_no_money_back_after_3D_Secure(string provider, bool authenticated)
    {
        await using var receiver = await Receiver.OpenAsync();
        await using var simulator = await OpenAsync(provider, escalated: 0, receiver);
        for (var i = 0; i < Payments; i++) await PayAsync(simulator, provider, authenticated, $"payment {i}");
        simulator.Charges().Count(c => c.Captured > 0).ShouldBe(Payments);
        await simulator.AdvanceAsync(TimeSpan.FromDays(12));
        if (provider != "paypal") Said(receiver, provider == "stripe" ? "radar.early_fraud_warning.created" : "NOTIFICATION_OF_FRAUD").ShouldBeInRange(Payments / 2, Payments);
        await simulator.AdvanceAsync(TimeSpan.FromDays(300));
        simulator.Charges().Count(c => c.Disputed > 0).ShouldBe(authenticated ? 0 : Payments);
        var asked = provider switch { "stripe" => Said(receiver, "charge.dispute.created"), "adyen" => Said(receiver, "REQUEST_FOR_INFORMATION"), _ => 0 };
        if (authenticated && provider != "paypal") asked.ShouldBeInRange(Payments / 4, Payments * 3 / 4);
        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    public async Task A_bank_that_asked_and_heard_nothing_charges_back_all_the_same(string provider)
    {
        await using var receiver = await Receiver.OpenAsync();
        await using var simulator = await OpenAsync(provider, escalated: 1, receiver);
        for (var i = 0; i < Payments; i++) await PayAsync(simulator, provider, authenticated: true, $"payment {i}");
        await simulator.AdvanceAsync(TimeSpan.FromDays(300));
        simulator.Charges().Count(c => c.Disputed > 0).ShouldBe(provider == "stripe" ? Said(receiver, "charge.dispute.created") : Said(receiver, "REQUEST_FOR_INFORMATION"));
        simulator.Charges().Count(c => c.Disputed > 0).ShouldBeInRange(Payments / 4, Payments * 3 / 4);
        simulator.Discrepancies().ShouldBeEmpty();
    }

    /// <summary>How many objects were told of so.</summary>
    private static int Said(Receiver receiver, string what) => receiver.Got
        .SelectMany(g => Regex.Matches(g.Body, $"\"eventCode\":\"{what}\".*?\"pspReference\":\"(\\w+)\"|\"id\":\"(evt_\\w+)\".*\"type\":\"{what}\""))
        .Select(m => m.Groups[1].Value + m.Groups[2].Value).Distinct().Count();

    private static async Task<Simulator> OpenAsync(string provider, int escalated, Receiver receiver)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, $"name: liability\nversion: 1\ndisputes: {{fraud: 1, inquiry: 0.5, escalated: {escalated}, won: 0, fraud_delay: 20d}}\n");
        var simulator = (await Simulator.Start(new() { Providers = [provider], Scenario = file, Seed = 5 })).Value;
        File.Delete(file);
        using var client = await CrowdTests.ClientAsync(simulator, provider);
        using var hook = provider switch
        {
            "stripe" => await client.PostAsync(new Uri("/v1/webhook_endpoints", UriKind.Relative), Form($"url={receiver.Url}&enabled_events[]=*")),
            "adyen" => await client.PostAsJsonAsync("/v3/merchants/BuskerTest/webhooks", new { type = "standard", url = receiver.Url, active = true, communicationFormat = "json" }),
            _ => null,
        };
        return simulator;
    }

    private static async Task PayAsync(Simulator simulator, string provider, bool authenticated, string reference)
    {
        using var client = await CrowdTests.ClientAsync(simulator, provider);
        switch (provider)
        {
            case "stripe":
                using (var reply = await client.PostAsync(new Uri("/v1/payment_intents", UriKind.Relative),
                    Form("amount=2000&currency=usd&payment_method_types[]=card&confirm=true&metadata[sim_fraud]=true&payment_method_data[type]=card&payment_method_data[card][exp_month]=12"
                        + $"&payment_method_data[card][exp_year]=2034&payment_method_data[card][number]={(authenticated ? "4000000032200000" : "4242424242424242")}")))
                {
                    reply.EnsureSuccessStatusCode();
                }

                return;
            case "adyen":
                var first = await PostAsync(client, "/v71/payments", new JsonObject
                {
                    ["merchantAccount"] = "BuskerTest", ["reference"] = reference, ["returnUrl"] = "https://example.com", ["amount"] = new JsonObject { ["value"] = 2_000, ["currency"] = "EUR" },
                    ["metadata"] = new JsonObject { ["sim_fraud"] = "true" }, ["authenticationData"] = new JsonObject { ["threeDSRequestData"] = new JsonObject { ["nativeThreeDS"] = "preferred" } },
                    ["paymentMethod"] = new JsonObject
                    {
                        ["type"] = "scheme", ["number"] = authenticated ? "5201281505129736" : "4111111111111111", ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737", ["holderName"] = "A Person",
                    },
                });
                if (authenticated) await PostAsync(client, "/v71/payments/details", new JsonObject { ["paymentData"] = (string)first["action"]!["paymentData"]!, ["details"] = new JsonObject { ["threeds2.fingerprint"] = Convert.ToBase64String("{\"threeDSCompInd\":\"Y\"}"u8) } });
                return;
            default:
                var card = new JsonObject { ["number"] = "4012888888881881", ["expiry"] = "2030-01", ["security_code"] = "123" };
                if (authenticated) card["attributes"] = new JsonObject { ["verification"] = new JsonObject { ["method"] = "SCA_ALWAYS" } };
                var unit = new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = "USD", ["value"] = "20.00" }, ["custom_id"] = "sim_fraud " + reference };
                var order = await PostAsync(client, "/v2/checkout/orders", new JsonObject { ["intent"] = "CAPTURE", ["purchase_units"] = new JsonArray(unit), ["payment_source"] = new JsonObject { ["card"] = card } }, reference);
                if (!authenticated) return;
                (await client.PostAsync(new Uri("/checkoutnow", UriKind.Relative), Form($"token={(string)order["id"]!}&action=approve"))).Dispose();
                await PostAsync(client, $"/v2/checkout/orders/{(string)order["id"]!}/capture", new JsonObject(), reference + " capture");
                return;
        }
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, JsonObject body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("PayPal-Request-Id", key);
        using var reply = await client.SendAsync(request);
        reply.IsSuccessStatusCode.ShouldBeTrue(await reply.Content.ReadAsStringAsync());
        return JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
    }

    private static StringContent Form(string form) => new(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
}
