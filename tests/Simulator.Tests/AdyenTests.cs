using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Adyen;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Simulator.Tests;

public sealed class AdyenTests
{
    /// <summary>Vectors of Adyen's own libraries; the first three sign a notification item, the last one a whole body.</summary>
    [Theory]
    [InlineData("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00", "pspReference", "originalReference", "merchantAccount", "reference", 1000, "EVENT", true, "ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=")]
    [InlineData("AABBCCDDEEFFAABBCCDDEEFFAABBCCDDEEFFAABBCCDDEEFFAABBCCDDEEFFAABB", "ZVWN7D3WSMK2WN82", null, "AntoniStroinski", "\\:/\\/slashes are fun", 1000, "AUTHORISATION", true, "cyYGGNUYxRCIwmfET0zxNPQN/m9cKR6xNECwPzTfJIQ=")]
    [InlineData("66B61474A0AA3736BA8789EDC6D6CD9EBA0C4F414A554E32A407F849C045C69D", "TEST_CUSTOM_881578412137072J", "TEST_CUSTOM_881578412007338A", "DotNetAlexandros", "UseqNbr006-orderId006\\/", 100, "CAPTURE", false, "lQnzbwY09e5mwkC8YZozlHu5v/2SFzAx6WRrvHx+3b8=")]
    public void Published_signatures_of_notifications_are_met(string key, string psp, string? original, string merchant, string reference, long minor, string code, bool success, string signature) =>
        Notifications.Signature(key, Notifications.ToSign(new Notice(code, psp, original, reference, minor, "EUR", success), merchant)).ShouldBe(signature);

