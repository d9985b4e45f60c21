using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>Strong customer authentication at Adyen: what the bank demands and what the merchant asks for.</summary>
public sealed class AdyenExemptionTests : IAsyncLifetime, IDisposable
{
    /// <summary>The documented test card whose bank wants an answer, and one whose bank does not.</summary>
    private const string Asks = "4917610000000000", Quiet = "4111111111111111";

    private Simulator _simulator = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 7 })).Value;
        _client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _simulator.Address("adyen"), DefaultRequestHeaders = { { "X-API-Key", _simulator.Key("adyen") } } };
    }

    public async Task DisposeAsync()
    {
        _simulator.Discrepancies().ShouldBeEmpty();
        await _simulator.DisposeAsync();
    }

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(Asks, 1_000, null, null, "RedirectShopper")]
    [InlineData(Asks, 3_000, "lowValue", null, "Authorised")]
    [InlineData(Asks, 3_001, "lowValue", null, "RedirectShopper")]
    [InlineData(Asks, 25_000, "transactionRiskAnalysis", null, "Authorised")]
    [InlineData(Asks, 25_001, "transactionRiskAnalysis", null, "RedirectShopper")]
    [InlineData(Asks, 1_000, "trustedBeneficiary", null, "RedirectShopper")]
    [InlineData(Asks, 1_000, null, "never", "Refused")]
    [InlineData(Asks, 1_000, "lowValue", "never", "Authorised")]
    [InlineData(Asks, 5_000, "lowValue", "never", "Refused")]
    [InlineData(Asks, 1_000, "lowValue", "always", "RedirectShopper")]
    [InlineData(Quiet, 1_000, null, "never", "Authorised")]
    [InlineData(Quiet, 1_000, null, "always", "RedirectShopper")]
    public async Task The_bank_and_the_merchant_decide_who_is_asked(string card, long minor, string? exemption, string? attempt, string result)
    {
        var paid = await PayAsync(card, minor, exemption, attempt);
        ((string)paid["resultCode"]!).ShouldBe(result);
        if (result == "Authorised") ((string?)paid["additionalData"]!["scaExemptionRequested"]).ShouldBe(exemption);
        if (result == "Refused") ((string)paid["refusalReasonCode"]!, (string)paid["refusalReason"]!).ShouldBe(("38", "Authentication required"));
        _simulator.Charges().Sum(c => c.Captured).ShouldBe(result == "Authorised" ? minor : 0);
    }

    [Fact]
    public async Task The_older_field_means_the_same()
    {
        ((string)(await PayAsync(Asks, 1_000, more: ("executeThreeD", "false")))["refusalReasonCode"]!).ShouldBe("38");
        ((string)(await PayAsync(Quiet, 1_000, more: ("executeThreeD", "true")))["resultCode"]!).ShouldBe("RedirectShopper");
    }

    [Fact]
    public async Task Small_payments_are_counted_until_the_shopper_is_asked()
    {
        for (var time = 0; time < 5; time++) ((string)(await PayAsync(Asks, 500, "lowValue"))["resultCode"]!).ShouldBe("Authorised");
        var sixth = await PayAsync(Asks, 500, "lowValue");
        ((string)sixth["resultCode"]!).ShouldBe("RedirectShopper");
        ((string)(await AnswerAsync(sixth, "/yes"))["resultCode"]!).ShouldBe("Authorised");
        for (var time = 0; time < 3; time++) ((string)(await PayAsync(Asks, 3_000, "lowValue"))["resultCode"]!).ShouldBe("Authorised");
        ((string)(await PayAsync(Asks, 1_001, "lowValue"))["resultCode"]!).ShouldBe("RedirectShopper"); // more than 100.00 together
    }

    [Theory]
    [InlineData(null, false, "true")]
    [InlineData("02", false, "true")]
    [InlineData("05", false, "false")]
    [InlineData("04", true, "true")]
    public async Task The_challenge_indicator_wishes_for_a_question_or_for_none(string? indicator, bool asks, string shifted)
    {
        var paid = await PayAsync(Quiet, 1_000, attempt: "always", indicator: indicator);
        using var page = await _client.GetAsync(new Uri((string)paid["action"]!["url"]!));
        page.StatusCode.ShouldBe(asks ? HttpStatusCode.OK : HttpStatusCode.SeeOther);
        var done = await AnswerAsync(paid, asks ? "/yes" : "");
        ((string)done["resultCode"]!, (string)done["additionalData"]!["liabilityShift"]!).ShouldBe(("Authorised", shifted));
    }

    private async Task<JsonObject> AnswerAsync(JsonObject paid, string choice)
    {
        using var back = await _client.GetAsync(new Uri((string)paid["action"]!["url"]! + choice));
        var details = new JsonObject { ["details"] = new JsonObject { ["redirectResult"] = back.Headers.Location!.Query.Split('=')[1] } };
        return (await (await _client.PostAsJsonAsync("/v71/payments/details", details)).Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task<JsonObject> PayAsync(string card, long minor, string? exemption = null, string? attempt = null, string? indicator = null, (string Name, string Value)? more = null)
    {
        var additional = new JsonObject();
        if (exemption is not null) additional["scaExemption"] = exemption;
        if (more is { } one) additional[one.Name] = one.Value;
        var body = new JsonObject
        {
            ["merchantAccount"] = "BuskerTest", ["reference"] = "order", ["returnUrl"] = "https://example.com", ["additionalData"] = additional,
            ["amount"] = new JsonObject { ["value"] = minor, ["currency"] = "EUR" },
            ["paymentMethod"] = new JsonObject { ["type"] = "scheme", ["number"] = card, ["expiryMonth"] = "03", ["expiryYear"] = "2030", ["cvc"] = "737" },
        };
        if (attempt is not null) body["authenticationData"] = new JsonObject { ["attemptAuthentication"] = attempt };
        if (indicator is not null) body["threeDS2RequestData"] = new JsonObject { ["threeDSRequestorChallengeInd"] = indicator };
        return (await (await _client.PostAsJsonAsync("/v71/payments", body)).Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
