namespace Busker.Simulator.Stripe;

/// <summary>Charges, read and (the older way) made.</summary>
internal sealed class Charges(Sandbox box, PaymentMethods methods, Acquirer acquirer, Sales sales)
{
    private const string Url = "/v1/charges";

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "by token or payment method, capture or not", "saved sources, 3-D Secure (as on the real API), Connect"),
        new("GET", Url, call => Listing.Page(box, call, "charge", Url, "customer", "payment_intent", "transfer_group"), "by customer, payment intent, created"),
        new("GET", Url + "/search", call => Listing.Search(box, call, "charge", Url + "/search"), "amount, currency, customer, disputed, refunded, status, metadata"),
        new("GET", Url + "/{id}", call => box.Store.Get("charge", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "description, receipt_email, metadata, fraud_details"),
        new("POST", Url + "/{id}/capture", Capture, "charges made here", "charges of a payment intent are captured through it"),
    ];

    private Thing Create(Call call)
    {
        var form = call.Form;
        var amount = form.Number("amount") ?? throw StripeError.Required("amount");
        var currency = Currency.Of(form.Required("currency"));
        currency.Check(amount);
        Connect.Refuse(form, "charge");
        form.CheckEmail("receipt_email");
        form.CheckDescriptor("statement_descriptor");
        form.CheckDescriptor("statement_descriptor_suffix");
        var source = form["source"] ?? form["payment_method"] ?? throw StripeError.Required("source");
        var (capture, given) = (form.Flag("capture") ?? true, Given(form));
        if (capture && sales.Sell(call, source, amount, currency.Code, given) is { } sold) return sold;
        var (charge, declined) = acquirer.Charge(methods.Resolve(source, "source"), amount, currency.Code, null, capture, false, false, given);
        return declined is null ? charge : throw new StripeError(402, "card_error", declined.Code, declined.Message, declined.Param)
        {
            DeclineCode = declined.DeclineCode, ChargeId = charge.Id, AdviceCode = declined.AdviceCode,
        };
    }

    /// <summary>What the request says of the charge, or null when that is nothing.</summary>
    private Thing? Given(Form form)
    {
        var given = new Thing("charge");
        form.Copy(given, "description", "receipt_email", "statement_descriptor", "transfer_group");
        if (form["customer"] is { } customer) given["customer"] = box.Store.Get("customer", customer, "customer").Id;
        form.Metadata(given);
        return given.Blank ? null : given;
    }

    private Thing Update(Call call)
    {
        var charge = box.Store.Get("charge", call.Id);
        var before = charge.Copy();
        call.Form.CheckEmail("receipt_email");
        call.Form.Copy(charge, "description", "receipt_email", "transfer_group");
        if (call.Form.Json("fraud_details") is { } details) charge["fraud_details"] = details;
        call.Form.Metadata(charge);
        box.Emit("charge.updated", charge, before);
        return charge;
    }

    private Thing Capture(Call call)
    {
        var charge = box.Store.Get("charge", call.Id);
        if (charge.Text("payment_intent") is not null) throw StripeError.Invalid("This charge was created by a PaymentIntent: capture the PaymentIntent instead.", null);
        if (charge.Flag("captured")) throw StripeError.Invalid($"Charge {charge.Id} has already been captured.", null, "charge_already_captured");
        var amount = call.Form.Number("amount") ?? charge.Truth!.Held;
        if (amount < 1 || amount > charge.Truth!.Held) throw StripeError.Invalid("Amount is more than what was authorized.", "amount", "amount_too_large");
        acquirer.Capture(charge, amount, final: true);
        box.Emit("charge.captured", charge);
        return charge;
    }
}
