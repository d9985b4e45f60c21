using System.Text;

namespace Busker.Simulator.Stripe;

/// <summary>SetupIntents: a card made ready for payments without its owner.</summary>
internal sealed class SetupIntents(Sandbox box, PaymentMethods methods)
{
    private const string Url = "/v1/setup_intents";

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "confirm at once, off-session usage, mandate on success", "single-use mandates, micro-deposits"),
        new("GET", Url, call => Listing.Page(box, call, "setup_intent", Url, "customer", "payment_method"), "by customer, payment method, created"),
        new("GET", Url + "/{id}", call => box.Store.Get("setup_intent", call.Id), "with expansion"),
        new("POST", Url + "/{id}", call => Fill(box.Store.Get("setup_intent", call.Id), call.Form), "customer, payment method, metadata"),
        new("POST", Url + "/{id}/confirm", call => Confirm(Fill(box.Store.Get("setup_intent", call.Id), call.Form), call.Form), "declines and 3-D Secure"),
        new("POST", Url + "/{id}/cancel", Cancel, "with its reason"),
    ];

    private Thing Create(Call call)
    {
        var intent = box.Make("setup_intent", "seti_1", 23);
        intent["client_secret"] = intent.Id + "_secret_" + call.Ask.NewId("", 30);
        intent["usage"] = call.Form.OneOf("usage", "off_session", "on_session") ?? "off_session";
        intent.Hidden = new Terms(false, false, false);
        intent["automatic_payment_methods"] = Automatic.Of(call);
        box.Store.Add(Fill(intent, call.Form));
        box.Emit("setup_intent.created", intent);
        return call.Form.Flag("confirm") is true ? Confirm(intent, call.Form) : intent;
    }

    private Thing Fill(Thing intent, Form form)
    {
        form.Copy(intent, "description");
        form.Metadata(intent);
        if (form["customer"] is { Length: > 0 } customer) intent["customer"] = box.Store.Get("customer", customer, "customer").Id;
        if (form.Address("return_url") is { } back) ((Terms)intent.Hidden!).ReturnUrl = back;
        if (form.List("payment_method_types") is { Length: > 0 } types) intent["payment_method_types"] = Enumerations.PaymentMethodTypes(types);
        var method = form["payment_method"] is { Length: > 0 } id ? methods.Resolve(id)
            : form.HasAny("payment_method_data[") ? methods.Create(form, "payment_method_data") : null;
        if (method is null) return intent;
        if (method.Hidden is Instrument { Spent: true }) throw PaymentMethods.Gone();
        PaymentIntents.Allow(intent, method);
        intent["payment_method"] = method.Id;
        if (intent.Is("requires_payment_method")) intent["status"] = "requires_confirmation";
        return intent;
    }

    private Thing Confirm(Thing intent, Form form)
    {
        if (intent.Text("status") is "succeeded" or "canceled" || intent.Text("payment_method") is null) throw StripeError.Unexpected("SetupIntent", intent, "confirm");
        var terms = (Terms)intent.Hidden!;
        terms.UsesSdk = form.Flag("use_stripe_sdk") is true;
        if (!terms.UsesSdk) Automatic.NeedsReturn(intent, terms);
        var method = box.Store.Get("payment_method", intent.Text("payment_method")!);
        if (method.Hidden is Instrument { Test: { } test })
        {
            if (test is { Code: { } code, Challenge: Challenge.Never or Challenge.LookupError } and ({ OnAttach: false } or { Risk: not "normal" } or { Challenge: Challenge.LookupError })) throw Fail(intent, method, code, test.Decline);
            if (test.Challenge is Challenge.Always or Challenge.OnSetup or Challenge.DeclinedAfter && form["off_session"] is not "true")
            {
                intent["status"] = "requires_action";
                intent["next_action"] = ThreeDs.NextAction(box, "setup_intent", intent, (Terms)intent.Hidden!);
                box.Emit("setup_intent.requires_action", intent);
                return intent;
            }
        }

        return Succeed(intent, method);
    }

    public void Authenticated(Thing intent, bool success)
    {
        if (!intent.Is("requires_action")) return;
        intent["next_action"] = null;
        var method = box.Store.Get("payment_method", intent.Text("payment_method")!);
        if (success) Succeed(intent, method);
        else Fail(intent, method, "setup_intent_authentication_failure", null);
    }

    private Thing Succeed(Thing intent, Thing method)
    {
        intent["status"] = "succeeded";
        intent["mandate"] = methods.MandateFor(method).Id;
        if (intent.Text("customer") is { } customer && method.Text("customer") is null)
        {
            method["customer"] = customer;
            box.Emit("payment_method.attached", method);
            methods.Watch(method);
        }

        box.Emit("setup_intent.succeeded", intent);
        return intent;
    }

    private StripeError Fail(Thing intent, Thing method, string code, string? decline)
    {
        intent["status"] = "requires_payment_method";
        intent["payment_method"] = null;
        var error = new StripeError(402, "card_error", code, TestCards.Message(code, decline), null) { DeclineCode = decline, Method = method, Intent = intent };
        using var json = System.Text.Json.JsonDocument.Parse(new StripeError(402, error.Type, code, error.Message, null) { DeclineCode = decline, Method = method }.Body(box.Store));
        intent["last_setup_error"] = new Raw(Encoding.UTF8.GetBytes(json.RootElement.GetProperty("error").GetRawText()));
        box.Emit("setup_intent.setup_failed", intent);
        return error;
    }

    private Thing Cancel(Call call)
    {
        var intent = box.Store.Get("setup_intent", call.Id);
        if (intent.Text("status") is "succeeded" or "canceled") throw StripeError.Unexpected("SetupIntent", intent, "cancel");
        intent["status"] = "canceled";
        intent["cancellation_reason"] = call.Form.OneOf("cancellation_reason", "abandoned", "duplicate", "requested_by_customer");
        box.Emit("setup_intent.canceled", intent);
        return intent;
    }
}
