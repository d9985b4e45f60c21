namespace Busker.Simulator.Stripe;

/// <summary>Subscriptions, as far as a client needs them to exist: they start, trial, renew, fail and end.</summary>
internal sealed class Billing
{
    private const string Url = "/v1/subscriptions";
    private readonly Sandbox _box;
    private readonly Invoices _invoices;
    private readonly TestClocks _clocks;

    public Billing(Sandbox box, PaymentIntents intents, TestClocks clocks)
    {
        (_box, _clocks) = (box, clocks);
        _invoices = new Invoices(box, intents);
        clocks.Moved.Add(Renewals);
    }

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "prices and quantities, trials, payment_behavior, default payment method", "proration, coupons, tax, schedules, thresholds"),
        new("GET", Url, call => Listing.Page(_box, call, "subscription", Url, "customer", "status"), "by customer, status, created"),
        new("GET", Url + "/search", call => Listing.Search(_box, call, "subscription", Url + "/search"), "status, metadata"),
        new("GET", Url + "/{id}", call => _box.Store.Get("subscription", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "cancel_at_period_end, default payment method, metadata", "changing items"),
        new("DELETE", Url + "/{id}", Cancel, "at once"),
        .. _invoices.Routes,
    ];

    private Thing Create(Call call)
    {
        var form = call.Form;
        var customer = _box.Store.Get("customer", form.Required("customer"), "customer");
        var subscription = _box.Make("subscription", "sub_1", 23);
        subscription["customer"] = customer.Id;
        subscription["test_clock"] = customer.Text("test_clock");
        var now = _clocks.NowOf(customer.Text("test_clock"));
        if (form["default_payment_method"] is { } method) subscription["default_payment_method"] = _box.Store.Get("payment_method", method, "default_payment_method").Id;
        form.Copy(subscription, "description");
        form.Metadata(subscription);
        var prices = Prices(form);
        subscription["currency"] = prices[0].Price.Text("currency");
        subscription["start_date"] = now;
        var trial = form.Number("trial_end") ?? (form.Number("trial_period_days") is { } days ? now + (days * 86_400) : 0);
        var (interval, count) = ((string, int))prices[0].Price.Hidden!;
        var end = trial > now ? trial : After(now, interval, count);
        subscription["billing_cycle_anchor"] = trial > now ? trial : now;
        subscription["items"] = new Sublist($"/v1/subscription_items?subscription={subscription.Id}", [.. prices.Select(p => Item(subscription, p.Price, p.Quantity, now, end))]);
        _box.Store.Add(subscription);
        if (trial > now)
        {
            subscription["trial_start"] = now;
            subscription["trial_end"] = trial;
            subscription["status"] = "trialing";
        }
        else
        {
            First(subscription, customer, form["payment_behavior"] ?? "allow_incomplete");
        }

        Period(subscription, call.Version);
        _box.Emit("customer.subscription.created", subscription);
        return subscription;
    }

    private (Thing Price, long Quantity)[] Prices(Form form)
    {
        var prices = new List<(Thing, long)>();
        for (var i = 0; form[$"items[{i}][price]"] is { } id; i++)
        {
            var price = _box.Store.Get("price", id, $"items[{i}][price]");
            if (price.Hidden is null) throw StripeError.Invalid($"The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.", $"items[{i}][price]");
            prices.Add((price, form.Number($"items[{i}][quantity]") ?? 1));
        }

        return prices.Count > 0 ? [.. prices] : throw StripeError.Required("items");
    }

    private Thing Item(Thing subscription, Thing price, long quantity, long start, long end)
    {
        var item = _box.Make("subscription_item", "si_", 14);
        item["price"] = price;
        item["plan"] = Plan(price);
        item["quantity"] = quantity;
        item["subscription"] = subscription.Id;
        item["current_period_start"] = start;
        item["current_period_end"] = end;
        return item;
    }

    private static Raw Plan(Thing price) => Raw.Of(json =>
    {
        var (interval, count) = ((string, int))price.Hidden!;
        json.WriteStartObject();
        json.WriteString("id", price.Id);
        json.WriteString("object", "plan");
        json.WriteBoolean("active", price.Flag("active"));
        json.WriteNumber("amount", price.Number("unit_amount"));
        json.WriteString("amount_decimal", price.Text("unit_amount_decimal"));
        json.WriteString("billing_scheme", "per_unit");
        json.WriteNumber("created", price.Number("created"));
        json.WriteString("currency", price.Text("currency"));
        json.WriteString("interval", interval);
        json.WriteNumber("interval_count", count);
        json.WriteBoolean("livemode", false);
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteNull("meter");
        json.WriteNull("nickname");
        json.WriteString("product", price.Text("product"));
        json.WriteNull("tiers_mode");
        json.WriteNull("transform_usage");
        json.WriteNull("trial_period_days");
        json.WriteString("usage_type", "licensed");
        json.WriteEndObject();
    });

    private void First(Thing subscription, Thing customer, string behaviour)
    {
        var invoice = _invoices.ForSubscription(subscription, customer, "subscription_create");
        subscription["latest_invoice"] = invoice.Id;
        var paid = behaviour != "default_incomplete" && _invoices.TryPay(invoice, throws: behaviour == "error_if_incomplete");
        subscription["status"] = paid ? "active" : "incomplete";
        if (!paid) _box.Later(TimeSpan.FromHours(23), () =>
        {
            if (!subscription.Is("incomplete")) return;
            var before = subscription.Copy();
            subscription["status"] = "incomplete_expired";
            _box.Emit("customer.subscription.updated", subscription, before);
        });
        _invoices.Paid[invoice.Id] = () => subscription["status"] = "active";
    }

    /// <summary>Before 2025-03-31 the period stood on the subscription itself.</summary>
    private static void Period(Thing subscription, string version)
    {
        if (string.CompareOrdinal(version, "2025-03-31") >= 0) return;
        var first = ((Sublist)subscription["items"]!).Items[0];
        subscription["current_period_start"] = first.Number("current_period_start");
        subscription["current_period_end"] = first.Number("current_period_end");
    }

    private void Renewals(Thing clock)
    {
        foreach (var subscription in _box.Store.All("subscription").Where(s => s.Text("test_clock") == clock.Id).ToArray())
        {
            for (var guard = 0; guard < 400 && Renew(subscription, clock.Number("frozen_time")); guard++)
            {
            }
        }
    }

    private bool Renew(Thing subscription, long now)
    {
        var items = ((Sublist)subscription["items"]!).Items;
        var end = items[0].Number("current_period_end");
        if (end > now || subscription.Text("status") is not ("active" or "trialing" or "past_due")) return false;
        if (subscription.Flag("cancel_at_period_end"))
        {
            End(subscription, end);
            return false;
        }

        var before = subscription.Copy();
        foreach (var item in items)
        {
            var (interval, count) = ((string, int))((Thing)item["price"]!).Hidden!;
            item["current_period_start"] = end;
            item["current_period_end"] = After(end, interval, count);
        }

        var invoice = _invoices.ForSubscription(subscription, _box.Store.Get("customer", subscription.Text("customer")!), "subscription_cycle");
        subscription["latest_invoice"] = invoice.Id;
        subscription["status"] = _invoices.TryPay(invoice, throws: false) ? "active" : "past_due";
        _box.Emit("customer.subscription.updated", subscription, before);
        return true;
    }

    private Thing Update(Call call)
    {
        var subscription = _box.Store.Get("subscription", call.Id);
        if (subscription.Is("canceled")) throw StripeError.Invalid("A canceled subscription can only update its cancellation_details and metadata.", null);
        var before = subscription.Copy();
        if (call.Form["default_payment_method"] is { } method) subscription["default_payment_method"] = _box.Store.Get("payment_method", method, "default_payment_method").Id;
        if (call.Form.Flag("cancel_at_period_end") is { } cancel)
        {
            subscription["cancel_at_period_end"] = cancel;
            subscription["cancel_at"] = cancel ? ((Sublist)subscription["items"]!).Items[0].Number("current_period_end") : null;
            subscription["canceled_at"] = cancel ? _box.Now : null;
        }

        call.Form.Copy(subscription, "description");
        call.Form.Metadata(subscription);
        _box.Emit("customer.subscription.updated", subscription, before);
        return subscription;
    }

    private Thing Cancel(Call call)
    {
        var subscription = _box.Store.Get("subscription", call.Id);
        if (subscription.Is("canceled")) throw StripeError.Missing("subscription", call.Id, "id");
        End(subscription, _clocks.NowOf(subscription.Text("test_clock")));
        return subscription;
    }

    private void End(Thing subscription, long at)
    {
        subscription["status"] = "canceled";
        subscription["canceled_at"] = at;
        subscription["ended_at"] = at;
        _box.Emit("customer.subscription.deleted", subscription);
    }

    private static long After(long start, string interval, int count)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(start);
        return (interval switch { "day" => at.AddDays(count), "week" => at.AddDays(7 * count), "month" => at.AddMonths(count), _ => at.AddYears(count) }).ToUnixTimeSeconds();
    }
}
