using System.Globalization;
using System.Text;

namespace Busker.Simulator.Stripe;

/// <summary>Invoices: draft, open, paid, uncollectible or void; paid through a payment intent.</summary>
internal sealed class Invoices(Sandbox box, PaymentIntents intents)
{
    private const string Url = "/v1/invoices";
    private readonly Dictionary<string, List<Thing>> _waiting = [];

    /// <summary>Told when an invoice is paid at last.</summary>
    public Dictionary<string, Action> Paid { get; } = [];

    /// <summary>What an invoice was paid with.</summary>
    public string? MethodOf(Thing invoice) => invoice.Hidden is Thing payment ? box.Store.Find("payment_intent", IntentOf(payment))?.Text("payment_method") : null;

    /// <summary>The payment intent of an invoice's payment.</summary>
    public static string? IntentOf(Thing payment) => ((Thing)payment["payment"]!).Text("payment_intent");

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "draft of a customer's pending items", "tax, discounts, rendering, PDF"),
        new("GET", Url, call => Listing.Page(box, call, "invoice", Url, "customer", "status"), "by customer, status, created"),
        new("GET", Url + "/search", call => Listing.Search(box, call, "invoice", Url + "/search"), "customer, number, status, total, metadata"),
        new("GET", Url + "/{id}", call => box.Store.Get("invoice", call.Id), "with lines"),
        new("POST", Url + "/{id}/finalize", call => Finalize(Draft(call)), "numbered and open"),
        new("POST", Url + "/{id}/pay", Pay, "with the default or the given payment method; declines as card errors"),
        new("POST", Url + "/{id}/void", call => Change(call, "void", "voided_at"), "from open or uncollectible"),
        new("POST", Url + "/{id}/mark_uncollectible", call => Change(call, "uncollectible", "marked_uncollectible_at"), "from open"),
        new("POST", "/v1/invoiceitems", AddItem, "amount and description, on a draft or on the next invoice", "prices, tax, discounts"),
    ];

    /// <param name="due">False at the start of a trial: the invoice asks for nothing.</param>
    public Thing ForSubscription(Thing subscription, Thing customer, string reason, bool due = true)
    {
        var invoice = Blank(customer, subscription.Text("currency")!, reason);
        invoice["default_payment_method"] = subscription.Text("default_payment_method");
        invoice["parent"] = new Raw(Encoding.UTF8.GetBytes($$"""{"quote_details":null,"subscription_details":{"metadata":{},"subscription":"{{subscription.Id}}"},"type":"subscription_details"}"""));
        var items = reason == "subscription_update" ? [] : ((Sublist)subscription["items"]!).Items;
        _waiting.Remove(customer.Id, out var waiting);
        foreach (var line in waiting ?? []) line["invoice"] = invoice.Id;
        Fill(invoice, [.. waiting ?? [], .. items.Select(i => Line(invoice, due ? ((Thing)i["price"]!).Number("unit_amount") * i.Number("quantity") : 0, due ? "Subscription" : "Trial period", i))]);
        box.Emit("invoice.created", invoice);
        return Finalize(invoice);
    }

    /// <summary>For a customer's next invoice: what is left of a period at a price, or back.</summary>
    public void Prorate(Thing customer, Thing item, long amount, string description)
    {
        var line = Line(null, amount, description, item);
        line["currency"] = ((Thing)item["price"]!).Text("currency");
        line["period"] = new Raw(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"end":{{item.Number("current_period_end")}},"start":{{box.Now}}}""")));
        Wait(customer, line);
    }

    private void Wait(Thing customer, Thing line)
    {
        if (!_waiting.TryGetValue(customer.Id, out var lines)) _waiting[customer.Id] = lines = [];
        lines.Add(line);
    }

    /// <summary>Whether there is anything to pay it with.</summary>
    public static bool Payable(Thing customer, string? method) => method is not null || customer.Hidden is string;

    /// <summary>Tries to take the money; a decline, or a bank that wants its customer, leaves the invoice open.</summary>
    public bool TryPay(Thing invoice, bool throws, bool offSession = false)
    {
        invoice["attempted"] = true;
        invoice["attempt_count"] = invoice.Number("attempt_count") + 1;
        try
        {
            Charge(invoice, null, offSession);
            if (!invoice.Is("paid")) box.Emit("invoice.payment_action_required", invoice);
            return invoice.Is("paid");
        }
        catch (StripeError) when (!throws)
        {
            box.Emit("invoice.payment_failed", invoice);
            return false;
        }
    }

    private Thing Create(Call call)
    {
        var customer = box.Store.Get("customer", call.Form.Required("customer"), "customer");
        var currency = call.Form["currency"] is { } code ? Currency.Of(code).Code : (_waiting.TryGetValue(customer.Id, out var items) && items.Count > 0 ? items[0].Text("currency")! : "usd");
        var invoice = Blank(customer, currency, "manual");
        call.Form.Copy(invoice, "description", "collection_method");
        if (call.Form.Flag("auto_advance") is { } advance) invoice["auto_advance"] = advance;
        call.Form.Metadata(invoice);
        if (_waiting.Remove(customer.Id, out var lines))
        {
            foreach (var line in lines) line["invoice"] = invoice.Id;
            Fill(invoice, lines);
        }

        box.Emit("invoice.created", invoice);
        return invoice;
    }

    private Thing Blank(Thing customer, string currency, string reason)
    {
        var invoice = box.Make("invoice", "in_1", 23);
        invoice["customer"] = customer.Id;
        invoice["customer_email"] = customer.Text("email");
        invoice["customer_name"] = customer.Text("name");
        invoice["test_clock"] = customer.Text("test_clock");
        invoice["currency"] = currency;
        invoice["billing_reason"] = reason;
        invoice["period_start"] = box.Now;
        invoice["period_end"] = box.Now;
        invoice["status_transitions"] = new Thing("status_transitions");
        invoice["lines"] = new Sublist($"/v1/invoices/{invoice.Id}/lines", []);
        return box.Store.Add(invoice);
    }

    private Thing Line(Thing? invoice, long amount, string? description, Thing? item)
    {
        var line = box.Make("line_item", "il_1", 23);
        line["amount"] = amount;
        line["subtotal"] = amount;
        line["currency"] = invoice?.Text("currency");
        line["description"] = description;
        line["invoice"] = invoice?.Id;
        var (start, end) = item is null ? (box.Now, box.Now) : (item.Number("current_period_start"), item.Number("current_period_end"));
        line["period"] = new Raw(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"end":{{end}},"start":{{start}}}""")));
        line["subscription"] = item?.Text("subscription");
        return line;
    }

    private static void Fill(Thing invoice, IReadOnlyList<Thing> lines)
    {
        invoice["lines"] = new Sublist($"/v1/invoices/{invoice.Id}/lines", lines);
        var total = lines.Sum(l => l.Number("amount"));
        foreach (var field in (string[])["subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax", "amount_due", "amount_remaining"]) invoice[field] = total;
    }

    private Thing Draft(Call call)
    {
        var invoice = box.Store.Get("invoice", call.Id);
        return invoice.Is("draft") ? invoice : throw StripeError.Invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.", null, "invoice_not_editable");
    }

    private Thing Finalize(Thing invoice)
    {
        var customer = box.Store.Get("customer", invoice.Text("customer")!);
        var number = customer.Number("next_invoice_sequence");
        customer["next_invoice_sequence"] = number + 1;
        invoice["number"] = string.Create(CultureInfo.InvariantCulture, $"{customer.Text("invoice_prefix")}-{number:D4}");
        invoice["status"] = "open";
        invoice["effective_at"] = box.Now;
        Transition(invoice, "finalized_at");
        var balance = customer.Number("balance") + invoice.Number("total");
        invoice["starting_balance"] = customer.Number("balance");
        customer["balance"] = invoice["ending_balance"] = Math.Min(0, balance);
        invoice["amount_due"] = invoice["amount_remaining"] = Math.Max(0, balance);
        if (balance > 0) Open(invoice, customer);
        box.Emit("invoice.finalized", invoice);
        if (balance <= 0) Settle(invoice, 0);
        return invoice;
    }

    /// <summary>The payment that a finalized invoice waits for.</summary>
    private void Open(Thing invoice, Thing customer)
    {
        var intent = box.Make("payment_intent", "pi_3", 23);
        intent["amount"] = invoice.Number("amount_due");
        intent["currency"] = invoice.Text("currency");
        intent["customer"] = customer.Id;
        intent["description"] = invoice.Text("billing_reason") == "subscription_create" ? "Subscription creation" : "Subscription update";
        intent["client_secret"] = intent.Id + "_secret_" + intent.Id[^8..];
        if (invoice["parent"] is not null) intent["setup_future_usage"] = "off_session";
        intent.Hidden = new Terms(false, false, false);
        box.Store.Add(intent);
        box.Emit("payment_intent.created", intent);
        var payment = box.Make("invoice_payment", "inpay_1", 23);
        payment["invoice"] = invoice.Id;
        payment["amount_requested"] = invoice.Number("amount_due");
        payment["currency"] = invoice.Text("currency");
        payment["payment"] = new Thing("invoice_payment_source") { ["payment_intent"] = intent.Id };
        invoice.Hidden = payment;
        intents.Settles[intent.Id] = paid => Settle(invoice, paid.Number("amount_received"));
    }

    private Thing Pay(Call call)
    {
        var invoice = box.Store.Get("invoice", call.Id);
        if (invoice.Is("draft")) Finalize(invoice);
        if (invoice.Is("paid")) throw StripeError.Invalid("Invoice is already paid", null, "invoice_already_paid");
        if (invoice.Is("void")) throw StripeError.Invalid("This invoice can no longer be paid.", null);
        if (call.Form.Flag("paid_out_of_band") is true) Settle(invoice, invoice.Number("amount_due"));
        else Charge(invoice, call.Form["payment_method"], call.Form.Flag("off_session") ?? true);
        if (invoice.Is("paid")) return invoice;
        throw new StripeError(402, "card_error", "invoice_payment_intent_requires_action",
            "Payment for this invoice requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.", null);
    }

    private void Charge(Thing invoice, string? given, bool offSession)
    {
        if (invoice.Is("paid")) return;
        var customer = box.Store.Get("customer", invoice.Text("customer")!);
        var id = given ?? invoice.Text("default_payment_method") ?? customer.Hidden as string
            ?? throw StripeError.Invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.", null, "resource_missing");
        var intent = box.Store.Get("payment_intent", IntentOf((Thing)invoice.Hidden!)!);
        intent["payment_method"] = box.Store.Get("payment_method", id, "payment_method").Id;
        if (intent.Is("requires_payment_method")) intent["status"] = "requires_confirmation";
        intents.Confirm(intent, new Form(), offSession);
    }

    private void Settle(Thing invoice, long paid)
    {
        invoice["status"] = "paid";
        invoice["attempted"] = true;
        invoice["amount_paid"] = paid;
        invoice["amount_remaining"] = invoice.Number("amount_due") - paid;
        invoice["next_payment_attempt"] = null;
        Transition(invoice, "paid_at");
        if (invoice.Hidden is Thing payment)
        {
            payment["status"] = "paid";
            payment["amount_paid"] = paid;
            intents.Settles.Remove(IntentOf(payment)!);
        }

        if (Paid.Remove(invoice.Id, out var tell)) tell();
        box.Emit("invoice.paid", invoice);
        box.Emit("invoice.payment_succeeded", invoice);
    }

    private Thing Change(Call call, string status, string stamp)
    {
        var invoice = box.Store.Get("invoice", call.Id);
        if (invoice.Text("status") is not ("open" or "uncollectible")) throw StripeError.Invalid($"You can only mark an open invoice as {status}.", null);
        return End(invoice, status, stamp);
    }

    /// <summary>Void or uncollectible; nobody pays what is void.</summary>
    public Thing End(Thing invoice, string status, string stamp)
    {
        invoice["status"] = status;
        invoice["next_payment_attempt"] = null;
        Transition(invoice, stamp);
        if (status == "void" && invoice.Hidden is Thing payment)
        {
            payment["status"] = "canceled";
            intents.Settles.Remove(IntentOf(payment)!);
            if (box.Store.Find("payment_intent", IntentOf(payment)) is { } intent && !intent.Is("canceled")) intents.Release(intent, "void_invoice");
        }

        box.Emit(status == "void" ? "invoice.voided" : "invoice.marked_uncollectible", invoice);
        return invoice;
    }

    private void Transition(Thing invoice, string stamp) => ((Thing)invoice["status_transitions"]!)[stamp] = box.Now;

    private Raw AddItem(Call call)
    {
        var customer = box.Store.Get("customer", call.Form.Required("customer"), "customer");
        var amount = call.Form.Number("amount") ?? throw StripeError.Required("amount");
        var line = Line(null, amount, call.Form["description"], null);
        line["currency"] = Currency.Of(call.Form.Required("currency")).Code;
        if (call.Form["invoice"] is not { } named) Wait(customer, line);
        else
        {
            var draft = box.Store.Get("invoice", named, "invoice");
            if (!draft.Is("draft")) throw StripeError.Invalid("You can only add items to a draft invoice.", "invoice", "invoice_not_editable");
            line["invoice"] = named;
            Fill(draft, [.. ((Sublist)draft["lines"]!).Items, line]);
        }

        var id = call.Ask.NewId("ii_1", 23);
        return new Raw(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{id}}","object":"invoiceitem","amount":{{amount}},"currency":"{{line.Text("currency")}}","customer":"{{customer.Id}}","customer_account":null,"date":{{box.Now}},"description":null,"discountable":true,"discounts":[],"invoice":{{(line.Text("invoice") is { } on ? $"\"{on}\"" : "null")}},"livemode":false,"metadata":{},"net_amount":{{amount}},"parent":null,"period":{"end":{{box.Now}},"start":{{box.Now}}},"pricing":null,"proration":false,"quantity":1,"quantity_decimal":"1","tax_rates":[],"test_clock":null}""")));
    }
}
