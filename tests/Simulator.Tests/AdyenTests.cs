using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Adyen;
using Busker.Simulator.Core;

namespace Busker.Simulator.Tests;

public sealed class AdyenTests
{
    private const string Key = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";

    [Fact]
    public void Published_signatures_are_met()
    {
        Notifications.Signature(Key, "pspReference:originalReference:merchantAccount:reference:1000:EUR:EVENT:true")
            .ShouldBe("ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=");
        var notice = new Notice("EVENT", "pspReference", "originalReference", "reference", 1000, "EUR", true);
        Notifications.ToSign(notice, "merchantAccount").ShouldBe("pspReference:originalReference:merchantAccount:reference:1000:EUR:EVENT:true");
    }

    [Fact]
    public async Task A_dropped_reply_and_a_retry_with_the_same_key_charge_once()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 3 })).Value;
        using var http = Client(simulator);
        simulator.AddFault("adyen POST /v71/payments drop-after count=1").Fault.ShouldBeNull();
        http.DefaultRequestHeaders.Add("Idempotency-Key", "order-1");
        await Should.ThrowAsync<HttpRequestException>(() => http.PostAsJsonAsync("/v71/payments", Payment("order-1", 1_000)));
        var answer = await http.PostAsJsonAsync("/v71/payments", Payment("order-1", 1_000));
        (await answer.Content.ReadFromJsonAsync<JsonObject>())!["resultCode"]!.GetValue<string>().ShouldBe("Authorised");
        answer.Headers.GetValues("idempotency-key").ShouldBe(["order-1"]);
        simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(1_000);
    }

    [Fact]
    public async Task Money_is_conserved_over_random_histories()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = seed })).Value;
            using var http = Client(simulator);
            await RandomHistory(simulator, http, Draw.Of(seed, "test", "history"));
            simulator.Discrepancies().ShouldBeEmpty();
            simulator.Charges().ShouldAllBe(c => c.Held >= 0 && c.Refunded <= c.Captured && c.Captured <= c.Authorised);
            simulator.Charges().Sum(c => c.Refunded).ShouldBeGreaterThan(0);
            simulator.Charges().Any(c => c.Released > 0).ShouldBeTrue();
        }
    }

    private static async Task RandomHistory(Simulator simulator, HttpClient http, Draw draw)
    {
        var payments = new List<string>();
        string[] acts = ["captures", "refunds", "cancels", "reversals", "amountUpdates"];
        for (var step = 0; step < 120; step++)
        {
            if (payments.Count == 0 || draw.Chance(0.4))
            {
                var body = Payment($"o{step}", 100 + draw.Below(9_000));
                if (draw.Chance(0.6)) body["additionalData"] = new JsonObject { ["manualCapture"] = "true" };
                if (draw.Chance(0.1)) body["paymentMethod"]!["holderName"] = "DECLINED";
                var paid = await (await http.PostAsJsonAsync("/v71/payments", body)).Content.ReadFromJsonAsync<JsonObject>();
                payments.Add(paid!["pspReference"]!.GetValue<string>());
                continue;
            }

            var target = payments[(int)draw.Below(payments.Count)];
            var change = new JsonObject { ["merchantAccount"] = "BuskerTest", ["amount"] = new JsonObject { ["value"] = 1 + draw.Below(6_000), ["currency"] = "EUR" } };
            var reply = await http.PostAsJsonAsync($"/v71/payments/{target}/{acts[draw.Below(acts.Length)]}", change);
            ((int)reply.StatusCode).ShouldBeOneOf(201, 422);
            if (draw.Chance(0.4)) await simulator.AdvanceAsync(TimeSpan.FromSeconds(3));
        }

        await simulator.AdvanceAsync(TimeSpan.FromDays(30));
        var refund = simulator.Providers[0].Refunds.First();
        simulator.Providers[0].FailRefund(refund.Id).Fault.ShouldBeNull();
    }

    private static HttpClient Client(Simulator simulator)
    {
        var http = new HttpClient { BaseAddress = simulator.Address("adyen") };
        http.DefaultRequestHeaders.Add("X-API-Key", simulator.Providers[0].Keys[0].Value);
        return http;
    }

    private static JsonObject Payment(string reference, long minor) => new()
    {
        ["merchantAccount"] = "BuskerTest", ["reference"] = reference, ["returnUrl"] = "https://example.com",
        ["amount"] = new JsonObject { ["value"] = minor, ["currency"] = "EUR" },
        ["paymentMethod"] = new JsonObject { ["type"] = "scheme", ["number"] = "4111111111111111", ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737" },
    };
}
