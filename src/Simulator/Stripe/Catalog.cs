namespace Busker.Simulator.Stripe;

/// <summary>Products and prices, as far as subscriptions need them.</summary>
internal sealed class Catalog(Sandbox box)
{
    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/products", call => Product(box.Store.Add(Named(call)), call, "product.created"), "name, description, images, metadata", "default_price_data, tax codes"),
        new("GET", "/v1/products", call => Listing.Page(box, call, "product", "/v1/products", "active"), "by active"),
        new("GET", "/v1/products/search", call => Listing.Search(box, call, "product", "/v1/products/search"), "active, name, description, metadata"),
        new("GET", "/v1/products/{id}", call => box.Store.Get("product", call.Id), "as stored"),
        new("POST", "/v1/products/{id}", call => Product(box.Store.Get("product", call.Id), call, "product.updated"), "all of the above"),
        new("DELETE", "/v1/products/{id}", Delete, "when it has no prices"),
        new("POST", "/v1/prices", Create, "one-time and recurring unit amounts, product_data, lookup_key", "tiers, custom amounts, currency options"),
        new("GET", "/v1/prices", call => Listing.Page(box, call, "price", "/v1/prices", "active", "product", "type", "currency"), "by product, active, type"),
        new("GET", "/v1/prices/search", call => Listing.Search(box, call, "price", "/v1/prices/search"), "active, lookup_key, product, metadata"),
        new("GET", "/v1/prices/{id}", call => box.Store.Get("price", call.Id), "as stored"),
        new("POST", "/v1/prices/{id}", Update, "active, nickname, metadata"),
    ];

    private Thing Named(Call call)
    {
        var product = call.Form["id"] is { } id ? box.Make("product", id, true) : box.Make("product", "prod_", 14);
        product["name"] = call.Form.Required("name");
        return product;
    }

    private Thing Product(Thing product, Call call, string type)
    {
        call.Form.Copy(product, "name", "description", "statement_descriptor", "tax_code", "unit_label", "url");
        if (call.Form.Flag("active") is { } active) product["active"] = active;
        if (call.Form.Flag("shippable") is { } shippable) product["shippable"] = shippable;
        if (call.Form.List("images") is { Length: > 0 } images) product["images"] = images;
        if (call.Form["default_price"] is { } price) product["default_price"] = box.Store.Get("price", price, "default_price").Id;
        product["updated"] = box.Now;
        call.Form.Metadata(product);
        box.Emit(type, product);
        return product;
    }

    private Deleted Delete(Call call)
    {
        var product = box.Store.Get("product", call.Id);
        if (box.Store.All("price").Any(p => p.Text("product") == product.Id)) throw StripeError.Invalid("This product cannot be deleted because it has one or more user-created prices.", null);
        box.Store.Remove(product);
        return new Deleted(product.Id, "product");
    }

    private Thing Create(Call call)
    {
        var form = call.Form;
        var price = box.Make("price", "price_1", 23);
        price["currency"] = Currency.Of(form.Required("currency")).Code;
        var amount = form.Number("unit_amount") ?? throw StripeError.Required("unit_amount");
        price["unit_amount"] = amount;
        price["unit_amount_decimal"] = amount.ToString(System.Globalization.CultureInfo.InvariantCulture);
        price["product"] = form["product"] is { } id ? box.Store.Get("product", id, "product").Id : Inline(form);
        form.Copy(price, "lookup_key", "nickname");
        if (form.Flag("active") is { } active) price["active"] = active;
        if (form.OneOf("recurring[interval]", "day", "week", "month", "year") is { } interval)
        {
            var count = form.Number("recurring[interval_count]") ?? 1;
            price["type"] = "recurring";
            price.Hidden = (interval, (int)count);
            price["recurring"] = Raw.Of(json =>
            {
                json.WriteStartObject();
                json.WriteString("interval", interval);
                json.WriteNumber("interval_count", count);
                json.WriteNull("meter");
                json.WriteNull("trial_period_days");
                json.WriteString("usage_type", "licensed");
                json.WriteEndObject();
            });
        }

        form.Metadata(price);
        box.Emit("price.created", price);
        return box.Store.Add(price);
    }

    private string Inline(Form form)
    {
        var product = box.Make("product", "prod_", 14);
        product["name"] = form.Required("product_data[name]");
        product["updated"] = box.Now;
        return box.Store.Add(product).Id;
    }

    private Thing Update(Call call)
    {
        var price = box.Store.Get("price", call.Id);
        var before = price.Copy();
        call.Form.Copy(price, "nickname", "lookup_key");
        if (call.Form.Flag("active") is { } active) price["active"] = active;
        call.Form.Metadata(price);
        box.Emit("price.updated", price, before);
        return price;
    }
}
