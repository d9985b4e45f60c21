using System.Net.Http.Headers;
using System.Text.Json;

namespace Busker.Simulator.Tests;

public sealed class StripeRefusalTests
{
    private const string Intents = "/v1/payment_intents";
    private const string Usd = "amount=1099&currency=usd&";

    [Theory]
    [InlineData(Intents, "amount=1099&currency=xxx", "currency", null, "Invalid currency: xxx. Stripe currently supports these currencies: usd, aed, afn, ")]
    [InlineData("/v1/charges", "amount=1099&currency=xxx&source=tok_visa", "currency", null, "Invalid currency: xxx. Stripe currently supports")]
    [InlineData("/v1/prices", "unit_amount=1099&currency=xxx&product_data[name]=a", "currency", null, "Invalid currency: xxx. Stripe currently supports")]
    [InlineData(Intents, "amount=49&currency=usd", "amount", "amount_too_small", "Amount must be at least $0.50 usd")]
    [InlineData(Intents, "amount=49&currency=JPY", "amount", "amount_too_small", "Amount must be at least ¥50 jpy")]
    [InlineData("/v1/charges", "amount=29&currency=gbp&source=tok_visa", "amount", "amount_too_small", "Amount must be at least £0.30 gbp")]
    [InlineData(Intents, "amount=17499&currency=huf", "amount", "amount_too_small", "Amount must be at least 175.00 huf")]
    [InlineData(Intents, "amount=10005&currency=kwd", "amount", "parameter_invalid_integer", "Invalid amount: kwd has three decimals, and the last digit must be 0.")]
    [InlineData(Intents, Usd + "metadata=x", "metadata", null, "Invalid object")]
    [InlineData(Intents, Usd + "expand[]=nope", "expand", null, "This property cannot be expanded (nope).")]
    [InlineData(Intents, Usd + "expand[]=metadata", "expand", null, "This property cannot be expanded (metadata).")]
    [InlineData("/v1/charges?expand[]=customer", null, "expand", null, "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead.")]
    [InlineData("/v1/charges?expand[]=data.nope", null, "expand", null, "This property cannot be expanded (nope).")]
    [InlineData(Intents, Usd + "payment_method_types[]=bogus", "payment_method_types", null, "The payment method type \"bogus\" is invalid.")]
    [InlineData("/v1/setup_intents", "payment_method_types[]=bogus", "payment_method_types", null, "The payment method type \"bogus\" is invalid.")]
    [InlineData(Intents, Usd + "setup_future_usage=weird", "setup_future_usage", null, "Invalid setup_future_usage: must be one of off_session or on_session")]
    [InlineData(Intents, Usd + "capture_method=weird", "capture_method", null, "Invalid capture_method: must be one of automatic, automatic_async, or manual")]
    [InlineData(Intents, Usd + "statement_descriptor_suffix=aaaaaaaaaaaaaaaaaaaaaaa", "statement_descriptor_suffix", null, "The statement descriptor suffix must be at most 22 characters.")]
    [InlineData(Intents, Usd + "return_url=nope", "return_url", "url_invalid", "Not a valid URL")]
    [InlineData("/v1/setup_intents", "return_url=://x", "return_url", "url_invalid", "Not a valid URL")]
    [InlineData(Intents, Usd + "receipt_email=nope", "receipt_email", "email_invalid", "Invalid email address: nope")]
    [InlineData("/v1/charges", Usd + "source=tok_visa&receipt_email=a@", "receipt_email", "email_invalid", "Invalid email address: a@")]
    [InlineData("/v1/webhook_endpoints", "url=https://example.com&enabled_events[]=*&enabled_events[]=no.such", "enabled_events[1]", null, "Invalid enabled_events[1]: must be one of ")]
    [InlineData("/v1/payment_intents/search?query=amount%3Eabc", null, "query", null, "Invalid value for field `amount`: `abc` is not a number")]
    public async Task What_the_real_api_refuses_is_refused_in_its_form(string path, string? form, string param, string? code, string message)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 3 })).Value;
        using var client = Client(simulator);
        using var error = await RefusedAsync(client, path, form);
        Said(error, param, code, message);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    public async Task A_capture_of_nothing_is_refused(string amount)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 3 })).Value;
        using var client = Client(simulator);
        using var content = Content(Usd + "payment_method=pm_card_visa&payment_method_types[]=card&confirm=true&capture_method=manual");
        using var made = await client.PostAsync(new Uri(Intents, UriKind.Relative), content);
        using var intent = JsonDocument.Parse(await made.Content.ReadAsStringAsync());
        using var error = await RefusedAsync(client, $"{Intents}/{intent.RootElement.GetProperty("id").GetString()}/capture", "amount_to_capture=" + amount);
        Said(error, "amount_to_capture", "parameter_invalid_integer", "This value must be greater than or equal to 1.");
    }

    [Theory]
    [InlineData("amount=50&currency=JPY&return_url=myshop://back&receipt_email=a@example.com&setup_future_usage=on_session")]
    [InlineData("amount=10010&currency=kwd&statement_descriptor_suffix=aaaaaaaaaaaaaaaaaaaaaa&metadata[a]=b&expand[]=customer")]
    [InlineData("amount=30&currency=gbp&payment_method_types[]=card&metadata=&setup_future_usage=")]
    public async Task What_is_just_within_the_bounds_is_taken(string form)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 3 })).Value;
        using var client = Client(simulator);
        using var content = Content(form);
        using var reply = await client.PostAsync(new Uri(Intents, UriKind.Relative), content);
        ((int)reply.StatusCode).ShouldBe(200, await reply.Content.ReadAsStringAsync());
    }

    private static void Said(JsonDocument reply, string param, string? code, string message)
    {
        var error = reply.RootElement.GetProperty("error");
        error.GetProperty("message").GetString()!.ShouldStartWith(message);
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        error.GetProperty("param").GetString().ShouldBe(param);
        (error.TryGetProperty("code", out var given) ? given.GetString() : null).ShouldBe(code);
    }

    private static async Task<JsonDocument> RefusedAsync(HttpClient client, string path, string? form)
    {
        using var content = Content(form ?? "");
        using var reply = form is null ? await client.GetAsync(new Uri(path, UriKind.Relative)) : await client.PostAsync(new Uri(path, UriKind.Relative), content);
        ((int)reply.StatusCode).ShouldBe(400);
        return JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
    }

    private static StringContent Content(string form) => new(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    private static HttpClient Client(Simulator simulator) => new()
    {
        BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") },
    };
}
