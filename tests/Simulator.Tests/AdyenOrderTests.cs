using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>Adyen's payments, when what is asked of them comes in an order that nobody planned.</summary>
public sealed class AdyenOrderTests : IAsyncLifetime, IDisposable
{
    private Simulator _simulator = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 7 })).Value;
        _client = new HttpClient { BaseAddress = _simulator.Address("adyen"), DefaultRequestHeaders = { { "X-API-Key", _simulator.Key("adyen") } } };
    }

    public async Task DisposeAsync()
    {
        _simulator.Discrepancies().ShouldBeEmpty();
        await _simulator.DisposeAsync();
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_reversal_after_a_refund_and_a_chargeback_moves_nothing()
    {
        // By hand a chargeback is booked at once, and then nothing can be refunded; a buyer's is announced a day before.
        var psp = await PayAsync(1_099, holder: "Request For Information");
        while (_simulator.Charges()[^1].Disputed == 0)
        {
            await _simulator.AdvanceAsync(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(2)); // nobody answered
            await AskAsync($"/v71/payments/{psp}/refunds", 1_099);                       // too late, if a chargeback was announced
            await _simulator.AdvanceAsync(TimeSpan.FromDays(1));
            if (_simulator.Charges()[^1].Disputed == 0) psp = await PayAsync(1_099, holder: "Request For Information");
        }

        var charge = _simulator.Charges()[^1];
        (charge.Refunded, charge.Disputed).ShouldBe((1_099, 1_099));
        await AskAsync($"/v71/payments/{psp}/reversals");
        (charge.Refunded, charge.Disputed).ShouldBe((1_099, 1_099));
    }

    [Fact]
    public async Task A_refund_answers_a_request_for_information()
    {
        var payments = new List<string>();
        for (var i = 0; i < 20; i++) payments.Add(await PayAsync(1_000 + i));
        foreach (var psp in payments) _simulator.OpenDispute("adyen", psp, "inquiry").Fault.ShouldBeNull();
        foreach (var (psp, i) in payments.Select((p, i) => (p, i))) await AskAsync($"/v71/payments/{psp}/refunds", i % 2 == 0 ? 1_000 + i : 400);
        await _simulator.AdvanceAsync(TimeSpan.FromDays(60));
        var charges = _simulator.Charges();
        charges.Where((_, i) => i % 2 == 0).ShouldAllBe(c => c.Disputed == 0);
        charges.Where((_, i) => i % 2 == 1).ShouldAllBe(c => c.Disputed == 0 || c.Disputed + c.Refunded == c.Captured);
        charges.ShouldContain(c => c.Disputed > 0);
    }

    [Fact]
    public async Task A_payment_has_one_dispute_at_a_time()
    {
        var psp = await PayAsync(1_000);
        var first = _simulator.OpenDispute("adyen", psp, "inquiry").Value.Split(' ')[1];
        _simulator.OpenDispute("adyen", psp).Fault!.Message.ShouldBe($"dispute {first} of {psp} is not over");
        await _simulator.AdvanceAsync(TimeSpan.FromDays(90));
        var charge = _simulator.Charges().ShouldHaveSingleItem();
        if (charge.Disputed > 0) _simulator.OpenDispute("adyen", psp).Fault!.Message.ShouldBe($"nothing is left of {psp} to dispute");
        else _simulator.OpenDispute("adyen", psp).Fault.ShouldBeNull();
    }

    [Fact]
    public async Task A_cancel_by_reference_leaves_captured_money_alone()
    {
        await PayAsync(1_000, reference: "taken");
        await PayAsync(2_000, reference: "held", manual: true);
        foreach (var reference in (string[])["taken", "held"])
        {
            using var reply = await _client.PostAsJsonAsync("/v71/cancels", new JsonObject { ["merchantAccount"] = "BuskerTest", ["paymentReference"] = reference });
            ((int)reply.StatusCode).ShouldBe(201);
        }

        await _simulator.AdvanceAsync(TimeSpan.FromSeconds(10));
        _simulator.Charges().Select(c => (c.Captured, c.Refunded, c.Released)).ShouldBe([(1_000, 0, 0), (0, 0, 2_000)]);
    }

    [Theory]
    [InlineData("JPY", "1099")]
    [InlineData("BHD", "1.099")]
    [InlineData("ISK", "10.99")]
    [InlineData("CLP", "10.99")]
    [InlineData("IDR", "1099")]
    [InlineData("EUR", "10.99")]
    public async Task The_report_has_the_decimals_that_Adyen_documents(string currency, string gross)
    {
        await PayAsync(1_099, currency);
        await _simulator.AdvanceAsync(TimeSpan.FromDays(1));
        var report = await _client.GetStringAsync(new Uri("/reports/download/MerchantAccount/BuskerTest/settlement_detail_report_batch_1.csv", UriKind.Relative));
        report.Split('\n').Single(l => l.Contains(",Settled,", StringComparison.Ordinal)).Split(',')[11].ShouldBe(gross);
    }

    [Fact]
    public async Task A_stored_card_is_forgotten_by_its_shopper_alone()
    {
        using var made = await _client.PostAsJsonAsync("/v71/storedPaymentMethods", new JsonObject
        {
            ["merchantAccount"] = "BuskerTest", ["shopperReference"] = "ada", ["recurringProcessingModel"] = "CardOnFile", ["paymentMethod"] = Card(),
        });
        var at = "/v71/storedPaymentMethods/" + (string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        async Task<int> ForgetAsync(string query) => (int)(await _client.DeleteAsync(new Uri(at + query, UriKind.Relative))).StatusCode;
        (await ForgetAsync("")).ShouldBe(422);
        (await ForgetAsync("?shopperReference=bob&merchantAccount=BuskerTest")).ShouldBe(422);
        (await ForgetAsync("?shopperReference=ada&merchantAccount=BuskerTest")).ShouldBe(204);
        (await ForgetAsync("?shopperReference=ada&merchantAccount=BuskerTest")).ShouldBe(422);
    }

    private async Task<string> PayAsync(long minor, string currency = "EUR", string reference = "order", bool manual = false, string holder = "A Person")
    {
        var card = Card();
        card["holderName"] = holder;
        using var reply = await _client.PostAsJsonAsync("/v71/payments", new JsonObject
        {
            ["merchantAccount"] = "BuskerTest", ["reference"] = reference, ["returnUrl"] = "https://example.com", ["paymentMethod"] = card,
            ["amount"] = new JsonObject { ["value"] = minor, ["currency"] = currency }, ["additionalData"] = new JsonObject { ["manualCapture"] = manual ? "true" : "false" },
        });
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["pspReference"]!;
    }

    /// <summary>Asks for a modification, and lets it happen.</summary>
    private async Task AskAsync(string path, long? minor = null)
    {
        var body = new JsonObject { ["merchantAccount"] = "BuskerTest" };
        if (minor is { } value) body["amount"] = new JsonObject { ["value"] = value, ["currency"] = "EUR" };
        using var reply = await _client.PostAsJsonAsync(path, body);
        ((int)reply.StatusCode).ShouldBe(201);
        await _simulator.AdvanceAsync(TimeSpan.FromSeconds(10));
    }

    private static JsonObject Card() => new() { ["type"] = "scheme", ["number"] = "4111111111111111", ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737" };
}
