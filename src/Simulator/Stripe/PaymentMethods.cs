using System.Globalization;
using System.Text.Json;
using Busker.Simulator.World;

namespace Busker.Simulator.Stripe;

/// <summary>What really pays, behind a payment method.</summary>
internal sealed class Instrument(Card? card, TestCard? test, BankBehaviour? bank)
{
    public Card? Card { get; set; } = card;
    public TestCard? Test { get; } = test;

    public BankBehaviour? Bank { get; } = bank;

    /// <summary>Set up for off-session use: no more challenges on cards that are asked once.</summary>
    public bool SetUp { get; set; }

    /// <summary>Paid without a customer, or taken from one: it is not used again.</summary>
    public bool Spent { get; set; }

    /// <summary>How its charges showed it the last time.</summary>
    public CardStencil? Stencil { get; set; }

    /// <summary>The same, for one payment method's own changes.</summary>
    public Instrument Alone() => new(Card, Test, Bank) { SetUp = SetUp };
}

/// <summary>PaymentMethods and tokens: test tokens, test numbers, the scenario's cards, SEPA and US bank accounts.</summary>
internal sealed class PaymentMethods(Sandbox box)
{
    private const string Url = "/v1/payment_methods";

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, call => Create(call.Form, ""), "card by number or token, sepa_debit by IBAN and us_bank_account by number, billing details, metadata", "other types; micro-deposits: US accounts count as verified"),
        new("GET", Url, call => Listing.Page(call, Of(call.Form["customer"]), "payment_method", Url, "customer", "type"), "by customer and type"),
        new("GET", Url + "/{id}", call => box.Store.Get("payment_method", call.Id), "as stored"),
        new("POST", Url + "/{id}", Update, "billing details, expiry, metadata"),
        new("POST", Url + "/{id}/attach", Attach, "to a customer; cards that decline are refused here, as documented; the scenario's cards are renewed by the updater"),
        new("POST", Url + "/{id}/detach", Detach, "from its customer, for ever"),
        new("GET", "/v1/customers/{id}/payment_methods", call => Listing.Page(call, Of(box.Store.Get("customer", call.Id).Id), "payment_method", $"/v1/customers/{call.Id}/payment_methods", "type"), "of one customer"),
        new("GET", "/v1/customers/{id}/payment_methods/{pm}", call => box.Store.Get("payment_method", call.Ask.Values[1]), "one of a customer's"),
        new("POST", "/v1/tokens", Token, "card tokens by number", "bank account, person and account tokens"),
        new("GET", "/v1/tokens/{id}", call => box.Store.Get("token", call.Id), "as created"),
        new("GET", "/v1/mandates/{id}", call => box.Store.Get("mandate", call.Id), "made by setup intents and by setup_future_usage"),
    ];

    /// <summary>A payment method by id, or a fresh one of a test token.</summary>
    public Thing Resolve(string id, string param = "payment_method")
    {
        if (box.Store.Find("payment_method", id) is { } known) return known;
        if (TestCards.Token(id) is { } test) return OfCard(new Card(test.Number, 12, 2034), test);
        if (TestAccounts.Token(id) is var (type, account, behaviour)) return OfBank(type, account, behaviour);
        if (box.Store.Find("token", id) is { Hidden: Card card } token)
        {
            if (token.Flag("used")) throw StripeError.Invalid($"You cannot use a Stripe token more than once: {id}.", param, "token_already_used");
            token["used"] = true;
            var shown = (Thing)token["card"]!;
            return OfCard(card, TestCards.Number(card.Number), new(shown.Text("address_line1_check"), shown.Text("address_zip_check"), shown.Text("cvc_check")));
        }

        throw StripeError.Missing("payment_method", id, param);
    }

    /// <summary>What all payments by a test token share.</summary>
    public Standing Stand(Card card, TestCard test) => new(OfTest(card, test), Shown(card, test));

    /// <summary>From <c>type</c>, <c>card[…]</c> and so on below a prefix such as <c>payment_method_data</c>.</summary>
    public Thing Create(Form form, string prefix)
    {
        string P(string name) => prefix.Length == 0 ? name : prefix + "[" + (name.Contains('[') ? name.Insert(name.IndexOf('['), "]") : name + "]");
        var type = form.Required(P("type"));
        var method = type switch
        {
            "card" when form[P("card[token]")] is { } token => Resolve(token, "card[token]"),
            "card" => OfNumber(form, P),
            "sepa_debit" when form.Required(P("sepa_debit[iban]")).Replace(" ", "", StringComparison.Ordinal) is var iban => OfBank(type, iban, TestAccounts.OfIban(iban)),
            "us_bank_account" when form.Required(P("us_bank_account[account_number]")) is var number => OfBank(type, number, TestAccounts.OfUsNumber(number)),
            _ => throw StripeError.Invalid($"The payment method type \"{type}\" is invalid or not simulated.", P("type")),
        };
        if (Billing(form, P("billing_details")) is { } billing) method["billing_details"] = billing;
        form.Metadata(method);
        return method;
    }

    public Thing MandateFor(Thing method)
    {
        var mandate = box.Make("mandate", "mandate_1", 23);
        mandate["payment_method"] = method.Id;
        if (method.Text("type") == "sepa_debit") mandate["payment_method_details"] = new Raw(System.Text.Encoding.UTF8.GetBytes($$"""{"sepa_debit":{"reference":"{{mandate.Id[^16..].ToUpperInvariant()}}","url":"{{box.Call?.Ask.Origin}}/mandates/{{mandate.Id}}"},"type":"sepa_debit"}"""));
        if (method.Text("type") == "us_bank_account") mandate["payment_method_details"] = new Raw("""{"type":"us_bank_account","us_bank_account":{"collection_method":"paper"}}"""u8.ToArray());
        ((Instrument)method.Hidden!).SetUp = true;
        return box.Store.Add(mandate);
    }

    private static Raw? Billing(Form form, string name)
    {
        if (!form.HasAny(name + "[")) return null;
        var given = form.Json(name, "email", "name", "phone", "tax_id");
        if (form.HasAny(name + "[address]")) return given;
        return Raw.Of(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("address");
            json.WriteRawValue("""{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,"state":null}"""u8);
            foreach (var field in (string[])["email", "name", "phone", "tax_id"]) json.WriteString(field, form[$"{name}[{field}]"]);
            json.WriteEndObject();
        });
    }

    private Thing OfNumber(Form form, Func<string, string> p)
    {
        var number = form.Required(p("card[number]")).Replace(" ", "", StringComparison.Ordinal);
        var card = new Card(number, (int)(form.Number(p("card[exp_month]")) ?? throw StripeError.Required(p("card[exp_month]"))),
            (int)(form.Number(p("card[exp_year]")) ?? throw StripeError.Required(p("card[exp_year]"))), form[p("card[cvc]")]);
        if (!card.PassesLuhn) throw CardError("incorrect_number", null, "number");
        if (card.ExpMonth is < 1 or > 12) throw CardError("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month");
        if (card.ExpYear < 100) card = card with { ExpYear = card.ExpYear + 2000 };
        if (card.ExpYear < box.Stage.Clock.GetUtcNow().Year) throw CardError("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year");
        if (card.Cvc is { Length: < 3 }) throw CardError("invalid_cvc", "Your card's security code is invalid.", "cvc");
        var test = TestCards.Number(number);
        var (line1, zip) = (form[p("billing_details[address][line1]")] ?? form[p("card[address_line1]")], form[p("billing_details[address][postal_code]")] ?? form[p("card[address_zip]")]);
        return OfCard(card, test, new(line1 is null ? null : test?.Line1 ?? "pass", zip is null ? null : test?.Zip ?? "pass", card.Cvc is null ? null : test?.Cvc ?? "pass"));
    }

    private static StripeError CardError(string code, string? message, string param) =>
        new(402, "card_error", code, message ?? TestCards.Message(code, null), param);

    private Thing OfCard(Card card, TestCard? test, Checks? checks = null)
    {
        var method = box.Make("payment_method", "pm_1", 23);
        method.Hidden = OfTest(card, test);
        method["card"] = Shown(card, test, checks);
        return box.Store.Add(method);
    }

    private static Instrument OfTest(Card card, TestCard? test) => new(card, test, null) { SetUp = test?.Challenge == Challenge.AlreadySetUp };

    private readonly Dictionary<(Card, Checks), Thing> _shown = [];

    /// <summary>What the bank said of the data that came with a number: nothing where none came. Test tokens bring the data that their card is about.</summary>
    private readonly record struct Checks(string? Line1, string? Zip, string? Cvc);

    /// <summary>How a card is shown: the test cards' are made once, and replaced rather than changed.</summary>
    private Thing Shown(Card card, TestCard? test, Checks? given = null)
    {
        var checks = given ?? new(test?.Line1, test?.Zip, test?.Cvc ?? "pass");
        if (test is not null && _shown.TryGetValue((card, checks), out var known)) return known;
        var details = new Thing("pm_card");
        FillCard(details, card, test, box.Stage.Issuers.Owner(card.Number), box.Stage.Seed, checks);
        if (test is not null && _shown.Count < 1_000) _shown[(card, checks)] = details;
        return details;
    }

    private static readonly string[] Common = ["brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4"];

    /// <summary>The fields that a charge's details share with its payment method.</summary>
    public static void CopyCard(Thing details, Thing shown)
    {
        foreach (var field in Common) details[field] = shown[field];
    }

    private static void FillCard(Thing details, Card card, TestCard? test, Person? owner, ulong seed, Checks checks)
    {
        details["brand"] = card.Brand;
        details["country"] = test?.Country ?? owner?.Issuer.Country ?? "US";
        details["exp_month"] = card.ExpMonth;
        details["exp_year"] = card.ExpYear;
        details["fingerprint"] = card.Fingerprint(seed);
        details["funding"] = test?.Funding ?? owner?.Issuer.Funding ?? "credit";
        details["last4"] = card.Last4;
        details["display_brand"] = card.Brand;
        if (test?.Partner is { } partner) details["networks"] = new Raw(System.Text.Encoding.UTF8.GetBytes($$"""{"available":["{{partner}}","{{card.Brand}}"],"preferred":null}"""));
        else if (card.Brand != "visa") details["networks"] = new Raw(System.Text.Encoding.UTF8.GetBytes($$"""{"available":["{{card.Brand}}"],"preferred":null}"""));
        if (checks == new Checks(null, null, "pass")) return;
        details["checks"] = Raw.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("address_line1_check", checks.Line1);
            json.WriteString("address_postal_code_check", checks.Zip);
            json.WriteString("cvc_check", checks.Cvc);
            json.WriteEndObject();
        });
    }

    private Thing OfBank(string type, string number, BankBehaviour behaviour)
    {
        if (behaviour.Refused is { } code) throw StripeError.Invalid("This bank account cannot be debited by SEPA Direct Debit.", "sepa_debit[iban]", code);
        if (number.Length < 4) throw StripeError.Invalid("The account number is invalid.", type == "sepa_debit" ? "sepa_debit[iban]" : "us_bank_account[account_number]", "invalid_bank_account_number");
        var method = box.Make("payment_method", "pm_1", 23);
        method["type"] = type;
        method.Hidden = new Instrument(null, null, behaviour);
        var print = Core.Ids.From(box.Stage.Seed, number, "fingerprint", "", 16);
        method[type] = new Raw(System.Text.Encoding.UTF8.GetBytes(type == "sepa_debit"
            ? $$$"""{"bank_code":"19043","branch_code":"","country":"{{{JsonEncodedText.Encode(number[..2])}}}","fingerprint":"{{{print}}}","generated_from":{"charge":null,"setup_attempt":null},"last4":"{{{JsonEncodedText.Encode(number[^4..])}}}"}"""
            : $$$"""{"account_holder_type":"individual","account_type":"checking","bank_name":"STRIPE TEST BANK","financial_connections_account":null,"fingerprint":"{{{print}}}","last4":"{{{JsonEncodedText.Encode(number[^4..])}}}","networks":{"preferred":"ach","supported":["ach"]},"routing_number":"110000000","status_details":{}}"""));
        return box.Store.Add(method);
    }

    private Thing[] Of(string? customer) =>
        [.. box.Store.Made("payment_method").Where(m => m.Text("customer") is { } owner && (customer is null || owner == customer))];

    private Thing Update(Call call)
    {
        var method = box.Store.Get("payment_method", call.Id);
        var before = method.Copy();
        if (Billing(call.Form, "billing_details") is { } billing) method["billing_details"] = billing;
        if (method["card"] is Thing known && call.Form.HasAny("card["))
        {
            var card = known.Copy();
            method["card"] = card;
            if (call.Form.Number("card[exp_month]") is { } month) card["exp_month"] = month;
            if (call.Form.Number("card[exp_year]") is { } year) card["exp_year"] = year;
        }

        call.Form.Metadata(method);
        box.Emit("payment_method.updated", method, before);
        return method;
    }

    private Thing Attach(Call call)
    {
        var customer = box.Store.Get("customer", call.Form.Required("customer"), "customer");
        var method = Resolve(call.Id, "payment_method");
        if (method.Text("customer") is { } other && other != customer.Id)
        {
            throw StripeError.Invalid("The payment method you provided has already been attached to a customer.", null);
        }

        return Own(method, customer);
    }

    public static StripeError Gone() => StripeError.Invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.", null);

    /// <summary>Gives it to a customer; cards that decline are refused here.</summary>
    public Thing Own(Thing method, Thing customer)
    {
        if (method.Hidden is Instrument { Spent: true }) throw Gone();
        if (method.Hidden is Instrument { Test: { Code: { } code, OnAttach: false } test })
        {
            throw new StripeError(402, "card_error", code, TestCards.Message(code, test.Decline), null) { DeclineCode = test.Decline, AdviceCode = TestCards.Advice(code, test.Decline) };
        }

        method["customer"] = customer.Id;
        box.Emit("payment_method.attached", method);
        Watch(method);
        return method;
    }

    /// <summary>Watches a customer's card: when its bank sends a new one, an updater that knows of it changes the payment method.</summary>
    public void Watch(Thing method)
    {
        if (method.Hidden is not Instrument { Card: { } card, Test: null } instrument || box.Stage.Issuers.Owner(card.Number) is not { UpdatedAt: { } at }) return;
        if (at <= box.Stage.Clock.GetUtcNow()) return;
        box.Later(at - box.Stage.Clock.GetUtcNow(), () =>
        {
            if (method.Text("customer") is null || method["card"] is not Thing known) return;
            var renewed = known.Copy();
            renewed["exp_year"] = at.Year + 4;
            method["card"] = renewed;
            instrument.Card = card with { ExpYear = at.Year + 4 };
            box.Emit("payment_method.automatically_updated", method, $$$"""{"card":{"exp_month":{{{card.ExpMonth}}},"exp_year":{{{card.ExpYear}}} } }""");
        });
    }

    private Thing Detach(Call call)
    {
        var method = box.Store.Get("payment_method", call.Id);
        if (method.Text("customer") is null)
        {
            throw StripeError.Invalid("The payment method you provided is not attached to a customer so detachment is impossible.", null);
        }

        var before = method.Copy();
        method["customer"] = null;
        ((Instrument)method.Hidden!).Spent = true;
        box.Emit("payment_method.detached", method, before);
        return method;
    }

    private Thing Token(Call call)
    {
        var source = OfNumber(call.Form, static name => name);
        var instrument = (Instrument)source.Hidden!;
        box.Store.Remove(source);
        var token = box.Make("token", "tok_1", 23);
        var card = box.Make("card", call.Ask.NewId("card_1", 23), true);
        card["brand"] = CultureInfo.InvariantCulture.TextInfo.ToTitleCase(instrument.Card!.Brand);
        card["last4"] = instrument.Card.Last4;
        card["exp_month"] = instrument.Card.ExpMonth;
        card["exp_year"] = instrument.Card.ExpYear;
        card["fingerprint"] = instrument.Card.Fingerprint(box.Stage.Seed);
        if (((Thing)source["card"]!)["checks"] is Raw checks)
        {
            using var json = JsonDocument.Parse(checks.Json);
            foreach (var (field, check) in ((string, string)[])[("address_line1_check", "address_line1_check"), ("address_zip_check", "address_postal_code_check"), ("cvc_check", "cvc_check")])
            {
                card[field] = json.RootElement.GetProperty(check).GetString();
            }
        }

        token["card"] = card;
        token.Hidden = instrument.Card;
        return box.Store.Add(token);
    }
}
