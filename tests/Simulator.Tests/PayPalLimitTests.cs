using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>PayPal at the edges of what it documents: how amounts are written, how large evidence may be, what a dispute may end with.</summary>
public sealed class PayPalLimitTests : IAsyncLifetime, IDisposable
{
    private Simulator _simulator = null!;
    private HttpClient _client = null!;
    private int _key;

    public async Task InitializeAsync()
    {
        _simulator = (await Simulator.Start(new() { Providers = ["paypal"], Seed = 7 })).Value;
        _client = new HttpClient { BaseAddress = _simulator.Address("paypal") };
        await PayPalTests.LogInAsync(_simulator, _client);
    }

    public async Task DisposeAsync()
    {
        _simulator.Discrepancies().ShouldBeEmpty();
        await _simulator.DisposeAsync();
    }

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("5", "USD", null)]
    [InlineData(".5", "USD", null)]
    [InlineData("5.00", "USD", null)]
    [InlineData("1000", "HUF", null)]
    [InlineData("+5.00", "USD", "INVALID_PARAMETER_SYNTAX")]
    [InlineData("5.", "USD", "INVALID_PARAMETER_SYNTAX")]
    [InlineData("5.00\n", "USD", "INVALID_PARAMETER_SYNTAX")]
    [InlineData("1e3", "USD", "INVALID_PARAMETER_SYNTAX")]
    [InlineData("", "USD", "INVALID_PARAMETER_SYNTAX")]
    [InlineData("10.5", "TWD", "DECIMAL_PRECISION")]
    [InlineData("-5.00", "USD", "CANNOT_BE_ZERO_OR_NEGATIVE")]
    public async Task An_amount_is_written_as_documented(string value, string currency, string? issue)
    {
        var order = await PayAsync(value, currency);
        ((string?)order["details"]?[0]?["issue"]).ShouldBe(issue);
        _simulator.Charges().Count.ShouldBe(issue is null ? 1 : 0);
    }

    [Theory]
    [InlineData(4, 200)]
    [InlineData(6, 422)]
    public async Task Evidence_is_up_to_fifty_megabytes_together(int documents, int status)
    {
        var capture = (string)(await PayAsync("20.00", "USD"))["purchase_units"]![0]!["payments"]!["captures"]![0]!["id"]!;
        var dispute = _simulator.OpenDispute("paypal", capture).Value.Split(' ')[0];
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent("""{"evidences":[{"evidence_type":"OTHER","notes":"n"}]}""", new MediaTypeHeaderValue("application/json")), "input");
        var pdf = new byte[9 << 20];
        "%PDF-1.7"u8.CopyTo(pdf);
        for (var i = 0; i < documents; i++) form.Add(new ByteArrayContent(pdf) { Headers = { ContentType = new("application/pdf") } }, $"file{i}", $"file{i}.pdf");
        using var reply = await _client.PostAsync(new Uri($"/v1/customer/disputes/{dispute}/provide-evidence", UriKind.Relative), form);
        ((int)reply.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task A_refund_that_ends_a_dispute_is_its_outcome()
    {
        var capture = await WalletAsync();
        var dispute = _simulator.OpenDispute("paypal", capture, "product_not_received").Value.Split(' ')[0];
        await SendAsync($"/v2/payments/captures/{capture}/refund", "{}");
        var outcome = (await _client.GetFromJsonAsync<JsonObject>("/v1/customer/disputes/" + dispute))!["dispute_outcome"]!;
        ((string)outcome["outcome_code"]!, (string)outcome["amount_refunded"]!["value"]!).ShouldBe(("RESOLVED_BUYER_FAVOUR", "20.00"));
    }

    [Theory]
    [InlineData("make-offer", "offer_amount", """{"offer_type":"REFUND","note":"half","offer_amount":{"currency_code":"$","value":"10.00"}}""")]
    [InlineData("accept-claim", "refund_amount", """{"accept_claim_type":"PARTIAL_REFUND","note":"half","refund_amount":{"currency_code":"$","value":"10.00"}}""")]
    [InlineData("accept-claim", "refund_amount", """{"accept_claim_type":"REFUND_WITH_RETURN","note":"half","refund_amount":{"currency_code":"$","value":"10.00"}}""")]
    public async Task What_is_given_back_in_a_dispute_is_of_its_currency(string act, string member, string body)
    {
        var dispute = "/v1/customer/disputes/" + _simulator.OpenDispute("paypal", await WalletAsync(), "product_not_received").Value.Split(' ')[0];
        var before = (await _client.GetFromJsonAsync<JsonObject>(dispute))!.ToJsonString();
        var refused = await SendAsync($"{dispute}/{act}", body.Replace("$", "EUR", StringComparison.Ordinal));
        ((string?)refused["name"], (string?)refused["details"]?[0]?["issue"], (string?)refused["details"]?[0]?["field"])
            .ShouldBe(("UNPROCESSABLE_ENTITY", "CURRENCY_MISMATCH", $"/{member}/currency_code"));
        (await _client.GetFromJsonAsync<JsonObject>(dispute))!.ToJsonString().ShouldBe(before);
        (await SendAsync($"{dispute}/{act}", body.Replace("$", "USD", StringComparison.Ordinal)))["links"].ShouldNotBeNull();
    }

    private Task<JsonObject> PayAsync(string value, string currency) => SendAsync("/v2/checkout/orders", new JsonObject
    {
        ["intent"] = "CAPTURE", ["purchase_units"] = new JsonArray(new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = currency, ["value"] = value } }),
        ["payment_source"] = new JsonObject { ["card"] = new JsonObject { ["number"] = "4012888888881881", ["expiry"] = "2030-01" } },
    }.ToJsonString());

    /// <summary>Twenty dollars of a buyer's account: disputes about them begin as inquiries.</summary>
    private async Task<string> WalletAsync()
    {
        var order = await SendAsync("/v2/checkout/orders", """{"intent":"CAPTURE","purchase_units":[{"amount":{"currency_code":"USD","value":"20.00"}}]}""");
        var id = (string)order["id"]!;
        using var form = new FormUrlEncodedContent([new("token", id), new("action", "approve")]);
        using var approved = await _client.PostAsync(new Uri("/checkoutnow", UriKind.Relative), form);
        var paid = await SendAsync($"/v2/checkout/orders/{id}/capture", "{}");
        return (string)paid["purchase_units"]![0]!["payments"]!["captures"]![0]!["id"]!;
    }

    private async Task<JsonObject> SendAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("PayPal-Request-Id", $"{++_key}");
        request.Headers.Add("Prefer", "return=representation");
        using var reply = await _client.SendAsync(request);
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
