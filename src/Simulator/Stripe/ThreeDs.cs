using System.Net;
using System.Text;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>The bank's page: a person, or a browser under test, clicks one of two buttons.</summary>
internal sealed class ThreeDs(Sandbox box, PaymentIntents intents, SetupIntents setups)
{
    public IEnumerable<Endpoint> Pages =>
    [
        new("GET", "/3ds/{kind}/{id}", Show, "the 3-D Secure page that next_action points to"),
        new("POST", "/3ds/{kind}/{id}/complete", ask => Finish(ask, true), "authentication succeeds, back to return_url"),
        new("POST", "/3ds/{kind}/{id}/fail", ask => Finish(ask, false), "authentication fails, back to return_url"),
    ];

    /// <summary>To the bank's page: an address to go to for who gave a <c>return_url</c>, something for Stripe's own script for everybody else.</summary>
    public static Raw NextAction(Sandbox box, string kind, Thing intent, Terms terms)
    {
        var url = $"{box.Call!.Ask.Origin}/3ds/{kind}/{intent.Id}";
        var type = terms.ReturnUrl is null || terms.UsesSdk ? "use_stripe_sdk" : "redirect_to_url";
        return Raw.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject(type);
            if (type == "redirect_to_url")
            {
                json.WriteString("return_url", terms.ReturnUrl);
                json.WriteString("url", url);
            }
            else
            {
                json.WriteString("stripe_js", url);
                json.WriteString("type", "three_d_secure_redirect");
            }

            json.WriteEndObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        });
    }

    private Answer Show(Ask ask)
    {
        if (box.Store.Find(ask.Values[0], ask.Values[1]) is not { } intent) return Answer.Text(404, "There is no such payment.", "text/plain");
        var amount = intent.Shape.Name == "payment_intent" ? $"{Currency.Of(intent.Text("currency")!).Major(intent.Number("amount"))} {intent.Text("currency")!.ToUpperInvariant()}" : "Save this card";
        var here = $"/3ds/{ask.Values[0]}/{ask.Values[1]}";
        return Answer.Html($$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>3D Secure 2 test page</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;background:#f6f8fa;color:#1a1f36;display:grid;place-items:center;min-height:95vh}main{background:#fff;border:1px solid #e3e8ee;border-radius:12px;padding:2rem 2.5rem;max-width:24rem;box-shadow:0 8px 24px #0001}
            h1{font-size:1.15rem;margin:0 0 .25rem}p{color:#4f566b}b{font-size:1.6rem;color:#1a1f36}button{font:inherit;width:100%;padding:.65rem;margin-top:.6rem;border-radius:8px;border:1px solid #d5dbe1;background:#fff;cursor:pointer}.go{background:#5a4bff;border-color:#5a4bff;color:#fff}</style>
            <main><h1>Your bank asks: is this you?</h1><p>{{WebUtility.HtmlEncode(intent.Id)}}</p><b>{{amount}}</b>
            <form method="post" action="{{here}}/complete"><button class="go" id="test-source-authorize-3ds">Complete authentication</button></form>
            <form method="post" action="{{here}}/fail"><button id="test-source-fail-3ds">Fail authentication</button></form></main></html>
            """);
    }

    private Answer Finish(Ask ask, bool success)
    {
        if (box.Store.Find(ask.Values[0], ask.Values[1]) is not { } intent) return Answer.Text(404, "There is no such payment.", "text/plain");
        box.Call = new Call(ask, new Form(), null).Begin();
        if (ask.Values[0] == "payment_intent") intents.Authenticated(intent, success);
        else setups.Authenticated(intent, success);
        box.Call = null;
        var back = ((Terms)intent.Hidden!).ReturnUrl;
        if (back is null) return Answer.Html("<!doctype html><title>Done</title><p id=done>Done. You may close this window.</p>");
        var query = $"{intent.Shape.Name}={intent.Id}&{intent.Shape.Name}_client_secret={intent.Text("client_secret")}&source_type=card";
        return new Answer(303, Encoding.UTF8.GetBytes("See other"), "text/plain").With("Location", back + (back.Contains('?') ? "&" : "?") + query);
    }
}
