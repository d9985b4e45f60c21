using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>Orders v2: created, confirmed with a source, approved by the payer, then authorized or captured once.</summary>
internal sealed class Orders(PayPalBox box, Sources sources, Cashier cashier, Shapes shapes)
{
    private const long OpenMs = 6 * 3_600_000;

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("POST", "/v2/checkout/orders", Create, "intents CAPTURE and AUTHORIZE, up to ten purchase units, breakdown and items checked, paid at once with a card or a stored token, PayPal-Request-Id for six hours, Prefer", "processing instructions, other wallets and local methods, platform fees, currency conversion"),
        new("GET", "/v2/checkout/orders/{id}", Get, "with payments"),
        new("PATCH", "/v2/checkout/orders/{id}", new OrderPatch(box).Patch, "intent, payer, purchase units and their amount, items, texts and shipping, while the order is open", "payee, payment instruction, supplementary data"),
        new("POST", "/v2/checkout/orders/{id}/confirm-payment-source", Confirm, "a card, a wallet or a token; 3-D Secure when the card or its bank wants it"),
        new("POST", "/v2/checkout/orders/{id}/authorize", ask => Pay(ask, "AUTHORIZE"), "once per order"),
        new("POST", "/v2/checkout/orders/{id}/capture", ask => Pay(ask, "CAPTURE"), "once per order; a declined card completes the order with a declined capture, a declined wallet is INSTRUMENT_DECLINED"),
    ];

    private Answer Create(Ask ask)
    {
        var body = PayPalBox.Read(ask);
        var intent = OrderRules.Intent(body["intent"]);
        var units = OrderRules.Units(body["purchase_units"], intent);
        var source = body["payment_source"] is JsonObject asked ? sources.Read(asked, ask) : null;
        if (source is not null && string.IsNullOrEmpty(ask.Header("PayPal-Request-Id"))) throw PayPalError.Bad("PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id", null, "header");
        var context = body["application_context"] as JsonObject;
        var order = new Order
        {
            Id = PayPalBox.NewId(ask), Intent = intent, Status = "CREATED", Units = units, CreatedMs = box.Now, Source = source,
            Payer = (JsonObject?)Wire.Copy(body["payer"] as JsonObject),
            ReturnUrl = source?.ReturnUrl ?? Wire.Text(context, "return_url"), CancelUrl = source?.CancelUrl ?? Wire.Text(context, "cancel_url"),
        };
        box.Orders.Add(order.Id, order);
        if (source is not null)
        {
            Adopt(order, source);
            if (order.Status == "APPROVED") cashier.Take(order, ask);
        }

        return box.Answer(201, again => shapes.Order(order, PayPalBox.Full(again)), ask, order.Id);
    }

    private Answer Get(Ask ask)
    {
        var order = PayPalBox.Find(box.Orders, ask.Values[0]);
        return Wire.Json(200, shapes.Order(order, true), order.Id);
    }

    private Answer Confirm(Ask ask)
    {
        var order = PayPalBox.Find(box.Orders, ask.Values[0]);
        var body = PayPalBox.Read(ask);
        if (body["payment_source"] is not JsonObject asked) throw PayPalError.Missing("/payment_source");
        if (!order.Open) throw PayPalError.Cannot("ORDER_COMPLETED_OR_VOIDED");
        Adopt(order, sources.Read(asked, ask));
        order.UpdatedMs = box.Now;
        return box.Answer(200, again => shapes.Order(order, PayPalBox.Full(again)), ask, order.Id);
    }

    private Answer Pay(Ask ask, string intent)
    {
        var order = PayPalBox.Find(box.Orders, ask.Values[0]);
        var body = PayPalBox.Read(ask);
        if (order.Status == "COMPLETED") throw PayPalError.Cannot(order.Intent == "CAPTURE" ? "ORDER_ALREADY_CAPTURED" : "ORDER_ALREADY_AUTHORIZED");
        if (order.Status == "VOIDED") throw PayPalError.Cannot("ORDER_COMPLETED_OR_VOIDED");
        if (order.Intent != intent) throw PayPalError.Cannot("ACTION_DOES_NOT_MATCH_INTENT");
        if (order.Status != "APPROVED" && box.Now - order.CreatedMs > OpenMs) throw PayPalError.Cannot("ORDER_EXPIRED");
        if (body["payment_source"] is JsonObject asked) Adopt(order, sources.Read(asked, ask));
        if (order is { Status: "PAYER_ACTION_REQUIRED", Source.Wallet: false }) throw PayPalError.Cannot("PAYER_ACTION_REQUIRED", link: shapes.PayerAction(order, "payer-action"));
        if (order.Status != "APPROVED") throw PayPalError.Cannot("ORDER_NOT_APPROVED");
        cashier.Take(order, ask);
        return box.Answer(201, again => shapes.Order(order, PayPalBox.Full(again)), ask, order.Id);
    }

    /// <summary>Whether the payer has anything left to do once this is what the order is paid with.</summary>
    private void Adopt(Order order, Source source)
    {
        order.Source = source;
        order.ReturnUrl = source.ReturnUrl ?? order.ReturnUrl;
        order.CancelUrl = source.CancelUrl ?? order.CancelUrl;
        var unit = order.Units[0];
        var away = source is { Wallet: true, Stored: false } || cashier.WantsChallenge(source, order.Units.Sum(u => u.Minor), unit.Currency);
        order.Status = away ? "PAYER_ACTION_REQUIRED" : "APPROVED";
    }
}
