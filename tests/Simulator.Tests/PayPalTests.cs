using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.PayPal;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Simulator.Tests;

public sealed class PayPalTests
{
    private const string Published = """
        {"id":"WH-0G2756385H040842W-5Y612302CV158622M","create_time":"2015-05-18T15:45:13Z","resource_type":"sale","event_type":"PAYMENT.SALE.COMPLETED","summary":"Payment completed for $ 20.0 USD","resource":{"id":"4EU7004268015634R","create_time":"2015-05-18T15:44:02Z","update_time":"2015-05-18T15:44:21Z","amount":{"total":"20.00","currency":"USD"},"payment_mode":"INSTANT_TRANSFER","state":"completed","protection_eligibility":"ELIGIBLE","protection_eligibility_type":"ITEM_NOT_RECEIVED_ELIGIBLE,UNAUTHORIZED_PAYMENT_ELIGIBLE","parent_payment":"PAY-86C81811X5228590KKVNARQQ","transaction_fee":{"value":"0.88","currency":"USD"},"links":[{"href":"https://api.sandbox.paypal.com/v1/payments/sale/4EU7004268015634R","rel":"self","method":"GET"},{"href":"https://api.sandbox.paypal.com/v1/payments/sale/4EU7004268015634R/refund","rel":"refund","method":"POST"},{"href":"https://api.sandbox.paypal.com/v1/payments/payment/PAY-86C81811X5228590KKVNARQQ","rel":"parent_payment","method":"GET"}]},"links":[{"href":"https://api.sandbox.paypal.com/v1/notifications/webhooks-events/WH-0G2756385H040842W-5Y612302CV158622M","rel":"self","method":"GET"},{"href":"https://api.sandbox.paypal.com/v1/notifications/webhooks-events/WH-0G2756385H040842W-5Y612302CV158622M/resend","rel":"resend","method":"POST"}]}
        """;

    [Fact]
    public void The_published_string_to_sign_is_met() =>
        Authority.ToSign("dfb3be50-fd74-11e4-8bf3-77339302725b", "2015-05-18T15:45:13Z", "4JH86294D6297924G", Encoding.UTF8.GetBytes(Published))
            .ShouldBe("dfb3be50-fd74-11e4-8bf3-77339302725b|2015-05-18T15:45:13Z|4JH86294D6297924G|2771810304");