    [Fact]
    public void The_published_signature_of_a_whole_body_is_met()
    {
        const string Body = """{"data":{"balancePlatform":"Integration_tools_test","accountId":"BA32272223222H5HVKTBK4MLB","sweep":{"id":"SWPC42272223222H5HVKV6H8C64DP5","schedule":{"type":"balance"},"status":"active","targetAmount":{"currency":"EUR","value":0},"triggerAmount":{"currency":"EUR","value":0},"type":"pull","counterparty":{"balanceAccountId":"BA3227C223222H5HVKT3H9WLC"},"currency":"EUR"}},"environment":"test","type":"balancePlatform.balanceAccountSweep.updated"}""";
        Notifications.Signature("D7DD5BA6146493707BF0BE7496F6404EC7A63616B7158EC927B9F54BB436765F", Body).ShouldBe("9Qz9S/0xpar1klkniKdshxpAhRKbiSAewPpWoxKefQA=");
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

    [Theory]
    [InlineData("amount", """{"value":"1000","currency":"EUR"}""", 400, "702")]
    [InlineData("amount", """{"value":1000,"currency":"XXX"}""", 422, "138")]
    [InlineData("reference", "5", 400, "702")]
    [InlineData("returnUrl", "5", 400, "702")]
    [InlineData("additionalData", "\"manual\"", 400, "702")]
    [InlineData("paymentMethod", """{"type":"teleport"}""", 422, "905_1")]
    public async Task What_is_not_of_its_type_is_refused_and_charges_nothing(string field, string json, int status, string code)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 3 })).Value;
        using var http = Client(simulator);
        var body = Payment("odd", 1_000);
        body[field] = JsonNode.Parse(json);
        using var reply = await http.PostAsJsonAsync("/v71/payments", body);
        var said = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        ((int)reply.StatusCode, (int)said["status"]!, (string)said["errorCode"]!, (string)said["errorType"]!).ShouldBe((status, status, code, "validation"));
        simulator.Charges().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_not_sent_as_JSON_is_415()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 3 })).Value;
        using var http = Client(simulator);
        using var reply = await http.PostAsync("/v71/payments", new StringContent(Payment("text", 1_000).ToJsonString()));
        ((int)reply.StatusCode).ShouldBe(415);
        simulator.Charges().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_capture_may_wait_for_hours()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 3 })).Value;
        using var http = Client(simulator);
        var body = Payment("later", 1_000);
        body["captureDelayHours"] = 24;
        await http.PostAsJsonAsync("/v71/payments", body);
        await simulator.AdvanceAsync(TimeSpan.FromHours(23));
        simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(0);
        await simulator.AdvanceAsync(TimeSpan.FromHours(1));
        simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(1_000);
        body["captureDelayHours"] = 673;
        ((int)(await http.PostAsJsonAsync("/v71/payments", body)).StatusCode).ShouldBe(422);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bank_that_needs_no_answer_authenticates_without_a_challenge(bool native)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 3 })).Value;
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = simulator.Address("adyen") };
        http.DefaultRequestHeaders.Add("X-API-Key", simulator.Providers[0].Keys[0].Value);
        var body = Payment("calm bank", 1_000);
        body["paymentMethod"]!["number"] = "5201281505129736";
        if (native) body["authenticationData"] = new JsonObject { ["threeDSRequestData"] = new JsonObject { ["nativeThreeDS"] = "preferred" } };
        var first = (await (await http.PostAsJsonAsync("/v71/payments", body)).Content.ReadFromJsonAsync<JsonObject>())!;
        first["resultCode"]!.GetValue<string>().ShouldBe(native ? "IdentifyShopper" : "RedirectShopper");
        simulator.Charges().ShouldBeEmpty();
        var details = native
            ? new JsonObject { ["threeds2.fingerprint"] = Convert.ToBase64String("{\"threeDSCompInd\":\"Y\"}"u8) }
            : new JsonObject { ["redirectResult"] = (await http.GetAsync(new Uri(first["action"]!["url"]!.GetValue<string>()))).Headers.Location!.Query.Split('=')[1] };
        var asked = new JsonObject { ["details"] = details };
        if (native) asked["paymentData"] = first["action"]!["paymentData"]!.GetValue<string>();
        var done = (await (await http.PostAsJsonAsync("/v71/payments/details", asked)).Content.ReadFromJsonAsync<JsonObject>())!;
        done["resultCode"]!.GetValue<string>().ShouldBe("Authorised");
        var more = done["additionalData"]!;
        more["liabilityShift"]!.GetValue<string>().ShouldBe("true");
        more["eci"]!.GetValue<string>().ShouldBe("02");
        more["cavv"]!.GetValue<string>().Length.ShouldBe(28);
        simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(1_000);
    }

    [Fact]
    public void Money_is_conserved_over_random_histories_and_the_reports_explain_it()
    {
        var histories = Gen.ArrayOf(Gen.Choose(0, 13)).Resize(60);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(histories.ToArbitrary(), steps =>
            Task.Run(() => HistoryAsync(steps)).GetAwaiter().GetResult()));
    }

    private static async Task<bool> HistoryAsync(int[] steps)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 5 })).Value;
        using var http = Client(simulator);
        var payments = new List<string> { "NOSUCH" };
        string[] holders = ["A Person", "Chargeback:13.1", "Chargeback Reversed", "Second Chargeback", "Request For Information", "DECLINED"];
        string[] acts = ["captures", "refunds", "cancels", "reversals", "amountUpdates"];
        for (var i = 0; i < steps.Length; i++)
        {
            var target = payments[i * 7 % payments.Count];
            switch (steps[i])
            {
                case < 6: payments.Add(await PayAsync(http, Payment($"o{i}", 40 + (i * 97), holders[steps[i]], i % 3 == 0 ? "JPY" : "EUR"))); break;
                case 6 or 7: payments.Add(await PayAsync(http, Payment($"o{i}", 500 + i, manual: true))); break;
                case < 13: await http.PostAsJsonAsync($"/v71/payments/{target}/{acts[steps[i] - 8]}", Change(1 + (i * 53 % 900), i % 3 == 0 ? "JPY" : "EUR")); break;
                default: await simulator.AdvanceAsync(TimeSpan.FromHours(5 * (i + 1))); break;
            }

            if (i % 9 == 8 && simulator.Providers[0].Refunds.FirstOrDefault(r => r.Status == "succeeded") is { Id: { } refund }) simulator.FailRefund("adyen", refund);
        }

        var wrong = simulator.Discrepancies().ToList();
        await simulator.AdvanceAsync(TimeSpan.FromDays(120));
        wrong.AddRange(simulator.Discrepancies());
        wrong.AddRange(await ReportsAsync(simulator, http));
        return wrong.Count == 0 ? true : throw new InvalidOperationException(string.Join('\n', wrong));
    }

    /// <summary>The files alone: each batch nets to zero per currency, and their payouts are what the bank holds.</summary>
    private static async Task<List<string>> ReportsAsync(Simulator simulator, HttpClient http)
    {
        var wrong = new List<string>();
        var paid = new Dictionary<string, decimal>();
        for (var batch = 1; ; batch++)
        {
            var reply = await http.GetAsync(new Uri($"/reports/download/MerchantAccount/BuskerTest/settlement_detail_report_batch_{batch}.csv", UriKind.Relative));
            if (!reply.IsSuccessStatusCode) break;
            var rows = (await reply.Content.ReadAsStringAsync()).Trim().Split('\n').Skip(1).Select(l => l.Split(',')).ToArray();
            foreach (var currency in rows.GroupBy(r => r[13]))
            {
                if (currency.Sum(Net) != 0) wrong.Add($"the file of batch {batch} sums to {currency.Sum(Net)} {currency.Key}");
                paid[currency.Key] = paid.GetValueOrDefault(currency.Key) - currency.Where(r => r[7] == "MerchantPayout").Sum(Net);
            }
        }

        var books = JsonNode.Parse(await http.GetStringAsync(new Uri("/_sim/books", UriKind.Relative)))!["books"]!.AsArray();
        foreach (var book in books)
        {
            var currency = book!["currency"]!.GetValue<string>();
            var bank = book["bank"]!.GetValue<long>() / (currency == "JPY" ? 1m : 100m);
            if (bank != paid.GetValueOrDefault(currency)) wrong.Add($"the files paid out {paid.GetValueOrDefault(currency)} {currency}, the bank holds {bank}");
        }

        return wrong;
    }

    private static decimal Net(string[] row) => Number(row[15]) - Number(row[14]);

    private static decimal Number(string text) => text.Length == 0 ? 0 : decimal.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<string> PayAsync(HttpClient http, JsonObject body) =>
        (await (await http.PostAsJsonAsync("/v71/payments", body)).Content.ReadFromJsonAsync<JsonObject>())!["pspReference"]!.GetValue<string>();

    private static JsonObject Change(long minor, string currency) =>
        new() { ["merchantAccount"] = "BuskerTest", ["amount"] = new JsonObject { ["value"] = minor, ["currency"] = currency } };

    private static HttpClient Client(Simulator simulator)
    {
        var http = new HttpClient { BaseAddress = simulator.Address("adyen") };
        http.DefaultRequestHeaders.Add("X-API-Key", simulator.Providers[0].Keys[0].Value);
        return http;
    }

    private static JsonObject Payment(string reference, long minor, string holder = "A Person", string currency = "EUR", bool manual = false) => new()
    {
        ["merchantAccount"] = "BuskerTest", ["reference"] = reference, ["returnUrl"] = "https://example.com",
        ["amount"] = new JsonObject { ["value"] = minor, ["currency"] = currency },
        ["additionalData"] = new JsonObject { ["manualCapture"] = manual ? "true" : "false" },
        ["paymentMethod"] = new JsonObject { ["type"] = "scheme", ["number"] = "4111111111111111", ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737", ["holderName"] = holder },
    };
}
