using System.Globalization;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.PayPal;

/// <summary>Vault v3: setup tokens that the payer may have to approve, and payment tokens that are charged without the payer.</summary>
internal sealed class Vault(PayPalBox box, Sources sources)
{
    private const string Tokens = "/v3/vault/payment-tokens";
    private const string Setups = "/v3/vault/setup-tokens";
    private static readonly TimeSpan Life = TimeSpan.FromDays(3);
    private readonly Dictionary<string, SetupToken> _setups = [];

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("POST", Setups, Setup, "a card (verified by the bank when asked) or a wallet (approved on its page), for three days, PayPal-Request-Id for three hours", "Venmo, Apple Pay, bank accounts"),
        new("GET", Setups + "/{id}", ask => Wire.Json(200, Shape(PayPalBox.Find(_setups, ask.Values[0])), ask.Values[0]), "with its status"),
        new("POST", Tokens, Create, "from an approved setup token, or from a card"),
        new("GET", Tokens, List, "of a customer, by pages"),
        new("GET", Tokens + "/{id}", ask => Wire.Json(200, Shape(box, PayPalBox.Find(box.Vault, ask.Values[0])), ask.Values[0]), "without number and code"),
        new("DELETE", Tokens + "/{id}", Delete, "for ever"),
    ];

    public SetupToken? Waiting(string? id) => id is not null && _setups.TryGetValue(id, out var setup) && setup.Status == "PAYER_ACTION_REQUIRED" ? setup : null;

    public static JsonObject Shape(PayPalBox box, StoredSource kept)
    {
        var at = $"{Tokens}/{kept.Id}";
        return new JsonObject
        {
            ["id"] = kept.Id, ["customer"] = Customer(kept.Customer, kept.MerchantCustomer), ["payment_source"] = Method(kept.Card, kept.Holder, kept.Buyer, kept.Description),
            ["links"] = new JsonArray(box.Link(at, "self", "GET"), box.Link(at, "delete", "DELETE")),
        };
    }

    private static JsonObject Customer(string id, string? merchantsOwn)
    {
        var customer = new JsonObject { ["id"] = id };
        if (merchantsOwn is not null) customer["merchant_customer_id"] = merchantsOwn;
        return customer;
    }

    private static JsonObject Method(Card? card, string? holder, Buyer? buyer, string? description)
    {
        if (card is not null && buyer is null) return new JsonObject { ["card"] = Sources.Shown(card, holder) };
        var wallet = new JsonObject();
        if (description is not null) wallet["description"] = description;
        wallet["usage_type"] = "MERCHANT";
        if (buyer is not null)
        {
            wallet["email_address"] = buyer.Email;
            wallet["payer_id"] = buyer.PayerId;
            wallet["account_id"] = buyer.PayerId;
            wallet["name"] = new JsonObject { ["given_name"] = buyer.Given, ["surname"] = buyer.Surname };
            wallet["address"] = new JsonObject { ["country_code"] = buyer.Country };
        }

        return new JsonObject { ["paypal"] = wallet };
    }

    private JsonObject Shape(SetupToken setup)
    {
        var links = new JsonArray(box.Link($"{Setups}/{setup.Id}", "self", "GET"));
        if (setup.Status == "PAYER_ACTION_REQUIRED") links.Add((JsonNode)box.Link("/agreements/approve?approval_session_id=" + setup.Id, "approve", "GET"));
        if (setup.Status is "APPROVED" or "PAYER_ACTION_REQUIRED") links.Add((JsonNode)box.Link(Tokens, "confirm", "POST"));
        return new JsonObject
        {
            ["id"] = setup.Id, ["customer"] = Customer(setup.Customer, setup.MerchantCustomer), ["status"] = setup.Status,
            ["payment_source"] = Method(setup.Card, setup.Holder, setup.Buyer, setup.Description), ["links"] = links,
        };
    }

    private Answer Setup(Ask ask)
    {
        var body = PayPalBox.Read(ask);
        var source = Wire.Object(body, "payment_source") ?? throw PayPalError.Missing("/payment_source");
        var card = source["card"] as JsonObject;
        var wallet = source["paypal"] as JsonObject;
        if (card is null && wallet is null) throw PayPalError.Cannot("PAYMENT_SOURCE_CANNOT_BE_USED", "/payment_source");
        var context = (card ?? wallet)!["experience_context"];
        var asks = wallet is not null || Wire.Text(card, "verification_method") == "SCA_ALWAYS";
        var setup = new SetupToken
        {
            Id = PayPalBox.NewId(ask), Customer = Wire.Text(body, "customer", "id") ?? ask.NewId("", 10), MerchantCustomer = Wire.Text(body, "customer", "merchant_customer_id"),
            Status = asks ? "PAYER_ACTION_REQUIRED" : "APPROVED", Card = card is null ? null : sources.Card(card, "/payment_source/card"), Holder = Wire.Text(card, "name"),
            Description = Wire.Text(wallet, "description"), ReturnUrl = Wire.Text(context, "return_url"), CancelUrl = Wire.Text(context, "cancel_url"),
        };
        _setups.Add(setup.Id, setup);
        box.Stage.Clock.Schedule(Life, () => _setups.Remove(setup.Id));
        return box.Answer(201, _ => Shape(setup), ask, setup.Id);
    }

    private Answer Create(Ask ask)
    {
        var body = PayPalBox.Read(ask);
        var source = Wire.Object(body, "payment_source") ?? throw PayPalError.Missing("/payment_source");
        var id = ask.NewId("", 8).ToLowerInvariant();
        StoredSource kept;
        if (source["token"] is JsonObject token)
        {
            var from = Wire.Text(token, "id") ?? throw PayPalError.Missing("/payment_source/token/id");
            if (!_setups.TryGetValue(from, out var setup)) throw PayPalError.NoSuch();
            if (setup.Status == "VAULTED") throw PayPalError.Cannot("SETUP_TOKEN_ALREADY_TOKENIZED", "/payment_source/token/id", from);
            if (setup.Status != "APPROVED") throw PayPalError.Cannot("PAYER_ACTION_REQUIRED", "/payment_source/token/id", from);
            setup.Status = "VAULTED";
            var behind = setup.Buyer is { } buyer ? sources.Behind(buyer.Email) : setup.Card! with { Cvc = null };
            kept = new StoredSource(id, setup.Customer, setup.MerchantCustomer, behind, setup.Holder, setup.Buyer, setup.Description);
        }
        else
        {
            var card = Wire.Object(source, "card") ?? throw PayPalError.Missing("/payment_source/token");
            kept = new StoredSource(id, Wire.Text(body, "customer", "id") ?? ask.NewId("", 10), Wire.Text(body, "customer", "merchant_customer_id"),
                sources.Card(card, "/payment_source/card") with { Cvc = null }, Wire.Text(card, "name"), null, null);
        }

        box.Vault.Add(id, kept);
        box.Events.Send("VAULT.PAYMENT-TOKEN.CREATED", "payment_token", "3.0", "A payment token has been created.", () => Shape(box, kept), ask);
        return box.Answer(201, _ => Shape(box, kept), ask, id);
    }

    private Answer List(Ask ask)
    {
        var query = QueryHelpers.ParseQuery(ask.Query);
        if (!query.TryGetValue("customer_id", out var customer)) throw PayPalError.Missing("customer_id", "query");
        int Number(string name, int otherwise) => query.TryGetValue(name, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : otherwise;
        var (size, page) = (Math.Min(Number("page_size", 5), 20), Number("page", 1));
        var all = box.Vault.Values.Where(k => k.Customer == customer).ToArray();
        if (all.Length == 0) throw PayPalError.NoSuch();
        var pages = (all.Length + size - 1) / size;
        var links = new JsonArray();
        string At(int number) => string.Create(CultureInfo.InvariantCulture, $"{Tokens}?customer_id={customer}&page={number}&page_size={size}");
        links.Add((JsonNode)box.Link(At(page), "self", "GET"));
        links.Add((JsonNode)box.Link(At(1), "first", "GET"));
        if (page < pages) links.Add((JsonNode)box.Link(At(page + 1), "next", "GET"));
        links.Add((JsonNode)box.Link(At(pages), "last", "GET"));
        var shown = new JsonObject
        {
            ["customer"] = Customer(customer.ToString(), all[0].MerchantCustomer),
            ["payment_tokens"] = new JsonArray([.. all.Skip(page > pages ? all.Length : (page - 1) * size).Take(size).Select(k => (JsonNode)Shape(box, k))]), ["links"] = links,
        };
        if (query.TryGetValue("total_required", out var total) && total == "true") (shown["total_items"], shown["total_pages"]) = (all.Length, pages);
        return Wire.Json(200, shown);
    }

    private Answer Delete(Ask ask)
    {
        if (!box.Vault.Remove(ask.Values[0], out var kept)) throw PayPalError.NoSuch();
        box.Events.Send("VAULT.PAYMENT-TOKEN.DELETED", "payment_token", "3.0", "A payment token has been deleted.", () => Shape(box, kept), ask);
        return new Answer(204, default, "application/json", kept.Id);
    }
}