    [Fact]
    public void A_signature_verifies_against_the_chain_that_is_served()
    {
        var authority = new Authority(5);
        var signature = authority.Sign("a|b|c|1");
        var served = new X509Certificate2Collection();
        served.ImportFromPem(authority.Chain);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority.Root));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.Build(served[0]).ShouldBeTrue();
        using var key = served[0].GetRSAPublicKey()!;
        key.VerifyData("a|b|c|1"u8, Convert.FromBase64String(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        authority.Verifies("a|b|c|1", signature).ShouldBeTrue();
        authority.Verifies("a|b|c|2", signature).ShouldBeFalse();
        authority.Verifies("a|b|c|1", "not base64").ShouldBeFalse();
    }

    [Fact]
    public async Task Money_is_conserved_and_the_reports_reconcile_over_random_histories()
    {
        var histories = Gen.ArrayOf(Gen.Choose(0, 15)).Resize(50);
        await Task.Run(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(histories.ToArbitrary(), steps =>
            Task.Run(() => HistoryAsync(steps)).GetAwaiter().GetResult())));
    }

    [Fact]
    public async Task The_same_seed_and_scenario_write_the_same_journal_whatever_the_timing()
    {
        var one = await JournalAsync(11);
        (await JournalAsync(11)).ShouldBe(one);
        (await JournalAsync(12)).ShouldNotBe(one);
    }

    [Fact]
    public async Task Every_fault_of_the_language_leaves_at_most_one_charge_for_a_request_id()
    {
        string[] faults = ["drop-before", "drop-after", "truncate", "malformed", "wrong-amount", "status(503)", "status-after(500)", "status-stored(500)", "delay(1ms)"];
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4 })).Value;
        using var client = await ClientAsync(simulator);
        foreach (var fault in faults)
        {
            simulator.AddFault($"paypal POST /v2/checkout/orders {fault} count=1").Fault.ShouldBeNull();
            for (var attempt = 0; attempt < 3; attempt++)
            {
                try
                {
                    await SendAsync(client, "/v2/checkout/orders", Card(fault, 1_000), "once " + fault);
                }
                catch (Exception lost) when (lost is HttpRequestException or System.Text.Json.JsonException)
                {
                    // The reply was cut or does not parse: that is the point.
                }
            }
        }

        foreach (var fault in faults)
        {
            simulator.Charges().Where(c => c.Reference == fault).Sum(c => c.Captured).ShouldBe(fault.StartsWith("status-stored", StringComparison.Ordinal) ? 0 : 1_000, fault);
        }

        simulator.Discrepancies().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_snapshot_restores_what_was_asked()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            string before;
            await using (var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Snapshot = path })).Value)
            {
                using var client = await ClientAsync(simulator);
                await SendAsync(client, "/v2/checkout/orders", Card("one", 1_000), "one");
                await simulator.AdvanceAsync(TimeSpan.FromHours(1));
                await WalletAsync(client, "two", 2_000, "two");
                before = Summary(simulator);
            }

            await using var again = (await Simulator.Start(new() { Providers = ["paypal"], Snapshot = path })).Value;
            Summary(again).ShouldBe(before);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Summary(Simulator simulator) => string.Join('\n', simulator.Charges().Select(c => $"{c.Id} {c.Captured} {c.Outcome} {c.CreatedMs}"));

    [Fact]
    public async Task A_settlement_file_can_lose_a_line_repeat_itself_or_end_early()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 4 })).Value;
        using var client = await ClientAsync(simulator);
        var (intact, _) = await DayAsync(simulator, client, null);
        intact.ShouldBe(3);
        (await DayAsync(simulator, client, "missing-line")).Lines.ShouldBeLessThan(3 + 1);
        (await DayAsync(simulator, client, "duplicated")).Lines.ShouldBe(6);
        (await DayAsync(simulator, client, "truncated")).Text.ShouldNotContain("\"FF\"");
        var before = await DayAsync(simulator, client, null);
        (await DayAsync(simulator, client, "resent")).Text.ShouldBe(before.Text);
    }

    [Theory]
    [InlineData("won: 1, escalated: 1", "CHARGEBACK", "RESOLVED_SELLER_FAVOUR")]
    [InlineData("won: 0, escalated: 1", "CHARGEBACK", "RESOLVED_BUYER_FAVOUR")]
    [InlineData("won: 1, escalated: 0", "INQUIRY", "CANCELED_BY_BUYER")]
    public async Task The_scenario_says_which_inquiries_go_further_and_who_wins(string odds, string stage, string outcome)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"name: odds\ndisputes: {{{odds}}}\n");
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Scenario = file, Seed = 6 })).Value;
        File.Delete(file);
        using var client = await ClientAsync(simulator);
        var capture = (await WalletAsync(client, "w", 1_000, "k")).Single();
        var dispute = "/v1/customer/disputes/" + simulator.OpenDispute("paypal", capture, "product_not_received").Value.Split(' ')[0];
        await simulator.AdvanceAsync(TimeSpan.FromDays(8));
        await LogInAsync(simulator, client);
        Text(await client.GetFromJsonAsync<JsonObject>(dispute), "dispute_life_cycle_stage").ShouldBe(stage);
        if (stage == "CHARGEBACK") await SendAsync(client, dispute + "/provide-evidence", new JsonObject { ["evidence_type"] = "OTHER", ["notes"] = "delivered" }, "e");
        await simulator.AdvanceAsync(TimeSpan.FromDays(20));
        await LogInAsync(simulator, client);
        Text((await client.GetFromJsonAsync<JsonObject>(dispute))!["dispute_outcome"], "outcome_code").ShouldBe(outcome);
    }

    private static async Task<(int Lines, string Text)> DayAsync(Simulator simulator, HttpClient client, string? fault)
    {
        if (fault is not null) simulator.AddFault($"paypal file STL-* {fault} count=1").Fault.ShouldBeNull();
        await simulator.AdvanceAsync(TimeSpan.FromHours(1));
        await LogInAsync(simulator, client);
        await SendAsync(client, "/v2/checkout/orders", Card("", 1_000), $"{simulator.Clock.GetUtcNow():o} 1");
        await SendAsync(client, "/v2/checkout/orders", Card("", 2_000), $"{simulator.Clock.GetUtcNow():o} 2");
        await simulator.AdvanceAsync(TimeSpan.FromHours(24));
        await LogInAsync(simulator, client);
        var files = (await client.GetFromJsonAsync<JsonObject>("/ppreports/outgoing"))!["files"]!.AsArray();
        var text = await client.GetStringAsync(new Uri("/ppreports/outgoing/" + Text(files[^1], "name"), UriKind.Relative));
        return (text.Split('\n').Count(l => l.StartsWith("\"SB\"", StringComparison.Ordinal)), text);
    }

    private static async Task<bool> HistoryAsync(int[] steps)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 3 })).Value;
        using var client = await ClientAsync(simulator);
        var (captures, holds, disputes) = (new List<string>(), new List<string>(), new List<string>());
        for (var i = 0; i < steps.Length; i++)
        {
            await StepAsync(simulator, client, steps[i], i, captures, holds, disputes);
            if (steps[i] == 15) await LogInAsync(simulator, client);
        }

        var wrong = simulator.Discrepancies().ToList();
        await simulator.AdvanceAsync(TimeSpan.FromDays(100));
        wrong.AddRange(simulator.Discrepancies());
        await LogInAsync(simulator, client);
        wrong.AddRange(await AgainstReportsAsync(simulator, client));
        return wrong.Count == 0 ? true : throw new InvalidOperationException(string.Join('\n', wrong));
    }

    private static async Task StepAsync(Simulator simulator, HttpClient client, int step, int i, List<string> captures, List<string> holds, List<string> disputes)
    {
        var key = $"step {i}";
        var capture = captures.Count == 0 ? "NONE" : captures[i % captures.Count];
        var hold = holds.Count == 0 ? "NONE" : holds[i % holds.Count];
        var dispute = "/v1/customer/disputes/" + (disputes.Count == 0 ? "NONE" : disputes[i % disputes.Count]);
        var amount = new JsonObject { ["amount"] = Money(100 + (i * 31)) };
        switch (step)
        {
            case 0 or 1: captures.AddRange(Ids(await SendAsync(client, "/v2/checkout/orders", Card($"o{i}", 500 + (i * 37)), key), "captures")); break;
            case 2: captures.AddRange(await WalletAsync(client, $"w{i}", 700 + i, key)); break;
            case 3: holds.AddRange(Ids(await SendAsync(client, "/v2/checkout/orders", Card($"h{i}", 900 + (i * 11), "AUTHORIZE"), key), "authorizations")); break;
            case 4 or 5: Note(captures, await SendAsync(client, $"/v2/payments/authorizations/{hold}/capture", amount, key), "id"); break;
            case 6: await SendAsync(client, $"/v2/payments/authorizations/{hold}/void", [], key); break;
            case 7: await SendAsync(client, $"/v2/payments/authorizations/{hold}/reauthorize", amount, key); break;
            case 8 or 9: await SendAsync(client, $"/v2/payments/captures/{capture}/refund", step == 8 ? amount : [], key); break;
            case 10:
                var opened = simulator.OpenDispute("paypal", capture, i % 2 == 0 ? "fraudulent" : "product_not_received");
                if (opened.Fault is null) disputes.Add(opened.Value.Split(' ')[0]);
                break;
            case 11: await SendAsync(client, dispute + "/provide-evidence", new JsonObject { ["evidence_type"] = "OTHER", ["notes"] = "delivered" }, key); break;
            case 12: await SendAsync(client, dispute + "/adjudicate", new JsonObject { ["adjudication_outcome"] = i % 2 == 0 ? "BUYER_FAVOR" : "SELLER_FAVOR" }, key); break;
            case 13: await SendAsync(client, dispute + (i % 3 == 0 ? "/appeal" : "/accept-claim"), new JsonObject { ["accept_claim_type"] = "PARTIAL_REFUND", ["refund_amount"] = Money(50) }, key); break;
            case 14: if (simulator.Providers[0].Refunds.FirstOrDefault().Id is { } refund) simulator.FailRefund("paypal", refund); break;
            default: await simulator.AdvanceAsync(TimeSpan.FromHours(9 * (i + 1))); break;
        }
    }

    /// <summary>The lines of all settlement files, the footers' balances, transaction search and the books tell one story.</summary>
    private static async Task<List<string>> AgainstReportsAsync(Simulator simulator, HttpClient client)
    {
        var wrong = new List<string>();
        var lines = 0L;
        var last = 0L;
        foreach (var file in (await client.GetFromJsonAsync<JsonObject>("/ppreports/outgoing"))!["files"]!.AsArray())
        {
            var count = 0;
            foreach (var row in (await client.GetStringAsync(new Uri("/ppreports/outgoing/" + Text(file, "name"), UriKind.Relative))).Split('\n').Select(l => l.Split(',')))
            {
                long Signed(int side, int value) => row[value].Length == 0 ? 0 : long.Parse(row[value], CultureInfo.InvariantCulture) * (row[side] == "\"DR\"" ? -1 : 1);
                if (row[0] == "\"SB\"") (lines, count) = (lines + Signed(8, 9) + Signed(11, 12), count + 1);
                if (row[0] != "\"SF\"") continue;
                if (Signed(6, 7) != last) wrong.Add($"{Text(file, "name")} opens at {Signed(6, 7)}, the day before closed at {last}");
                last = Signed(8, 9);
                if (row.Length != 19 || Signed(10, 11) != Signed(6, 7) || Signed(12, 13) != last || row[18] != $"{count}") wrong.Add($"{Text(file, "name")}: the footer does not add up: {string.Join(',', row)}");
                if (last != lines) wrong.Add($"{Text(file, "name")} closes at {last}, the lines sum to {lines}");
            }
        }

        var books = (await client.GetFromJsonAsync<JsonObject>("/_sim/books"))!["books"]!.AsArray().SingleOrDefault();
        long Book(string account) => books is null ? 0 : books[account]!.GetValue<long>();
        if (lines != Book("available")) wrong.Add($"the settlement files sum to {lines}, the books say {Book("available")}");
        if (Book("pending") != 0 || Book("held") != 0) wrong.Add("after a hundred days something is still withheld or held");
        var captured = simulator.Charges().Sum(c => c.Captured - c.Refunded - c.Disputed - c.Fees);
        if (captured != Book("available") + Book("bank")) wrong.Add($"the charges leave {captured} to the merchant, the books say {Book("available") + Book("bank")}");
        return wrong;
    }

    private static async Task<byte[]> JournalAsync(ulong seed)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Scenario = "black-friday", Seed = seed })).Value;
        simulator.AddFault("paypal POST /v2/checkout/orders drop-after p=0.05");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            using var client = Bare(simulator);
            client.DefaultRequestHeaders.Host = "paypal.test"; // links name the host the client used
            client.DefaultRequestHeaders.Add("Sim-Lane", $"lane{lane}");
            await LogInAsync(simulator, client);
            for (var i = 0; i < 250; i++)
            {
                try
                {
                    await SendAsync(client, "/v2/checkout/orders", Card($"{lane}-{i}", 500 + i), $"{lane}-{i}");
                }
                catch (HttpRequestException)
                {
                    // The reply was dropped: that is the point.
                }
            }
        }));
        return simulator.JournalText(byLane: true);
    }

    private static async Task<IEnumerable<string>> WalletAsync(HttpClient client, string reference, long minor, string key)
    {
        var order = await SendAsync(client, "/v2/checkout/orders", new JsonObject { ["intent"] = "CAPTURE", ["purchase_units"] = Units(reference, minor) }, key);
        using var form = new FormUrlEncodedContent([new("token", Text(order, "id")), new("action", "approve")]);
        await client.PostAsync(new Uri("/checkoutnow", UriKind.Relative), form);
        return Ids(await SendAsync(client, $"/v2/checkout/orders/{Text(order, "id")}/capture", [], key), "captures");
    }

    private static JsonObject Card(string reference, long minor, string intent = "CAPTURE") => new()
    {
        ["intent"] = intent, ["purchase_units"] = Units(reference, minor),
        ["payment_source"] = new JsonObject { ["card"] = new JsonObject { ["number"] = "4012888888881881", ["expiry"] = "2030-01", ["security_code"] = "123" } },
    };

    private static JsonArray Units(string reference, long minor)
    {
        var unit = new JsonObject { ["amount"] = Money(minor) };
        if (reference.Length > 0) unit["custom_id"] = reference;
        return new JsonArray(unit);
    }

    private static JsonObject Money(long minor) => new() { ["currency_code"] = "USD", ["value"] = Wire.Value(minor, "USD") };

    private static string Text(JsonNode? node, string name) => node?[name]?.GetValue<string>() ?? "NONE";

    private static void Note(List<string> list, JsonObject answer, string name)
    {
        if (answer[name] is { } id) list.Add(id.GetValue<string>());
    }

    private static IEnumerable<string> Ids(JsonObject order, string kind) =>
        order["purchase_units"]?.AsArray().SelectMany(u => u!["payments"]?[kind]?.AsArray() ?? []).Select(p => Text(p, "id")) ?? [];

    private static async Task<JsonObject> SendAsync(HttpClient client, string path, JsonObject body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("PayPal-Request-Id", key);
        using var reply = await client.SendAsync(request);
        ((int)reply.StatusCode).ShouldBeOneOf(200, 201, 204, 404, 422, 429, 500, 503);
        return reply.Content.Headers.ContentLength is 0 or null ? [] : (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static HttpClient Bare(Simulator simulator) => new() { BaseAddress = simulator.Address("paypal") };

    private static async Task<HttpClient> ClientAsync(Simulator simulator)
    {
        var client = Bare(simulator);
        await LogInAsync(simulator, client);
        return client;
    }

    internal static async Task LogInAsync(Simulator simulator, HttpClient client)
    {
        var keys = simulator.Providers.Single(p => p.Name == "paypal").Keys;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/oauth2/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{keys[0].Value}:{keys[1].Value}")));
        using var reply = await client.SendAsync(request);
        var token = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(token, "access_token"));
    }
}
