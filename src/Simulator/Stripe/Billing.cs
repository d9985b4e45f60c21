namespace Busker.Simulator.Stripe;

/// <summary>Subscriptions, as far as a client needs them to exist: they start, trial, change, renew, fail, are tried again, and end.</summary>
internal sealed class Billing
{
    private const string Url = "/v1/subscriptions";
    private const long Day = 86_400;

    /// <summary>Days from one failed attempt at an invoice to the next; after the last the subscription is canceled.</summary>
    private static readonly int[] Retries = [3, 5, 7];
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
        new("POST", Url, Create, "prices and quantities, trials, payment_behavior, default payment method; renewals follow its test clock, or the simulated time; one that is not paid is tried again after 3, 5 and 7 days, and then the subscription is canceled", "coupons, tax, schedules, thresholds, price_data, send_invoice; invoices are finalized at once, not after an hour"),
        new("GET", Url, call => Listing.Page(_box, call, "subscription", Url, "customer", "status"), "by customer, status, created"),
        new("GET", Url + "/search", call => Listing.Search(_box, call, "subscription", Url + "/search"), "status, metadata"),
        new("GET", Url + "/{id}", call => _box.Store.Get("subscription", call.Id), "with expansion"),
        new("POST", Url + "/{id}", Update, "cancel_at_period_end, default payment method, metadata; items: price (of the same interval) and quantity, prorated to the second by proration_behavior", "adding and deleting items, changing the interval, pending updates"),
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
        if (form["discounts[0][coupon]"] is { } coupon) throw new StripeError(400, "invalid_request_error", "resource_missing", $"No such coupon: '{coupon}'", "discounts[0][coupon]");
        var prices = Prices(form);
        subscription["currency"] = prices[0].Price.Text("currency");
        subscription["start_date"] = now;
        var trial = form.Number("trial_end") ?? (form.Number("trial_period_days") is { } days ? now + (days * 86_400) : 0);
        var (interval, count) = ((string, int))prices[0].Price.Hidden!;
        var end = trial > now ? trial : After(now, interval, count);
        subscription["billing_cycle_anchor"] = trial > now ? trial : now;
        subscription["items"] = new Sublist($"/v1/subscription_items?subscription={subscription.Id}", [.. prices.Select(p => Item(subscription, p.Price, p.Quantity, now, end))]);
        var behaviour = form.OneOf("payment_behavior", "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete") ?? "allow_incomplete";
        if (trial <= now && behaviour != "default_incomplete" && !Invoices.Payable(customer, subscription.Text("default_payment_method")))
        {
            throw StripeError.Invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.", null, "resource_missing");
        }

        _box.Store.Add(subscription);
        var plan = new Plan { KeepsMethod = form.OneOf("payment_settings[save_default_payment_method]", "off", "on_subscription") == "on_subscription" };
        if (plan.KeepsMethod) subscription["payment_settings"] = new Raw("""{"payment_method_options":null,"payment_method_types":null,"save_default_payment_method":"on_subscription"}"""u8.ToArray());
        subscription.Hidden = plan;
        if (trial > now)
        {
            subscription["trial_start"] = now;
            subscription["trial_end"] = trial;
            subscription["status"] = "trialing";
            plan.TrialNoticeAt = Math.Max(now, trial - (3 * Day));
            subscription["latest_invoice"] = _invoices.ForSubscription(subscription, customer, "subscription_create", due: false).Id;
        }
        else
        {
            First(subscription, customer, behaviour, now);
        }

