using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.PayPal;

/// <summary>Webhooks v1: endpoints, events, certificates, and the verification of signatures.</summary>
internal sealed class Webhooks(PayPalBox box)
{
    private const string Url = "/v1/notifications/webhooks";
    private const string Past = "/v1/notifications/webhooks-events";

    private static readonly (string Name, string Description, string Resource)[] Types =
    [
        ("CHECKOUT.ORDER.APPROVED", "A buyer approved an order.", "checkout-order"), ("CHECKOUT.ORDER.COMPLETED", "An order was completed.", "checkout-order"),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "An approval ended without a payment.", "checkout-order"),
        ("PAYMENT.AUTHORIZATION.CREATED", "A payment authorization was created.", "authorization"), ("PAYMENT.AUTHORIZATION.VOIDED", "A payment authorization was voided or expired.", "authorization"),
        ("PAYMENT.CAPTURE.COMPLETED", "A payment capture completed.", "capture"), ("PAYMENT.CAPTURE.DECLINED", "A payment capture was declined.", "capture"),
        ("PAYMENT.CAPTURE.PENDING", "A payment capture waits.", "capture"), ("PAYMENT.CAPTURE.DENIED", "A payment capture that waited was denied.", "capture"),
        ("PAYMENT.CAPTURE.REFUNDED", "A merchant refunded a capture.", "refund"), ("PAYMENT.REFUND.PENDING", "A refund waits.", "refund"), ("PAYMENT.REFUND.FAILED", "A refund failed.", "refund"),
        ("CUSTOMER.DISPUTE.CREATED", "A dispute was created.", "dispute"), ("CUSTOMER.DISPUTE.UPDATED", "A dispute was updated.", "dispute"), ("CUSTOMER.DISPUTE.RESOLVED", "A dispute was resolved.", "dispute"),
        ("VAULT.PAYMENT-TOKEN.CREATED", "A payment token was created.", "payment_token"), ("VAULT.PAYMENT-TOKEN.DELETED", "A payment token was deleted.", "payment_token"),
    ];

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("POST", Url, Create, "up to ten, event types by name or *, http on loopback too"),
        new("GET", Url, _ => Wire.Json(200, new JsonObject { ["webhooks"] = new JsonArray([.. box.Events.Hooks.Values.Select(h => (JsonNode)Shape(h))]) }), "all of them"),
        new("GET", Url + "/{id}", ask => Show(Hook(ask)), "as registered"),
        new("PATCH", Url + "/{id}", Patch, "replace /url and /event_types"),
        new("DELETE", Url + "/{id}", Delete, "no more events"),
        new("GET", Url + "/{id}/event-types", ask => Wire.Json(200, new JsonObject { ["event_types"] = Shape(Hook(ask).Types) }), "of one webhook"),
        new("GET", "/v1/notifications/webhooks-event-types", _ => Wire.Json(200, new JsonObject { ["event_types"] = Shape([.. Types.Select(t => t.Name)]) }), "the types that are sent here", "types of other products"),
        new("GET", Past, List, "the last 10000 since the first webhook, newest first, by type, transaction and time", "events before the first webhook"),
        new("GET", Past + "/{id}", ask => Wire.Json(200, Shape(Find(ask)), ask.Values[0]), "with its transmissions"),
        new("POST", Past + "/{id}/resend", Resend, "to all or to some webhooks"),
        new("POST", "/v1/notifications/simulate-event", Simulate, "a sample of any type, signed like the others", "samples of other products"),
        new("POST", "/v1/notifications/verify-webhook-signature", Verify, "SUCCESS or FAILURE, by the signature over the event as it was sent"),
        new("GET", "/v1/notifications/certs/{id}", Certificate, "the certificate that signs with its root, PEM; `ca` is the root alone"),
    ];

    private static JsonArray Shape(string[] types) => new([.. types.Select(t => (JsonNode)new JsonObject { ["name"] = t, ["description"] = Array.Find(Types, k => k.Name == t).Description ?? "All events.", ["status"] = "ENABLED" })]);

    private JsonObject Shape(Hook hook)
    {
        var at = $"{Url}/{hook.Id}";
        return new JsonObject
        {
            ["id"] = hook.Id, ["url"] = hook.Url, ["event_types"] = Shape(hook.Types),
            ["links"] = new JsonArray(box.Link(at, "self", "GET"), box.Link(at, "update", "PATCH"), box.Link(at, "delete", "DELETE")),
        };
    }

    private JsonObject Shape(Happening e)
    {
        var shown = box.Events.Shape(e);
        shown["transmissions"] = new JsonArray([.. e.Sent.Select(s => (JsonNode)new JsonObject
        {
            ["webhook_id"] = s.Key, ["webhook_url"] = box.Events.Hooks.GetValueOrDefault(s.Key)?.Url, ["status"] = s.Value switch { null => "PENDING", true => "SUCCESS", _ => "FAILURE" },
        })]);
        return shown;
    }

    private Hook Hook(Ask ask) => PayPalBox.Find(box.Events.Hooks, ask.Values[0]);

    private Happening Find(Ask ask) => box.Events.Find(ask.Values[0]) ?? throw PayPalError.NoSuch();

    private Answer Show(Hook hook) => Wire.Json(200, Shape(hook), hook.Id);

    private Answer Create(Ask ask)
    {
        var body = PayPalBox.Read(ask);
        var url = Address(Wire.Text(body, "url"));
        if (box.Events.Hooks.Values.Any(h => h.Url == url)) throw PayPalError.Bad("WEBHOOK_URL_ALREADY_EXISTS", "/url", url);
        if (box.Events.Hooks.Count >= 10) throw PayPalError.Bad("WEBHOOK_NUMBER_LIMIT_EXCEEDED", "/url", url);
        var hook = new Hook(PayPalBox.NewId(ask), url, Names(body["event_types"]), box.Origin);
        box.Events.Hooks.Add(hook.Id, hook);
        return box.Answer(201, _ => Shape(hook), ask, hook.Id);
    }

    private Answer Patch(Ask ask)
    {
        var hook = Hook(ask);
        foreach (var change in PayPalBox.ReadChanges(ask))
        {
            if (Wire.Text(change, "op") != "replace") throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "/op", Wire.Text(change, "op"));
            if (Wire.Text(change, "path") == "/url") hook.Url = Address(Wire.Text(change, "value"));
            else if (Wire.Text(change, "path") == "/event_types") hook.Types = Names(change!["value"]);
            else throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "/path", Wire.Text(change, "path"));
        }

        return Show(hook);
    }

    private Answer Delete(Ask ask) => box.Events.Hooks.Remove(ask.Values[0]) ? new Answer(204, default) : throw PayPalError.NoSuch();

    private Answer List(Ask ask)
    {
        var query = QueryHelpers.ParseQuery(ask.Query);
        string? Text(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
        long? Moment(string name) => DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeMilliseconds() : null;
        var size = int.TryParse(Text("page_size"), CultureInfo.InvariantCulture, out var asked) && asked > 0 ? Math.Min(asked, 300) : 10;
        var (from, to) = (Moment("start_time"), Moment("end_time"));
        var found = box.Events.All.Where(e => (Text("event_type") is not { } type || e.Type == type) && (from is null || e.AtMs >= from) && (to is null || e.AtMs <= to)
            && (Text("transaction_id") is not { } id || Wire.Text(e.Resource, "id") == id)).ToArray();
        var start = int.TryParse(Text("start_index"), CultureInfo.InvariantCulture, out var index) && index > 0 ? Math.Min(index, found.Length) : 0;
        var links = new JsonArray(box.Link(Past + ask.Query, "self", "GET"));
        if (found.Length > start + size) links.Add((JsonNode)box.Link($"{Past}?page_size={size}&start_index={start + size}" + (Text("event_type") is { } only ? "&event_type=" + only : ""), "next", "GET"));
        return Wire.Json(200, new JsonObject { ["events"] = new JsonArray([.. found.Skip(start).Take(size).Select(e => (JsonNode)Shape(e))]), ["count"] = found.Length, ["links"] = links });
    }

    private Answer Resend(Ask ask)
    {
        var e = Find(ask);
        var only = PayPalBox.Read(ask)["webhook_ids"] as JsonArray;
        foreach (var hook in box.Events.Hooks.Values.Where(h => only is null || only.Any(id => Wire.Text(id) == h.Id))) box.Events.Deliver(e, hook, ask);
        return Wire.Json(202, Shape(e), e.Id);
    }

    private Answer Simulate(Ask ask)
    {
        var body = PayPalBox.Read(ask);
        var type = Wire.Text(body, "event_type") ?? throw PayPalError.Missing("/event_type");
        var known = Array.Find(Types, t => t.Name == type);
        if (known.Name is null) throw PayPalError.Bad("INVALID_EVENT_TYPE", "/event_type", type);
        var hook = Wire.Text(body, "webhook_id") is { } id
            ? PayPalBox.Find(box.Events.Hooks, id)
            : new Hook("WEBHOOK_ID", Address(Wire.Text(body, "url")), [type], box.Origin);
        var resource = new JsonObject { ["id"] = PayPalBox.NewId(ask), ["amount"] = Wire.Money(700, "USD"), ["status"] = "COMPLETED", ["create_time"] = Wire.Time(box.Now) };
        var e = box.Events.Make(type, known.Resource, Wire.Text(body, "resource_version") ?? "2.0", known.Description, resource);
        box.Events.Deliver(e, hook, ask);
        return Wire.Json(202, box.Events.Shape(e), e.Id);
    }

    private Answer Verify(Ask ask)
    {
        var body = PayPalBox.Read(ask);
        string Need(string name) => Wire.Text(body, name) ?? throw PayPalError.Missing("/" + name);
        var (transmission, time, signature) = (Need("transmission_id"), Need("transmission_time"), Need("transmission_sig"));
        var (webhook, algorithm, certificate) = (Need("webhook_id"), Need("auth_algo"), Need("cert_url"));
        if (body["webhook_event"] is not JsonObject) throw PayPalError.Missing("/webhook_event");
        var raw = JsonElement.Parse(ask.Body).GetProperty("webhook_event").GetRawText();
        var good = box.Events.Hooks.TryGetValue(webhook, out var hook) && algorithm == Authority.Algorithm && certificate == box.Events.CertificateUrl(hook)
            && box.Events.Authority.Verifies(Authority.ToSign(transmission, time, webhook, System.Text.Encoding.UTF8.GetBytes(raw)), signature);
        return Wire.Json(200, new JsonObject { ["verification_status"] = good ? "SUCCESS" : "FAILURE" });
    }

    private Answer Certificate(Ask ask)
    {
        var pem = ask.Values[0] == box.Events.Authority.Id ? box.Events.Authority.Chain : ask.Values[0] == "ca" ? box.Events.Authority.Root : throw PayPalError.NoSuch();
        return Answer.Text(200, pem, "application/x-pem-file");
    }

    private static string Address(string? url)
    {
        if (url is null) throw PayPalError.Missing("/url");
        return WebhookSender.CanCall(url) ? url : throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", "/url", url);
    }

    private static string[] Names(JsonNode? types)
    {
        if (types is not JsonArray { Count: > 0 } list) throw PayPalError.Missing("/event_types");
        var names = list.Select(t => Wire.Text(t, "name") ?? throw PayPalError.Missing("/event_types/0/name")).ToArray();
        var unknown = Array.Find(names, n => n != "*" && !Array.Exists(Types, t => t.Name == n));
        return unknown is null ? names : throw PayPalError.Bad("INVALID_EVENT_TYPE", "/event_types/0/name", unknown);
    }
}
