namespace Busker.Simulator.Stripe;

/// <summary>There is one account here, so what names another, or takes a fee for it, is refused.</summary>
internal static class Connect
{
    public static void Refuse(Form form, string what)
    {
        if (form["transfer_data[destination]"] is { } destination) throw Missing("destination", destination, "transfer_data[destination]");
        if ((form["destination[account]"] ?? form["destination"]) is { } account) throw Missing("destination", account, "destination");
        if (form["on_behalf_of"] is { Length: > 0 } other) throw Missing("account", other, "on_behalf_of");
        if (!form.Has("application_fee_amount")) return;
        throw StripeError.Invalid(what == "charge"
            ? "Can only apply an application_fee when the request is made on behalf of another account (using an OAuth key, the Stripe-Account header, or the destination parameter)."
            : "Can only apply an application_fee when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).",
            "application_fee_amount");
    }

    private static StripeError Missing(string kind, string id, string param) => new(400, "invalid_request_error", "resource_missing", $"No such {kind}: '{id}'", param);
}
