using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>A request that is refused has done nothing: what it would have made is not there, what it would have changed is as before.</summary>
public sealed class RefusedTests
{
    /// <summary>Valid but for its last part.</summary>
    private static readonly string Spoilt = "&metadata[" + new string('k', 41) + "]=v";

    public static TheoryData<string, string, string> Made => new()
    {
        { "/v1/customers", "email=a@example.com&payment_method=pm_card_visa", "customers" },
        { "/v1/products", "name=Premium", "products" },
        { "/v1/prices", "currency=usd&unit_amount=999&recurring[interval]=month&product_data[name]=Premium", "prices products" },
        { "/v1/payment_methods", "type=card&card[token]=tok_visa", "" },
        { "/v1/payment_intents", "amount=1099&currency=usd&payment_method=pm_card_visa", "payment_intents" },
        { "/v1/payment_intents", "amount=1099&currency=usd&payment_method=pm_card_visa&confirm=true&payment_method_types[]=card", "payment_intents charges" },
        { "/v1/setup_intents", "payment_method=pm_card_visa", "setup_intents" },
        { "/v1/charges", "amount=1099&currency=usd&source=tok_visa", "charges" },
        { "/v1/refunds", "charge={charge}", "refunds" },
        { "/v1/payouts", "amount=100&currency=usd", "payouts" },
        { "/v1/subscriptions", "customer={customer}&items[0][price]={price}", "subscriptions invoices" },
        { "/v1/invoices", "customer={customer}", "invoices" },
        { "/v1/webhook_endpoints", "url=http://127.0.0.1:1/&enabled_events[]=*", "webhook_endpoints" },
    };

    public static TheoryData<string, string> Changed => new()
    {
        { "/v1/customers/{customer}", "email=b@example.com&name=B" },
        { "/v1/charges/{charge}", "description=other" },
        { "/v1/payment_methods/{method}", "billing_details[name]=Other" },
        { "/v1/payment_intents/{intent}", "amount=700" },
        { "/v1/products/{product}", "name=Other" },
        { "/v1/prices/{price}", "nickname=Other" },
        { "/v1/subscriptions/{subscription}", "cancel_at_period_end=true" },
        { "/v1/setup_intents/{setup}", "description=Other" },
        { "/v1/refunds/{refund}", "metadata[a]=b" },
        { "/v1/webhook_endpoints/{endpoint}", "description=Other" },
    };

    [Theory]
    [MemberData(nameof(Made))]
    public async Task What_a_refused_request_would_have_made_is_not_there(string path, string form, string lists)
    {
        await using var town = await Town.OpenAsync();
        string[] watched = [.. lists.Split(' ', StringSplitOptions.RemoveEmptyEntries), "events", "balance_transactions"];
        var before = await town.ListsAsync(watched);
        var charged = town.Simulator.Charges().Count;
        ((string?)(await town.SendAsync(path, form + Spoilt, 400))["error"]!["param"]).ShouldBe("metadata");
        (await town.ListsAsync(watched)).ShouldBe(before);
        town.Simulator.Charges().Count.ShouldBe(charged);
        await town.SendAsync(path, form, 200); // and it was valid but for that
    }

    [Theory]
    [MemberData(nameof(Changed))]
    public async Task What_a_refused_request_would_have_changed_is_as_before(string path, string form)
    {
        await using var town = await Town.OpenAsync();
        var before = (await town.SendAsync(path, null, 200)).ToJsonString();
        var events = await town.ListsAsync("events");
        ((string?)(await town.SendAsync(path, form + Spoilt, 400))["error"]!["param"]).ShouldBe("metadata");
        (await town.SendAsync(path, null, 200)).ToJsonString().ShouldBe(before);
        (await town.ListsAsync("events")).ShouldBe(events);
        (await town.SendAsync(path, form, 200)).ToJsonString().ShouldNotBe(before);
    }

    [Fact]
    public async Task A_customer_with_a_wrong_address_is_neither_made_nor_changed()
    {
        await using var town = await Town.OpenAsync();
        var before = await town.ListsAsync("customers", "events");
        await town.SendAsync("/v1/customers", "name=A&email=nobody", 400);
        await town.SendAsync("/v1/customers/{customer}", "name=A&email=nobody", 400);
        await town.SendAsync("/v1/customers", "name=A&payment_method=pm_none", 400, 404);
        await town.SendAsync("/v1/customers", "name=A&invoice_settings[default_payment_method]=pm_none", 400, 404);
        (await town.ListsAsync("customers", "events")).ShouldBe(before);
    }

