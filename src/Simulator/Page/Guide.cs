using System.Text;
using Busker.Simulator.Core;
using Busker.Simulator.Faults;
using Busker.Simulator.World;

namespace Busker.Simulator.Page;

/// <summary>The guide's text, made from the endpoint tables, the fault table and the presets: what is simulated and what is not.</summary>
public static class Guide
{
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("# The payment provider simulator\n\n");
        text.Append("This page is generated from the code: `./busker simulate --guide > docs/guides/simulator.md`.\n\n");
        text.Append("`./busker simulate [PROVIDER|all] [--scenario NAME|FILE] [--seed N] [--port N] [--clock real|frozen|xN] [--snapshot FILE] [--webhook-timeout SECONDS]`\n");
        text.Append("listens on loopback and prints addresses, keys and a snippet for each official client. In tests: `Simulator.Start(...)`.\n\n");
        text.Append($"## In a test\n\nOn a clock that stands still until it is told; reference `src/Simulator` alone, with any client that speaks to the provider:\n\n```csharp\n{Test}```\n\n");
        text.Append("## Its own side, on every address\n\n| request | answer |\n|---|---|\n");
        foreach (var (request, answer) in Sides) text.Append($"| `{request}` | {answer} |\n");
        text.Append("\n## Faults\n\nOne line is one rule: `PROVIDER CHANNEL PATTERN FAULT[(argument)] [p=0.1] [count=3] [skip=2] [from=1h] [until=2h] [flap=30s/10s] [seed=7]`.\n");
        text.Append("The channel is an HTTP method, `webhook`, `file` or `*`; in the pattern `*` stands for any characters. Times count from the scenario's start; `count` and `skip` count within a lane (header `Sim-Lane`).\n\n| fault | what happens |\n|---|---|\n");
        foreach (var (word, _, meaning) in FaultKinds.Table) text.Append($"| `{word}` | {meaning} |\n");
        text.Append("\n## Scenarios\n\n| preset | the world |\n|---|---|\n");
        foreach (var name in ScenarioReader.Presets) text.Append($"| `{name}` | {ScenarioReader.Open(name).Value.About} |\n");
        text.Append("\n## Worth knowing\n\n");
        foreach (var note in Notes) text.Append($"* {note}\n");
        foreach (var provider in Simulator.Every()) Endpoints(text, provider);
        return text.ToString();
    }

    /// <summary>As it stands in the tests, where it runs.</summary>
    private const string Test = """
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Scenario = scenario, Seed = 7 })).Value;
        simulator.ClearFaults(); // a preset brings its own
        using var client = new HttpClient { BaseAddress = simulator.Address("stripe") };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + simulator.Key("stripe"));
        client.DefaultRequestHeaders.Add("Idempotency-Key", "order-1");
        Task<HttpResponseMessage> PayAsync() => client.PostAsync("/v1/payment_intents", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["amount"] = "1099", ["currency"] = "usd", ["payment_method"] = "pm_card_visa", ["payment_method_types[]"] = "card", ["confirm"] = "true",
        }));

        simulator.AddFault("stripe POST /v1/payment_intents drop-after count=1");
        await Assert.ThrowsAsync<HttpRequestException>(PayAsync);    // charged, and nobody was told
        Assert.True((await PayAsync()).IsSuccessStatusCode);         // the same key: the first answer again
        var charge = Assert.Single(simulator.Charges());             // the truth: charged once
        Assert.Equal(1_099, charge.Captured);

        Assert.Null(simulator.OpenDispute("stripe", charge.Id).Fault);
        await simulator.AdvanceAsync(TimeSpan.FromDays(30));         // unanswered, so it is lost
        Assert.Equal(1_099, charge.Disputed);
        Assert.Empty(simulator.Discrepancies());

        """;

    private static readonly string[] Notes =
    [
        "**Fraud** is what whoever pays calls so: metadata `sim_fraud=true` (Stripe, Adyen), `sim_fraud` in the `custom_id` (PayPal). Its owner disputes it in the scenario's share, weeks later.",
        "**3-D Secure shifts the liability**: no chargeback for fraud follows, nor after it was tried with a card that is not enrolled (`attempt_acknowledged`). The bank still reports the fraud (early fraud warning, NOTIFICATION_OF_FRAUD); at Stripe and Adyen it also asks, in the scenario's share of inquiries, and charges back the scenario's share of those that stay unanswered. Disputes for other reasons come as ever; those opened by hand always.",
        "**Receivers of webhooks** have ten seconds to answer (`--webhook-timeout`, `WebhookTimeout`), on this machine's clock, since they run on this machine. One that let them pass gets a twentieth on each further attempt, until it answers: a receiver that hangs holds a test up once.",
        "**Card numbers** are taken at Stripe wherever a payment method is described, `payment_method_data[card]` included, as by accounts with access to the raw card data APIs. The code and the address are checked if they were sent; test tokens bring the data that their card is about.",
        "**3-D Secure lookups that fail** at Stripe: 4000 0084 0000 1280 is declined; 4000 0000 0000 3097 pays when asked for 3-D Secure, with the result `processing_error` and without a shift of liability.",
        "**Bank debits** at Stripe: the IBANs of the testing page are those of AT, BE, CH, DE, EE, ES, FI, FR, GB, GI, HR, IE, LI, LT, LU, NL, NO, PT and SE; any other IBAN pays. A failed debit has the charge's `failure_code` where the page names it, and none where it says only that the payment fails. Micro-deposits (000666666661), Bacs, BECS and cards with a PIN are not simulated.",
        "**Fees of disputes** are kept at Stripe, also when the dispute is won.",
        "**What was held and not captured** at Stripe is shown as a refund without a balance transaction, and in the charge's `amount_refunded`, as Stripe does.",
        "**Dispute prevention** at Stripe: the account is not enrolled, so the cards of that section are disputed.",
        "**A snapshot** holds its scenario's name, seed, start and providers, and every request since: starting on it with others is refused, and one simulator at a time has it. With the clock `real`, what came due while it was stopped happens at the start. Requests that waited for latency or a delay are restored at the time they arrived; without either, the state is the same to the bit.",
        "**Minor units** of `/_sim/charges` and `/_sim/books` are the provider's own; `decimals` stands beside them (a forint has none at PayPal, an Icelandic króna two at Stripe and Adyen).",
        "**Not there**: Stripe's `/v2` endpoints, and so their idempotency keys of 30 days; those of `/v1` last 24 hours. Connect: there is one account, and the header `Stripe-Account` is not looked at.",
    ];

    private static readonly (string Request, string Answer)[] Sides =
    [
        ("GET /_sim", "the page"), ("GET /_sim/journal[?order=lane]", "every request with its fault, one JSON line each; `provider`, `lane`, `method`, `path`, `key`, `subject`, `status` and `fault` choose, with `*` for any characters"),
        ("GET /_sim/charges[?reference=…]", "the truth: what was really charged, with the approval probability it was drawn from"),
        ("GET /_sim/requests", "the last requests with their bodies"), ("GET /_sim/webhooks", "webhook attempts"), ("GET /_sim/state", "clock, rules, keys, refunds"),
        ("GET /_sim/books", "balances by account, and what does not reconcile"), ("GET /_sim/cards", "the world's cards with the truth about them"),
        ("GET /_sim/shoppers?minute=N", "the traffic of a minute, fraud included"),
        ("POST /_sim/clock", "`{\"advance\":\"2h\"}`, `{\"rate\":60}`, `{\"rate\":0}`"), ("POST, DELETE /_sim/faults", "`{\"rule\":\"…\"}`"),
        ("POST /_sim/disputes", "`{\"provider\":\"stripe\",\"charge\":\"ch_…\",\"reason\":\"fraudulent\"}`"),
        ("POST /_sim/refund_failures", "`{\"refund\":\"re_…\"}`"), ("POST /_sim/settle", "waits until webhooks that have left are answered"),
    ];

    private static void Endpoints(StringBuilder text, Provider provider)
    {
        text.Append($"\n## {provider.Name}\n\n| endpoint | simulated | not simulated |\n|---|---|---|\n");
        foreach (var endpoint in provider.Endpoints) text.Append($"| `{endpoint.Name}` | {endpoint.Simulated} | {endpoint.Missing} |\n");
    }
}