        Period(subscription, call.Version);
        _box.Emit("customer.subscription.created", subscription);
        Arm(subscription);
        return subscription;
    }

    private (Thing Price, long Quantity)[] Prices(Form form)
    {
        if (form.HasAny("items[0][price_data]")) throw StripeError.Invalid("A price inside a subscription is not simulated: create it with POST /v1/prices.", "items[0][price_data]");
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
        item["plan"] = Legacy(price);
        item["quantity"] = quantity;
        item["subscription"] = subscription.Id;
        item["current_period_start"] = start;
        item["current_period_end"] = end;
        return item;
    }

    private static Raw Legacy(Thing price) => Raw.Of(json =>
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

    private void First(Thing subscription, Thing customer, string behaviour, long now)
    {
        var invoice = _invoices.ForSubscription(subscription, customer, "subscription_create");
        subscription["latest_invoice"] = invoice.Id;
        var paid = invoice.Is("paid") || (behaviour != "default_incomplete" && _invoices.TryPay(invoice, throws: behaviour == "error_if_incomplete"));
        subscription["status"] = paid ? "active" : "incomplete";
        if (paid) return;
        ((Plan)subscription.Hidden!).ExpiresAt = now + (23 * 3_600);
        _invoices.Paid[invoice.Id] = () => Recover(subscription, invoice);
    }

    /// <summary>Its open invoice was paid after all.</summary>
    private void Recover(Thing subscription, Thing invoice)
    {
        if (subscription.Text("status") is not ("incomplete" or "past_due")) return;
        var (before, plan) = (subscription.Copy(), (Plan)subscription.Hidden!);
        plan.ExpiresAt = plan.RetryAt = null;
        subscription["status"] = "active";
        if (plan.KeepsMethod && _invoices.MethodOf(invoice) is { } method) subscription["default_payment_method"] = method;
        _box.Emit("customer.subscription.updated", subscription, before);
        Arm(subscription);
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
        foreach (var subscription in _box.Store.All("subscription").Where(s => s.Text("test_clock") == clock.Id).ToArray()) RunUntil(subscription, clock.Number("frozen_time"));
    }

    /// <summary>A subscription of no test clock lives in the simulated time.</summary>
    private void Arm(Thing subscription)
    {
        if (subscription.Text("test_clock") is not null || Next(subscription) is not { } due) return;
        _box.Later(TimeSpan.FromSeconds(Math.Max(0, due - _box.Now)), () =>
        {
            if (Next(subscription) != due) return; // it changed, and was armed anew
            RunUntil(subscription, _box.Now);
            Arm(subscription);
        });
    }

    private void RunUntil(Thing subscription, long now)
    {
        for (var guard = 0; guard < 400 && Next(subscription) is { } due && due <= now; guard++) Run(subscription, due);
    }

    /// <summary>When something happens to it next.</summary>
    private static long? Next(Thing subscription)
    {
        var plan = (Plan)subscription.Hidden!;
        long? period = subscription.Text("status") is "active" or "trialing" or "past_due" ? ((Sublist)subscription["items"]!).Items[0].Number("current_period_end") : null;
        return new[] { plan.TrialNoticeAt, plan.ExpiresAt, plan.RetryAt, period }.Min();
    }

    private void Run(Thing subscription, long at)
    {
        var plan = (Plan)subscription.Hidden!;
        if (plan.TrialNoticeAt <= at)
        {
            plan.TrialNoticeAt = null;
            if (subscription.Is("trialing")) _box.Emit("customer.subscription.trial_will_end", subscription);
        }
        else if (plan.ExpiresAt <= at)
        {
            plan.ExpiresAt = null;
            var before = subscription.Copy();
            subscription["status"] = "incomplete_expired";
            subscription["ended_at"] = at;
            if (_box.Store.Find("invoice", subscription.Text("latest_invoice")) is { } open && open.Is("open")) _invoices.End(open, "void", "voided_at");
            _box.Emit("customer.subscription.updated", subscription, before);
        }
        else if (plan.RetryAt <= at) Retry(subscription, plan, at);
        else if (subscription.Flag("cancel_at_period_end")) End(subscription, at);
        else Renew(subscription, at);
    }

    private void Renew(Thing subscription, long end)
    {
        var before = subscription.Copy();
        foreach (var item in ((Sublist)subscription["items"]!).Items)
        {
            var (interval, count) = ((string, int))((Thing)item["price"]!).Hidden!;
            item["current_period_start"] = end;
            item["current_period_end"] = After(end, interval, count);
        }

        if (subscription["current_period_end"] is long) Period(subscription, "");
        var invoice = _invoices.ForSubscription(subscription, _box.Store.Get("customer", subscription.Text("customer")!), "subscription_cycle");
        subscription["latest_invoice"] = invoice.Id;
        var paid = invoice.Is("paid") || _invoices.TryPay(invoice, throws: false, offSession: true);
        subscription["status"] = paid ? "active" : "past_due";
        if (!paid) Wait(subscription, invoice, end);
        _box.Emit("customer.subscription.updated", subscription, before);
    }

    /// <summary>The next attempt at an invoice that was not paid.</summary>
    private void Wait(Thing subscription, Thing invoice, long at)
    {
        var plan = (Plan)subscription.Hidden!;
        var tries = (int)invoice.Number("attempt_count");
        plan.RetryAt = at + (Retries[Math.Min(tries, Retries.Length) - 1] * Day);
        plan.Unpaid = invoice;
        invoice["next_payment_attempt"] = tries > Retries.Length ? null : plan.RetryAt;
        _invoices.Paid[invoice.Id] = () => Recover(subscription, invoice);
    }

    private void Retry(Thing subscription, Plan plan, long at)
    {
        plan.RetryAt = null;
        if (!plan.Unpaid!.Is("open")) return;
        if (_invoices.TryPay(plan.Unpaid, throws: false, offSession: true)) return; // Recover was told
        if (plan.Unpaid.Number("attempt_count") <= Retries.Length) Wait(subscription, plan.Unpaid, at);
        else
        {
            plan.Unpaid["next_payment_attempt"] = null;
            End(subscription, at, "payment_failed");
        }
    }

    private Thing Update(Call call)
    {
        var subscription = _box.Store.Get("subscription", call.Id);
        if (subscription.Is("canceled")) throw StripeError.Invalid("A canceled subscription can only update its cancellation_details and metadata.", null);
        var before = subscription.Copy();
        if (call.Form["default_payment_method"] is { } method) subscription["default_payment_method"] = _box.Store.Get("payment_method", method, "default_payment_method").Id;
        Change(subscription, call.Form);
        if (call.Form.Flag("cancel_at_period_end") is { } cancel)
        {
            subscription["cancellation_details"] = Details(call.Form, cancel ? "cancellation_requested" : null);
            subscription["cancel_at_period_end"] = cancel;
            subscription["cancel_at"] = cancel ? ((Sublist)subscription["items"]!).Items[0].Number("current_period_end") : null;
            subscription["canceled_at"] = cancel ? _box.Now : null;
        }

        call.Form.Copy(subscription, "description");
        call.Form.Metadata(subscription);
        _box.Emit("customer.subscription.updated", subscription, before);
        Arm(subscription);
        return subscription;
    }

    /// <summary>Other prices and quantities: what is left of the period comes back at the old price and is asked for at the new one.</summary>
    private void Change(Thing subscription, Form form)
    {
        var behaviour = form.OneOf("proration_behavior", "always_invoice", "create_prorations", "none") ?? "create_prorations";
        var customer = _box.Store.Get("customer", subscription.Text("customer")!);
        var (now, changed) = (_clocks.NowOf(subscription.Text("test_clock")), false);
        for (var i = 0; form.HasAny($"items[{i}]["); i++)
        {
            var item = ((Sublist)subscription["items"]!).Items.FirstOrDefault(known => known.Id == form[$"items[{i}][id]"])
                ?? throw StripeError.Invalid("Adding an item to a subscription is not simulated: name the item that changes.", $"items[{i}][id]");
            if (form.Flag($"items[{i}][deleted]") is true) throw StripeError.Invalid("Deleting an item of a subscription is not simulated.", $"items[{i}][deleted]");
            var (old, price) = ((Thing)item["price"]!, form[$"items[{i}][price]"] is { } id ? _box.Store.Get("price", id, $"items[{i}][price]") : (Thing)item["price"]!);
            if (!Equals(price.Hidden, old.Hidden)) throw StripeError.Invalid("Changing a subscription to a price of another interval is not simulated.", $"items[{i}][price]");
            var (start, end, quantity) = (item.Number("current_period_start"), item.Number("current_period_end"), form.Number($"items[{i}][quantity]") ?? item.Number("quantity"));
            long Left(Thing at, long count) => (long)Math.Round(at.Number("unit_amount") * count * (decimal)(end - now) / (end - start), MidpointRounding.AwayFromZero);
            var (back, more) = (Left(old, item.Number("quantity")), Left(price, quantity));
            item["price"] = price;
            item["plan"] = Legacy(price);
            item["quantity"] = quantity;
            if (behaviour == "none" || subscription.Is("trialing") || (back, more) is (0, 0)) continue;
            changed = true;
            _invoices.Prorate(customer, item, -back, "Unused time");
            _invoices.Prorate(customer, item, more, "Remaining time");
        }

        if (!changed || behaviour != "always_invoice") return;
        var invoice = _invoices.ForSubscription(subscription, customer, "subscription_update");
        subscription["latest_invoice"] = invoice.Id;
        if (invoice.Is("paid") || _invoices.TryPay(invoice, throws: form["payment_behavior"] == "error_if_incomplete")) return;
        subscription["status"] = "past_due";
        Wait(subscription, invoice, now);
    }

    private static Raw Details(Form form, string? reason) => Raw.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("comment", form["cancellation_details[comment]"]);
        json.WriteString("feedback", form["cancellation_details[feedback]"]);
        json.WriteNull("feedback_option");
        json.WriteString("reason", reason);
        json.WriteEndObject();
    });

    private Thing Cancel(Call call)
    {
        var subscription = _box.Store.Get("subscription", call.Id);
        if (subscription.Is("canceled")) throw StripeError.Missing("subscription", call.Id, "id");
        subscription["cancellation_details"] = Details(call.Form, "cancellation_requested");
        End(subscription, _clocks.NowOf(subscription.Text("test_clock")));
        return subscription;
    }

    private void End(Thing subscription, long at, string? reason = null)
    {
        var plan = (Plan)subscription.Hidden!;
        plan.RetryAt = plan.ExpiresAt = plan.TrialNoticeAt = null;
        if (reason is not null) subscription["cancellation_details"] = new Raw(System.Text.Encoding.UTF8.GetBytes($$"""{"comment":null,"feedback":null,"feedback_option":null,"reason":"{{reason}}"}"""));
        subscription["status"] = "canceled";
        subscription["canceled_at"] ??= at;
        subscription["ended_at"] = at;
        _box.Emit("customer.subscription.deleted", subscription);
    }

    private static long After(long start, string interval, int count)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(start);
        return (interval switch { "day" => at.AddDays(count), "week" => at.AddDays(7 * count), "month" => at.AddMonths(count), _ => at.AddYears(count) }).ToUnixTimeSeconds();
    }

    /// <summary>What is to happen to a subscription beside the end of its period; seconds.</summary>
    private sealed class Plan
    {
        public long? TrialNoticeAt { get; set; }
        public long? ExpiresAt { get; set; }
        public long? RetryAt { get; set; }
        public Thing? Unpaid { get; set; }

        /// <summary>What pays the first invoice becomes its default payment method.</summary>
        public bool KeepsMethod { get; init; }
    }
}
