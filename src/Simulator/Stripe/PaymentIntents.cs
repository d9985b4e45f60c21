using System.Text;

namespace Busker.Simulator.Stripe;

/// <summary>PaymentIntents: the state machine from requires_payment_method to succeeded or canceled.</summary>
internal sealed class PaymentIntents(Sandbox box, PaymentMethods methods, Acquirer acquirer)
{
    private const string Url = "/v1/payment_intents";
    private static readonly TimeSpan AuthorizationLife = TimeSpan.FromDays(7);

    /// <summary>Who is told when an intent succeeds, by its id.</summary>
    public Dictionary<string, Action<Thing>> Settles { get; } = [];

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "automatic and manual capture, automatic and manual confirmation, confirm at once, off-session, setup_future_usage, mandates, automatic_payment_methods (and so a return_url to confirm with, unless allow_redirects is never), error_on_requires_action", "Connect: what names another account is refused; tax and line-item details"),
        new("GET", Url, call => Listing.Page(box, call, "payment_intent", Url, "customer"), "by customer, by created"),
        new("GET", Url + "/search", call => Listing.Search(box, call, "payment_intent", Url + "/search"), "amount, currency, customer, status, metadata", "the minute of indexing delay"),
        new("GET", Url + "/{id}", call => box.Store.Get("payment_intent", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "amount and details while nothing is authorised"),
        new("POST", Url + "/{id}/confirm", call => Confirm(box.Store.Get("payment_intent", call.Id), call.Form), "declines, 3-D Secure, off-session, bank debits"),
        new("POST", Url + "/{id}/capture", Capture, "full, partial, multi-capture with final_capture, over-capture to 120 %"),
        new("POST", Url + "/{id}/cancel", Cancel, "with its reason; an authorization is released, a bank debit that still processes is called back"),
        new("POST", Url + "/{id}/increment_authorization", Increment, "when request_incremental_authorization was if_available"),
    ];

    private Thing Create(Call call)
    {
        var form = call.Form;
        var amount = form.Number("amount") ?? throw StripeError.Required("amount");
        var currency = Currency.Of(form.Required("currency"));
        Check(amount, currency, form);
        Connect.Refuse(form, "payment_intent");
        var intent = box.Make("payment_intent", "pi_3", 23);
        intent["amount"] = amount;
        intent["currency"] = currency.Code;
        intent["client_secret"] = intent.Id + "_secret_" + call.Ask.NewId("", 25);
        intent["capture_method"] = form.OneOf("capture_method", "automatic", "automatic_async", "manual") ?? "automatic_async";
        intent["confirmation_method"] = form.OneOf("confirmation_method", "automatic", "manual") ?? "automatic";
        intent["automatic_payment_methods"] = Automatic.Of(call);
        intent.Hidden = new Terms(
            form["payment_method_options[card][request_incremental_authorization]"] == "if_available",
            form["payment_method_options[card][request_multicapture]"] == "if_available",
            form["payment_method_options[card][request_overcapture]"] == "if_available");
        Fill(intent, form);
        box.Store.Add(intent);
        box.Emit("payment_intent.created", intent);
        if (form.Flag("confirm") is true) return Confirm(intent, form);
        if (form.Has("off_session")) throw StripeError.Invalid("off_session can only be set when confirm is true.", "off_session");
        return intent;
    }

    private static void Check(long amount, Currency currency, Form form)
    {
        currency.Check(amount);
        if (form["automatic_payment_methods[enabled]"] == "true" && form.List("payment_method_types").Length > 0)
        {
            throw StripeError.Invalid("You may only specify one of these parameters: automatic_payment_methods, payment_method_types.", null);
        }
    }

    private void Fill(Thing intent, Form form)
    {
        form.OneOf("setup_future_usage", Enumerations.Usages);
        form.CheckEmail("receipt_email");
        form.CheckDescriptor("statement_descriptor");
        form.CheckDescriptor("statement_descriptor_suffix");
        form.Copy(intent, "description", "receipt_email", "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix", "transfer_group");
        if (form["customer"] is { Length: > 0 } customer) intent["customer"] = box.Store.Get("customer", customer, "customer").Id;
        if (form.List("payment_method_types") is { Length: > 0 } types) intent["payment_method_types"] = Enumerations.PaymentMethodTypes(types);
        if (form.List("allowed_payment_method_types") is { Length: > 0 } allowed) intent["allowed_payment_method_types"] = intent["payment_method_types"] = Enumerations.PaymentMethodTypes(allowed, "allowed_payment_method_types");
        if (form.Json("shipping", "address", "carrier", "name", "phone", "tracking_number") is { } shipping) intent["shipping"] = shipping;
        if (form.Address("return_url") is { } back) ((Terms)intent.Hidden!).ReturnUrl = back;
        form.Metadata(intent);
        var method = form["payment_method"] is { Length: > 0 } id ? methods.Resolve(id)
            : form.HasAny("payment_method_data[") ? methods.Create(form, "payment_method_data")
            : null;
        if (method is null) return;
        if (method.Hidden is Instrument { Spent: true }) throw PaymentMethods.Gone();
        Allow(intent, method);
        intent["payment_method"] = method.Id;
        ((Terms)intent.Hidden!).Authenticated = false;
        if (intent.Is("requires_payment_method")) intent["status"] = "requires_confirmation";
    }

    /// <summary>
    /// A customer's payment method pays for this customer. An intent that names its types takes no other; one that leaves them to the
    /// Dashboard takes what comes. Bank debits have their currency.
    /// </summary>
    public static void Allow(Thing intent, Thing method)
    {
        var (type, noun) = (method.Text("type")!, intent.Shape.Name == "payment_intent" ? "PaymentIntent" : "SetupIntent");
        if (method.Text("customer") is { } owner && intent.Text("customer") != owner)
        {
            throw StripeError.Invalid(intent.Text("customer") is null
                ? $"The provided PaymentMethod belongs to a Customer. You must provide the Customer when confirming the {noun}."
                : "The PaymentMethod provided belongs to another Customer.", "payment_method");
        }

        if (intent["payment_method_types"] is IReadOnlyList<string> named && !named.Contains(type) && intent["automatic_payment_methods"] is null)
        {
            throw StripeError.Invalid($"The PaymentMethod provided ({type}) is not allowed for this {noun}. Please attach a PaymentMethod of one of the following types: {string.Join(", ", named)}.", null,
                noun == "PaymentIntent" ? "payment_intent_incompatible_payment_method" : null);
        }

        if (type == "card") return;
        intent["payment_method_types"] = new[] { type };
        var takes = type == "sepa_debit" ? "eur" : "usd";
        if (noun == "SetupIntent" || intent.Text("currency") == takes) return;
        throw StripeError.Invalid($"The currency provided ({intent.Text("currency")}) is invalid for one or more of the payment method types on this PaymentIntent. Payments with {type} support the following currencies: {takes}.", "currency");
    }

    private Thing Update(Call call)
    {
        var intent = box.Store.Get("payment_intent", call.Id);
        if (intent.Text("status") is "succeeded" or "canceled" or "processing" && (call.Form.Has("amount") || call.Form.Has("payment_method")))
        {
            throw StripeError.Unexpected("PaymentIntent's amount or payment method", intent, "update");
        }

        if (call.Form.Number("amount") is { } amount)
        {
            if (intent.Is("requires_capture")) throw StripeError.Unexpected("PaymentIntent's amount", intent, "update");
            Check(amount, Currency.Of(call.Form["currency"] ?? intent.Text("currency")!), call.Form);
            intent["amount"] = amount;
        }

        if (call.Form["currency"] is { } currency)
        {
            if (intent.Text("status") is not ("requires_payment_method" or "requires_confirmation")) throw StripeError.Unexpected("PaymentIntent's currency", intent, "update");
            intent["currency"] = Currency.Of(currency).Code;
        }

        Fill(intent, call.Form);
        return intent;
    }

    /// <summary>Confirms: a decline is thrown as the API's error, with the intent back at requires_payment_method.</summary>
    public Thing Confirm(Thing intent, Form form, bool offSession = false)
    {
        if (intent.Text("status") is not ("requires_payment_method" or "requires_confirmation" or "requires_action"))
        {
            throw StripeError.Unexpected("PaymentIntent", intent, "confirm");
        }

        if (box.Call?.Ask.Path.EndsWith("/confirm", StringComparison.Ordinal) == true) Fill(intent, form);
        if (intent.Text("payment_method") is not { } id)
        {
            throw new StripeError(400, "invalid_request_error", "payment_intent_unexpected_state",
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.", null) { Intent = intent };
        }

        var method = box.Store.Get("payment_method", id);
        var terms = (Terms)intent.Hidden!;
        terms.OffSession = offSession || form["off_session"] is { Length: > 0 } and not "false";
        if (form["mandate"] is { } mandate) terms.Mandate = box.Store.Get("mandate", mandate, "mandate").Id;
        terms.UsesSdk = form.Flag("use_stripe_sdk") is true;
        if (!terms.OffSession && !terms.UsesSdk) Automatic.NeedsReturn(intent, terms);
        intent["last_payment_error"] = null;
        var instrument = (Instrument)method.Hidden!;
        if (instrument.Bank is { } bank) return Debit(intent, method, bank);
        terms.Asked = form["payment_method_options[card][request_three_d_secure]"] is "any" or "challenge";
        if (terms.Authenticated) return Authorise(intent, authenticated: true, throws: true);
        if (!Challenged(intent, instrument, terms)) return Authorise(intent, authenticated: instrument.Test?.Challenge == Challenge.Frictionless, throws: true);
        if (terms.OffSession || form.Flag("error_on_requires_action") is true)
        {
            return Fail(intent, method, new StripeError(402, "card_error", "authentication_required", TestCards.Message("authentication_required", null), null)
            {
                DeclineCode = "authentication_required", Method = method, Intent = intent,
            }, throws: true);
        }

        intent["status"] = "requires_action";
        intent["next_action"] = ThreeDs.NextAction(box, "payment_intent", intent, terms);
        box.Emit("payment_intent.requires_action", intent);
        return intent;
    }

    /// <summary>The shopper came back from 3-D Secure.</summary>
    public void Authenticated(Thing intent, bool success)
    {
        if (!intent.Is("requires_action")) return;
        intent["next_action"] = null;
        var method = box.Store.Get("payment_method", intent.Text("payment_method")!);
        if (success && intent.Text("confirmation_method") == "manual")
        {
            ((Terms)intent.Hidden!).Authenticated = true;
            intent["status"] = "requires_confirmation";
            return;
        }

        if (success)
        {
            Authorise(intent, authenticated: true, throws: false);
            return;
        }

        Fail(intent, method, new StripeError(402, "card_error", "payment_intent_authentication_failure",
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.", null) { Method = method }, throws: false);
    }

    private bool Challenged(Thing intent, Instrument instrument, Terms terms)
    {
        if (instrument.Test is { } test)
        {
            return test.Challenge switch
            {
                Challenge.Always or Challenge.DeclinedAfter => true,
                Challenge.OnSetup => !(instrument.SetUp && terms.OffSession),
                Challenge.AlreadySetUp => !terms.OffSession,
                Challenge.Optional => terms.Asked,
                _ => false,
            };
        }

        return !instrument.SetUp && box.Stage.Issuers.WantsChallenge(new World.CardUse("stripe", instrument.Card!, intent.Number("amount"), intent.Text("currency")!, box.Stage.Clock.GetUtcNow()));
    }

    private Thing Authorise(Thing intent, bool authenticated, bool throws)
    {
        var method = box.Store.Get("payment_method", intent.Text("payment_method")!);
        var terms = (Terms)intent.Hidden!;
        var capture = !(intent.Text("capture_method") == "manual");
        var amount = intent.Number("amount");
        var (charge, declined) = acquirer.Charge(method, amount, intent.Text("currency")!, intent, capture, terms.OffSession, authenticated);
        intent["latest_charge"] = charge.Id;
        if (declined is not null) return Fail(intent, method, declined, throws);
        intent["next_action"] = null;
        Keep(intent, method);
        if (capture) return Succeed(intent, amount);
        intent["status"] = "requires_capture";
        intent["amount_capturable"] = amount;
        box.Emit("payment_intent.amount_capturable_updated", intent);
        box.Later(AuthorizationLife, () =>
        {
            if (intent.Is("requires_capture") && intent.Text("latest_charge") == charge.Id) Release(intent, "automatic");
        });
        return intent;
    }

    private Thing Succeed(Thing intent, long received)
    {
        intent["status"] = "succeeded";
        intent["amount_received"] = received;
        intent["amount_capturable"] = 0;
        intent["processing"] = null;
        box.Emit("payment_intent.succeeded", intent);
        if (Settles.Count > 0 && Settles.Remove(intent.Id, out var tell)) tell(intent);
        return intent;
    }

    /// <summary>A payment method that belongs to no customer pays once.</summary>
    private void Keep(Thing intent, Thing method)
    {
        if (intent.Text("setup_future_usage") is not null) Save(intent, method);
        if (method.Text("customer") is null) ((Instrument)method.Hidden!).Spent = true;
    }

    private void Save(Thing intent, Thing method)
    {
        ((Instrument)method.Hidden!).SetUp = true;
        if (intent.Text("customer") is { } customer && method.Text("customer") is null)
        {
            method["customer"] = customer;
            box.Emit("payment_method.attached", method);
            methods.Watch(method);
        }
    }

    private Thing Fail(Thing intent, Thing method, StripeError error, bool throws)
    {
        intent["status"] = "requires_payment_method";
        intent["payment_method"] = null;
        intent["next_action"] = null;
        ((Terms)intent.Hidden!).Authenticated = false;
        intent["last_payment_error"] = Failure(error, method);
        box.Emit("payment_intent.payment_failed", intent);
        if (!throws) return intent;
        throw new StripeError(402, error.Type, error.Code, error.Message, error.Param)
        {
            DeclineCode = error.DeclineCode, AdviceCode = error.AdviceCode, ChargeId = error.ChargeId, Intent = intent, Method = method,
        };
    }

    private Raw Failure(StripeError error, Thing method)
    {
        var body = error.Body(box.Store);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        var inner = json.RootElement.GetProperty("error");
        return inner.TryGetProperty("payment_method", out _) ? new Raw(Encoding.UTF8.GetBytes(inner.GetRawText()))
            : new Raw(Encoding.UTF8.GetBytes(inner.GetRawText()[..^1] + ",\"payment_method\":" + Encoding.UTF8.GetString(Raw.Of(w => method.Write(w, box.Store, null)).Json) + "}"));
    }

    /// <summary>Bank debits answer later: processing with a pending charge, then succeeded or failed.</summary>
    private Thing Debit(Thing intent, Thing method, BankBehaviour behaviour)
    {
        var charge = acquirer.Pend(method, intent.Number("amount"), intent.Text("currency")!, intent, behaviour.Failure);
        intent["latest_charge"] = charge.Id;
        intent["status"] = "processing";
        box.Emit("payment_intent.processing", intent);
        if (behaviour.Stays) return intent;
        box.Later(behaviour.Delayed ? TimeSpan.FromMinutes(3) : TimeSpan.FromSeconds(30), () =>
        {
            if (!intent.Is("processing")) return;
            if (behaviour.Failure is { } failure) Fail(intent, method, acquirer.Return(charge, failure), throws: false);
            else
            {
                acquirer.Arrive(charge);
                Keep(intent, method);
                Succeed(intent, charge.Number("amount"));
            }
        });
        return intent;
    }

    private Thing Capture(Call call)
    {
        var intent = box.Store.Get("payment_intent", call.Id);
        if (!intent.Is("requires_capture")) throw StripeError.Unexpected("PaymentIntent", intent, "capture");
        var charge = box.Store.Get("charge", intent.Text("latest_charge")!);
        var truth = charge.Truth!;
        var terms = (Terms)intent.Hidden!;
        var amount = call.Form.Number("amount_to_capture") ?? intent.Number("amount_capturable");
        var most = terms.CanOvercapture && truth.Captured == 0 ? intent.Number("amount_capturable") * 6 / 5 : intent.Number("amount_capturable");
        if (amount < 1) throw StripeError.Invalid("This value must be greater than or equal to 1.", "amount_to_capture", "parameter_invalid_integer");
        if (amount > most)
        {
            throw StripeError.Invalid($"The requested capture amount is greater than the amount you can capture for this charge ({most}).", "amount_to_capture", "amount_too_large");
        }

        if (call.Form.Flag("final_capture") is false && !terms.CanCaptureMore) throw StripeError.Invalid("Multicapture is not available for this PaymentIntent.", "final_capture");
        var final = call.Form.Flag("final_capture") ?? !terms.CanCaptureMore || amount >= truth.Held;
        call.Form.Metadata(intent);
        acquirer.Capture(charge, amount, final);
        box.Emit("charge.captured", charge);
        intent["amount_capturable"] = truth.Held;
        intent["amount_received"] = truth.Captured;
        if (final) return Succeed(intent, truth.Captured);
        box.Emit("payment_intent.amount_capturable_updated", intent);
        return intent;
    }

    private Thing Cancel(Call call)
    {
        var intent = box.Store.Get("payment_intent", call.Id);
        if (intent.Text("status") is "succeeded" or "canceled") throw StripeError.Unexpected("PaymentIntent", intent, "cancel");
        return Release(intent, call.Form.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned"));
    }

    public Thing Release(Thing intent, string? reason)
    {
        if (intent.Is("requires_capture")) acquirer.Void(box.Store.Get("charge", intent.Text("latest_charge")!), expired: reason == "automatic");
        else if (intent.Is("processing")) acquirer.Return(box.Store.Get("charge", intent.Text("latest_charge")!), "debit_canceled");
        intent["status"] = "canceled";
        intent["canceled_at"] = box.Now;
        intent["cancellation_reason"] = reason;
        intent["amount_capturable"] = 0;
        intent["next_action"] = null;
        box.Emit("payment_intent.canceled", intent);
        return intent;
    }

    private Thing Increment(Call call)
    {
        var intent = box.Store.Get("payment_intent", call.Id);
        if (!intent.Is("requires_capture")) throw StripeError.Unexpected("PaymentIntent's authorization", intent, "increment");
        if (intent.Hidden is not Terms { CanIncrement: true }) throw StripeError.Invalid("This PaymentIntent is not eligible for incremental authorization.", null);
        var amount = call.Form.Number("amount") ?? throw StripeError.Required("amount");
        var charge = box.Store.Get("charge", intent.Text("latest_charge")!);
        if (amount <= intent.Number("amount")) throw StripeError.Invalid("The amount must be greater than the currently authorized amount.", "amount");
        box.Stage.Till.Authorise(charge.Truth!, amount - intent.Number("amount"));
        intent["amount"] = amount;
        intent["amount_capturable"] = amount;
        charge["amount"] = amount;
        call.Form.Copy(intent, "description", "statement_descriptor");
        call.Form.Metadata(intent);
        box.Emit("payment_intent.amount_capturable_updated", intent);
        return intent;
    }
}
