using System.Net.Http.Headers;
using System.Text.Json;
using Busker.Simulator.World;

namespace Busker.Simulator.Tests;

public sealed class UpdaterTests
{
    [Fact]
    public async Task A_lapsed_card_of_a_customer_is_renewed_by_the_updater_and_pays_again()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = "payday", Seed = 2 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") } };
        var person = Lapsing(simulator);
        var card = person.Card;
        var customer = await IdAsync(client, "/v1/customers", "email=a@example.com");
        var method = await IdAsync(client, "/v1/payment_methods", $"type=card&card[number]={card.Number}&card[exp_month]={card.ExpMonth}&card[exp_year]={card.ExpYear}&card[cvc]={card.Cvc}");
        await IdAsync(client, $"/v1/payment_methods/{method}/attach", $"customer={customer}");
        await simulator.AdvanceAsync(person.UpdatedAt!.Value - simulator.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        using var updates = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1/events?type=payment_method.automatically_updated", UriKind.Relative)));
        var update = updates.RootElement.GetProperty("data").EnumerateArray().ShouldHaveSingleItem().GetProperty("data");
        update.GetProperty("object").GetProperty("id").GetString().ShouldBe(method);
        update.GetProperty("previous_attributes").GetProperty("card").GetProperty("exp_year").GetInt32().ShouldBe(card.ExpYear);
        update.GetProperty("object").GetProperty("card").GetProperty("exp_year").GetInt32().ShouldBeGreaterThan(card.ExpYear - 1);
    }

    [Fact]
    public async Task A_stored_card_that_lapsed_says_so_when_it_pays_at_Adyen()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Scenario = "payday", Seed = 2 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("adyen") };
        client.DefaultRequestHeaders.Add("X-API-Key", simulator.Providers[0].Keys[0].Value);
        var person = Lapsing(simulator);
        var stored = await AdyenAsync(client, "/v71/storedPaymentMethods", $$$"""
            {"merchantAccount":"BuskerTest","shopperReference":"s","recurringProcessingModel":"Subscription",
            "paymentMethod":{"type":"scheme","number":"{{{person.Card.Number}}}","expiryMonth":"{{{person.Card.ExpMonth:D2}}}","expiryYear":"{{{person.Card.ExpYear}}}"} }
            """);
        var id = stored.GetProperty("id").GetString();
        (await StatusesAsync(TimeSpan.Zero)).ShouldAllBe(status => status == null);
        await simulator.AdvanceAsync(person.UpdatedAt!.Value - simulator.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        (await StatusesAsync(TimeSpan.FromDays(3))).Where(status => status is not null).Distinct().ShouldHaveSingleItem().ShouldBe(person.Expires ? "CardExpiryChanged" : "CardChanged");

        // Banks say no now and then: small payments, days apart, of which some are authorised.
        async Task<string?[]> StatusesAsync(TimeSpan apart)
        {
            var found = new List<string?>();
            for (var i = 0; i < 8; i++)
            {
                var paid = await AdyenAsync(client, "/v71/payments", $$$"""
                    {"merchantAccount":"BuskerTest","reference":"r{{{i}}}","returnUrl":"https://example.com","shopperReference":"s","shopperInteraction":"ContAuth",
                    "recurringProcessingModel":"Subscription","amount":{"value":100,"currency":"USD"},"paymentMethod":{"type":"scheme","storedPaymentMethodId":"{{{id}}}"} }
                    """);
                await simulator.AdvanceAsync(apart);
                if (paid.GetProperty("resultCode").GetString() != "Authorised") continue;
                found.Add(paid.GetProperty("additionalData").TryGetProperty("realtimeAccountUpdaterStatus", out var status) ? status.GetString() : null);
            }

            return [.. found];
        }
    }

    private static async Task<JsonElement> AdyenAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return JsonElement.Parse(await reply.Content.ReadAsStringAsync());
    }

    /// <summary>Somebody whose card lapses within the year and whose bank sends a new one.</summary>
    private static Person Lapsing(Simulator simulator)
    {
        var issuers = new Issuers(simulator.Scenario, simulator.Seed);
        return Enumerable.Range(0, 3_000).Select(i => issuers.Person(0, i)).First(p => p.UpdatedAt is { } at && at > simulator.Clock.GetUtcNow().AddDays(2) && at < simulator.Clock.GetUtcNow().AddDays(300) && p.Card.ExpYear >= simulator.Clock.GetUtcNow().Year);
    }

    private static async Task<string> IdAsync(HttpClient client, string path, string form)
    {
        using var content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        using var json = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
        return json.RootElement.TryGetProperty("id", out var id) ? id.GetString()! : throw new InvalidOperationException(json.RootElement.GetRawText());
    }
}
