using System.Net.Http.Headers;
using System.Text.Json;
using Busker.Simulator.Stripe;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Simulator.Tests;

public sealed class StripeFlowTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    [Fact]
    public void The_published_signature_is_reproduced()
    {
        var published = new
        {
            id = "evt_123", @object = "event", account = "acct_123", api_version = "2017-05-25", created = 1_533_204_620,
            data = new
            {
                @object = new { id = "cus_123", @object = "customer", created = 123_456_789, email = "test@stripe.com", livemode = false, metadata = new { } },
            },
            livemode = false, pending_webhooks = 1, request = new { id = "req_123", idempotency_key = "idempotency-key-123" }, type = "customer.created",
        };
        var body = System.Text.Encoding.UTF8.GetBytes(JsonSerializer.Serialize(published, Indented) + "\n");
        body.Length.ShouldBe(484);
        Webhooks.Signature("webhook_secret", 1_533_204_620, body)
            .ShouldBe("t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7");
    }

    [Fact]
    public void A_signature_has_the_documented_form()
    {
        // That it verifies is the client's own word: tests/Interop/stripe.test.mjs.
        var signature = Webhooks.Signature("whsec_test", 1_533_204_620, "{}"u8);
        signature.ShouldStartWith("t=1533204620,v1=");
        signature.Length.ShouldBe("t=1533204620,v1=".Length + 64);
    }

    [Fact]
    public void Money_is_conserved_and_reconciles_over_random_histories()
    {
        var histories = Gen.ArrayOf(Gen.Choose(0, 11)).Resize(40);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(histories.ToArbitrary(), steps =>
            Task.Run(() => HistoryAsync(steps)).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task The_same_seed_and_scenario_write_the_same_journal()
    {
        var one = await JournalAsync(seed: 11, lanes: 1, requests: 10_000);
        var two = await JournalAsync(seed: 11, lanes: 1, requests: 10_000);
        two.ShouldBe(one);
        (await JournalAsync(seed: 12, lanes: 1, requests: 500)).ShouldNotBe(one);
    }

    [Fact]
    public async Task Concurrent_lanes_write_the_same_journal_whatever_the_timing()
    {
        var one = await JournalAsync(seed: 11, lanes: 4, requests: 4_000);
        var two = await JournalAsync(seed: 11, lanes: 4, requests: 4_000);
        two.ShouldBe(one);
    }

    [Fact]
    public async Task A_snapshot_restores_what_was_asked()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            string before;
            await using (var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Snapshot = path })).Value)
            {
                using var client = Client(simulator);
                await PayAsync(client, "pm_card_visa", 1_099);
                await simulator.AdvanceAsync(TimeSpan.FromHours(1));
                await PayAsync(client, "pm_card_chargeDeclined", 1_099);
                before = string.Join('\n', simulator.Charges().Select(c => $"{c.Id} {c.Captured} {c.Outcome} {c.CreatedMs}"));
            }

            await using var again = (await Simulator.Start(new() { Providers = ["stripe"], Snapshot = path })).Value;
            string.Join('\n', again.Charges().Select(c => $"{c.Id} {c.Captured} {c.Outcome} {c.CreatedMs}")).ShouldBe(before);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Every_documented_test_card_answers_and_none_breaks_the_books()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
        using var client = Client(simulator);
        foreach (var card in TestCards.All)
        {
            foreach (var token in card.Tokens)
            {
                var (status, body) = await PayAsync(client, "pm_card_" + token, 2_000);
                status.ShouldBe(card.Code is not null && card.Challenge is Challenge.Never or Challenge.LookupError ? 402 : 200, token + ": " + body);
                if (status != 402) continue;
                using var json = JsonDocument.Parse(body);
                var error = json.RootElement.GetProperty("error");
                error.GetProperty("code").GetString().ShouldBe(card.Code);
                if (card.Decline is not null) error.GetProperty("decline_code").GetString().ShouldBe(card.Decline);
            }
        }

        await simulator.AdvanceAsync(TimeSpan.FromDays(100));
        simulator.Discrepancies().ShouldBeEmpty();
    }

    private static async Task<bool> HistoryAsync(int[] steps)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = "black-friday", Seed = 3 })).Value;
        simulator.ClearFaults();
        using var client = Client(simulator);
        string[] cards = ["pm_card_visa", "pm_card_createDispute", "pm_card_refundFail", "pm_card_pendingRefund", "pm_card_bypassPending", "pm_card_createMultipleDisputes"];
        var intents = new List<string>();
        for (var i = 0; i < steps.Length; i++)
        {
            var last = intents.Count == 0 ? "pi_none" : intents[i % intents.Count];
            switch (steps[i])
            {
                case < 6: Note(intents, await PayAsync(client, cards[steps[i]], 500 + (i * 37))); break;
                case 6: Note(intents, await PayAsync(client, "pm_card_visa", 900 + i, "&capture_method=manual")); break;
                case 7: await PostAsync(client, $"/v1/payment_intents/{last}/capture", $"amount_to_capture={100 + i}"); break;
                case 8: await PostAsync(client, "/v1/refunds", $"payment_intent={last}&amount={50 + i}"); break;
                case 9: await PostAsync(client, $"/v1/payment_intents/{last}/cancel", ""); break;
                case 10: await simulator.AdvanceAsync(TimeSpan.FromHours(7 * (i + 1))); break;
                default: await PostAsync(client, "/v1/payouts", $"amount={100 + (i * 10)}&currency=usd"); break;
            }
        }

        var now = simulator.Discrepancies();
        await simulator.AdvanceAsync(TimeSpan.FromDays(120));
        return now.Concat(simulator.Discrepancies()).ToArray() is not { Length: > 0 } wrong ? true : throw new InvalidOperationException(string.Join('\n', wrong));
    }

    private static void Note(List<string> intents, (int Status, string Body) reply)
    {
        using var json = JsonDocument.Parse(reply.Body);
        if (reply.Status == 200) intents.Add(json.RootElement.GetProperty("id").GetString()!);
    }

    private static async Task<byte[]> JournalAsync(ulong seed, int lanes, int requests)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = "black-friday", Seed = seed })).Value;
        simulator.AddFault("stripe POST /v1/payment_intents drop-after p=0.05");
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => LaneAsync(simulator, lane, requests / lanes)));
        if (lanes == 1) await simulator.AdvanceAsync(TimeSpan.FromDays(60));
        return simulator.JournalText(byLane: true);
    }

    private static async Task LaneAsync(Simulator simulator, int lane, int requests)
    {
        using var client = Client(simulator);
        client.DefaultRequestHeaders.Add("Sim-Lane", $"lane{lane}");
        for (var i = 0; i < requests; i++)
        {
            try
            {
                await PayAsync(client, i % 7 == 0 ? "pm_card_createDispute" : "pm_card_visa", 500 + i);
            }
            catch (HttpRequestException)
            {
                // The reply was dropped: that is the point.
            }
        }
    }

    private static HttpClient Client(Simulator simulator) => new()
    {
        BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") },
    };

    private static Task<(int Status, string Body)> PayAsync(HttpClient client, string card, int amount, string more = "") =>
        PostAsync(client, "/v1/payment_intents", $"amount={amount}&currency=usd&payment_method={card}&payment_method_types[]=card&confirm=true{more}");

    private static async Task<(int Status, string Body)> PostAsync(HttpClient client, string path, string form)
    {
        using var content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }
}
