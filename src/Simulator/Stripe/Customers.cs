namespace Busker.Simulator.Stripe;

/// <summary>Customers.</summary>
internal sealed class Customers(Sandbox box)
{
    private const string Url = "/v1/customers";

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "contact data, default payment method, test clock, metadata", "tax ids, cash balance, sources"),
        new("GET", Url, call => Listing.Page(box, call, "customer", Url, "email", "test_clock"), "by email, by created"),
        new("GET", Url + "/search", call => Listing.Search(box, call, "customer", Url + "/search"), "the search language over stored fields"),
        new("GET", Url + "/{id}", call => _gone.Contains(call.Id) ? new Deleted(call.Id, "customer") : box.Store.Get("customer", call.Id), "as stored; of a deleted one, that it is"),
        new("POST", Url + "/{id}", call => Fill(box.Store.Get("customer", call.Id), call, "customer.updated"), "contact data, defaults, metadata"),
        new("DELETE", Url + "/{id}", Delete, "with its payment methods"),
    ];

    private readonly HashSet<string> _gone = [];

    private Thing Create(Call call)
    {
        var customer = box.Make("customer", "cus_", 14);
        customer["invoice_prefix"] = customer.Id[^8..].ToUpperInvariant();
        if (call.Form["test_clock"] is { } clock) customer["test_clock"] = box.Store.Get("test_clock", clock, "test_clock").Id;
        if (call.Form["payment_method"] is not { } id)
        {
            box.Store.Add(customer);
            return Fill(customer, call, "customer.created");
        }

        var methods = new PaymentMethods(box);
        var method = methods.Own(methods.Resolve(id), customer);
        box.Store.Add(customer);
        return Fill(customer, call, "customer.created", method);
    }

    private Thing Fill(Thing customer, Call call, string type, Thing? given = null)
    {
        var (form, before) = (call.Form, type == "customer.updated" ? customer.Copy() : null);
        form.Copy(customer, "description", "email", "name", "phone", "tax_exempt");
        if (form["email"] is { Length: > 0 } email && !email.Contains('@')) throw StripeError.Invalid($"Invalid email address: {email}", "email", "email_invalid");
        if (form.Json("address", "city", "country", "line1", "line2", "postal_code", "state") is { } address) customer["address"] = address;
        if (form.Json("shipping", "address", "name", "phone") is { } shipping) customer["shipping"] = shipping;
        if (form.List("preferred_locales") is { Length: > 0 } locales) customer["preferred_locales"] = locales;
        if (form["invoice_settings[default_payment_method]"] is { } method)
        {
            if (given is not null && method == form["payment_method"]) method = given.Id; // both may be the same test token
            customer.Hidden = box.Store.Get("payment_method", method, "invoice_settings[default_payment_method]").Id;
            customer["invoice_settings"] = new Raw(System.Text.Encoding.UTF8.GetBytes(
                $$"""{"custom_fields":null,"default_payment_method":"{{method}}","footer":null,"rendering_options":null}"""));
        }

        form.Metadata(customer);
        if (before is not null) box.Emit(type, customer, before);
        else box.Emit(type, customer);
        return customer;
    }

    private Deleted Delete(Call call)
    {
        var customer = box.Store.Get("customer", call.Id);
        foreach (var method in box.Store.Made("payment_method").Where(m => m.Text("customer") == customer.Id)) method["customer"] = null;
        box.Emit("customer.deleted", customer);
        box.Store.Remove(customer);
        _gone.Add(customer.Id);
        return new Deleted(customer.Id, "customer");
    }
}