    [Fact]
    public async Task An_intent_that_is_made_and_refused_in_one_request_was_never_there()
    {
        await using var town = await Town.OpenAsync();
        await using var receiver = await Receiver.OpenAsync();
        await town.SendAsync("/v1/webhook_endpoints", $"url={receiver.Url}&enabled_events[]=*", 200);
        var before = await town.ListsAsync("payment_intents", "events");
        await town.SendAsync("/v1/payment_intents", "amount=1099&currency=usd&payment_method=pm_card_visa&automatic_payment_methods[enabled]=true&confirm=true", 400); // no return_url
        (await town.ListsAsync("payment_intents", "events")).ShouldBe(before);
        await town.SendAsync("/v1/payment_intents", "amount=1099&currency=usd&payment_method=pm_card_chargeDeclined&payment_method_types[]=card&confirm=true", 402);
        (await town.ListsAsync("payment_intents")).ShouldContain("requires_payment_method"); // a decline did happen
        await town.Simulator.Settled();
        receiver.Got.Select(g => (string?)JsonNode.Parse(g.Body)!["type"]).ShouldBe(["payment_intent.created", "charge.failed", "payment_intent.payment_failed"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_address_to_return_to_that_came_with_a_refused_request_is_not_remembered()
    {
        await using var town = await Town.OpenAsync();
        var intent = (string?)(await town.SendAsync("/v1/payment_intents", "amount=1099&currency=usd&payment_method=pm_card_visa&automatic_payment_methods[enabled]=true", 200))["id"];
        await town.SendAsync($"/v1/payment_intents/{intent}/confirm", "return_url=https://example.com&payment_method=pm_none", 400, 404);
        await town.SendAsync($"/v1/payment_intents/{intent}/confirm", "", 400);
        await town.SendAsync($"/v1/payment_intents/{intent}/confirm", "return_url=https://example.com", 200);
    }

    /// <summary>An account with one of everything.</summary>
    private sealed class Town : IAsyncDisposable
    {
        private readonly Dictionary<string, string> _ids = [];
        private HttpClient _client = null!;

        public required Simulator Simulator { get; init; }

        public static async Task<Town> OpenAsync()
        {
            var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
            var town = new Town { Simulator = simulator, _client = await CrowdTests.ClientAsync(simulator, "stripe") };
            await town.MakeAsync("customer", "/v1/customers", "email=a@example.com");
            await town.MakeAsync("method", "/v1/payment_methods", "type=card&card[token]=tok_visa");
            await town.SendAsync("/v1/payment_methods/{method}/attach", "customer={customer}", 200);
            await town.SendAsync("/v1/customers/{customer}", "invoice_settings[default_payment_method]={method}", 200);
            await town.MakeAsync("charge", "/v1/charges", "amount=5000&currency=usd&source=tok_bypassPending");
            await town.MakeAsync("intent", "/v1/payment_intents", "amount=1099&currency=usd");
            await town.MakeAsync("setup", "/v1/setup_intents", "payment_method=pm_card_visa");
            await town.MakeAsync("product", "/v1/products", "name=Premium");
            await town.MakeAsync("price", "/v1/prices", "currency=usd&unit_amount=999&recurring[interval]=month&product={product}");
            await town.MakeAsync("subscription", "/v1/subscriptions", "customer={customer}&items[0][price]={price}");
            await town.MakeAsync("invoice", "/v1/invoices", "customer={customer}");
            await town.MakeAsync("refund", "/v1/refunds", "charge={charge}&amount=50");
            await town.MakeAsync("endpoint", "/v1/webhook_endpoints", "url=http://127.0.0.1:1/&enabled_events[]=charge.failed");
            return town;
        }

        public async Task<JsonNode> SendAsync(string path, string? form, params int[] expected)
        {
            var at = new Uri(Named(path), UriKind.Relative);
            using var content = form is null ? null : new StringContent(Named(form), new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            using var reply = form is null ? await _client.GetAsync(at) : await _client.PostAsync(at, content);
            var text = await reply.Content.ReadAsStringAsync();
            expected.ShouldContain((int)reply.StatusCode, text);
            return JsonNode.Parse(text)!;
        }

        public async Task<string> ListsAsync(params string[] kinds)
        {
            var lists = new List<string>();
            foreach (var kind in kinds) lists.Add((await SendAsync($"/v1/{kind}?limit=100", null, 200)).ToJsonString());
            return string.Join('\n', lists);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await Simulator.DisposeAsync();
        }

        private async Task MakeAsync(string name, string path, string form) => _ids[name] = (string)(await SendAsync(path, form, 200))["id"]!;

        private string Named(string text) => _ids.Aggregate(text, (t, id) => t.Replace("{" + id.Key + "}", id.Value, StringComparison.Ordinal));
    }
}
