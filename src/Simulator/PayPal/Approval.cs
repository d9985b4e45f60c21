using System.Net;
using Busker.Simulator.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.PayPal;

/// <summary>The pages that payers see: PayPal's checkout, the bank's question about a card, consent to a stored method.</summary>
internal sealed class Approval(PayPalBox box, Sources sources, Vault vault, Shapes shapes)
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("GET", "/checkoutnow", Show, "the page that approve, payer-action and redirect links point to: checkout, or the bank's question for 3-D Secure"),
        new("POST", "/checkoutnow", Decide, "pay or cancel (or fail the bank's question), with the buyer's e-mail; back to return_url or cancel_url. A shopper of the scenario pays with the card of that shopper"),
        new("GET", "/agreements/approve", ShowAgreement, "consent to a setup token"),
        new("POST", "/agreements/approve", Agree, "agree or cancel, back to return_url or cancel_url"),
    ];

    private Answer Show(Ask ask)
    {
        if (Order(Query(ask, "token")) is not { } order) return Gone();
        var total = Wire.Value(order.Units.Sum(u => u.Minor), order.Units[0].Currency) + " " + order.Units[0].Currency;
        var bank = Bank(order);
        var fields = $"<input type=\"hidden\" name=\"token\" value=\"{order.Id}\">";
        return bank
            ? Page("Your bank asks: is this you?", order.Id, total, "/checkoutnow", fields, ("approve", "Complete authentication"), ("fail", "Fail authentication"))
            : Page("Pay with PayPal", order.Id, total, "/checkoutnow", fields + Email(order.Source?.Buyer?.Email), ("approve", "Pay now"), ("cancel", "Cancel and return"));
    }

    private Answer Decide(Ask ask)
    {
        var form = QueryHelpers.ParseQuery(ask.BodyText);
        if (Order(form.TryGetValue("token", out var token) ? token.ToString() : null) is not { } order) return Gone();
        var action = form.TryGetValue("action", out var chosen) ? chosen.ToString() : "approve";
        if (action == "cancel") return Back(order.CancelUrl, "token=" + order.Id);
        if (Bank(order))
        {
            order.Source!.Authenticated = action == "approve";
            Approved(order, ask);
            return Back(order.ReturnUrl, $"token={order.Id}&liability_shift={(action == "approve" ? "POSSIBLE" : "NO")}");
        }

        var email = form.TryGetValue("email", out var given) && given.ToString().Contains('@', StringComparison.Ordinal) ? given.ToString() : order.Source?.Buyer?.Email ?? "buyer@example.com";
        order.Source = new Source
        {
            Wallet = true, Buyer = order.Source?.Buyer?.Email == email ? order.Source.Buyer : box.BuyerOf(email), Card = sources.Behind(email),
            Keep = order.Source?.Keep == true, Customer = order.Source?.Customer,
        };
        Approved(order, ask);
        return Back(order.ReturnUrl, $"token={order.Id}&PayerID={order.Source.Buyer!.PayerId}");
    }

    private Answer ShowAgreement(Ask ask) => vault.Waiting(Query(ask, "approval_session_id")) is not { } setup
        ? Gone()
        : Page("Save this payment method", setup.Id, setup.Description ?? "For later payments", "/agreements/approve",
            $"<input type=\"hidden\" name=\"token\" value=\"{setup.Id}\">" + (setup.Card is null ? Email(setup.Buyer?.Email) : ""), ("approve", "Agree and save"), ("cancel", "Cancel and return"));

    private Answer Agree(Ask ask)
    {
        var form = QueryHelpers.ParseQuery(ask.BodyText);
        if (vault.Waiting(form.TryGetValue("token", out var token) ? token.ToString() : null) is not { } setup) return Gone();
        if (form.TryGetValue("action", out var action) && action == "cancel") return Back(setup.CancelUrl, "approval_token_id=" + setup.Id);
        if (setup.Card is null)
        {
            var email = form.TryGetValue("email", out var given) && given.ToString().Contains('@', StringComparison.Ordinal) ? given.ToString() : setup.Buyer?.Email ?? "buyer@example.com";
            setup.Buyer = box.BuyerOf(email);
        }

        setup.Status = "APPROVED";
        return Back(setup.ReturnUrl, $"approval_token_id={setup.Id}&approval_session_id={setup.Id}");
    }

    private void Approved(Order order, Ask ask)
    {
        order.Status = "APPROVED";
        order.UpdatedMs = box.Now;
        var at = box.Now;
        box.Events.Send("CHECKOUT.ORDER.APPROVED", "checkout-order", "2.0", "An order has been approved by buyer", () => shapes.Order(order, true), ask);
        box.Stage.Clock.Schedule(Patience, () =>
        {
            if (order.Status != "APPROVED" || order.UpdatedMs != at) return;
            order.Status = "VOIDED";
            order.UpdatedMs = box.Now;
            box.Events.Send("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", "2.0", "A payment has been reversed after approval.", () => shapes.Order(order, true), null);
        });
    }

    private static bool Bank(Order order) => order is { Status: "PAYER_ACTION_REQUIRED", Source: { Wallet: false, Card: not null } };

    private Order? Order(string? id) => id is not null && box.Orders.TryGetValue(id, out var order) && order.Open ? order : null;

    private static string? Query(Ask ask, string name) => QueryHelpers.ParseQuery(ask.Query).TryGetValue(name, out var value) ? value.ToString() : null;

    private static string Email(string? email) => $"<label>E-mail <input name=\"email\" type=\"email\" value=\"{WebUtility.HtmlEncode(email ?? "buyer@example.com")}\"></label>";

    private static Answer Gone() => Answer.Html("<!doctype html><title>Not found</title><p id=\"gone\">Things don't appear to be working at the moment.</p>") with { Status = 404 };

    private static Answer Back(string? url, string query)
    {
        if (url is null) return Answer.Html("<!doctype html><title>Done</title><p id=\"done\">Done. You may close this window.</p>");
        return new Answer(303, default, "text/plain").With("Location", url + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query);
    }

    private static Answer Page(string title, string id, string what, string action, string fields, (string Value, string Text) yes, (string Value, string Text) no) => Answer.Html($$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{title}}</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;background:#f5f7fa;color:#1a1f36;display:grid;place-items:center;min-height:95vh}main{background:#fff;border:1px solid #e3e8ee;border-radius:12px;padding:2rem 2.5rem;max-width:24rem;box-shadow:0 8px 24px #0001}
        h1{font-size:1.15rem;margin:0 0 .25rem}p{color:#4f566b}b{font-size:1.5rem}label{display:block;color:#4f566b;margin-top:1rem}input{font:inherit;width:100%;padding:.5rem;border-radius:8px;border:1px solid #d5dbe1;box-sizing:border-box}button{font:inherit;width:100%;padding:.65rem;margin-top:.6rem;border-radius:8px;border:1px solid #d5dbe1;background:#fff;cursor:pointer}.go{background:#0057b8;border-color:#0057b8;color:#fff}</style>
        <main><h1>{{title}}</h1><p>{{id}}</p><b>{{WebUtility.HtmlEncode(what)}}</b><form method="post" action="{{action}}">{{fields}}
        <button class="go" id="{{yes.Value}}" name="action" value="{{yes.Value}}">{{yes.Text}}</button><button id="{{no.Value}}" name="action" value="{{no.Value}}">{{no.Text}}</button></form></main></html>
        """);
}
