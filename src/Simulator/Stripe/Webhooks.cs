using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>Webhook endpoints, and events sent to them: signed, retried, unordered when told.</summary>
internal sealed class Webhooks(Sandbox box)
{
    /// <summary>Three more attempts over a few hours, as in test mode.</summary>
    private static readonly TimeSpan[] Retries = [TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromHours(3)];

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/webhook_endpoints", Create, "signing secret shown once, enabled_events, API version"),
        new("GET", "/v1/webhook_endpoints", call => Listing.Page(box, call, "webhook_endpoint", "/v1/webhook_endpoints"), "pagination"),
        new("GET", "/v1/webhook_endpoints/{id}", call => box.Store.Get("webhook_endpoint", call.Id), "as created, without the secret"),
        new("POST", "/v1/webhook_endpoints/{id}", Update, "url, enabled_events, disabled, metadata"),
        new("DELETE", "/v1/webhook_endpoints/{id}", Delete, "no more events arrive"),
        new("GET", "/v1/events", call => Listing.Page(call, Recent(), "event", "/v1/events", "type"), "the last 10000 events of 30 days, newest first, by type and created"),
        new("GET", "/v1/events/{id}", Retrieve, "the snapshot of the moment, with previous_attributes where something was updated, for 30 days"),
    ];

    /// <summary>Events can be asked for during 30 days.</summary>
    private IReadOnlyList<Thing> Recent()
    {
        var (events, old) = (box.Store.All("event"), 0);
        while (old < events.Count && events[old].Number("created") < box.Now - (30 * 86_400)) old++;
        if (old > 0) box.Store.Trim("event", events.Count - old);
        return box.Store.All("event");
    }

    private Thing Retrieve(Call call)
    {
        Recent();
        return box.Store.Get("event", call.Id);
    }

    public static bool Wants(Thing endpoint, string type) =>
        endpoint["enabled_events"] is IReadOnlyList<string> events && (events.Contains("*") || events.Contains(type));

    /// <summary><c>t=…,v1=…</c>: hex HMAC-SHA256 of "{t}.{body}" with the endpoint's secret.</summary>
    public static string Signature(string secret, long seconds, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(seconds.ToString(CultureInfo.InvariantCulture) + "."), .. body];
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        return string.Create(CultureInfo.InvariantCulture, $"t={seconds},v1={mac}");
    }

    public static void Send(Sandbox box, Thing endpoint, Thing e)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(2_048);
        var shown = e;
        if (endpoint.Text("api_version") is { } version)
        {
            shown = e.Copy();
            shown["api_version"] = version;
        }

        using (var json = new Utf8JsonWriter(buffer, Raw.Loose)) shown.Write(json, box.Store, null);
        var body = buffer.WrittenSpan.ToArray();
        var secret = (string)endpoint.Hidden!;
        box.Stage.Webhooks.Send(new Delivery
        {
            Provider = "stripe", Url = endpoint.Text("url")!, EventId = e.Id, EventType = e.Text("type")!, Body = body, Retries = Retries,
            Sign = (ms, spoil) => [new("Stripe-Signature", Signature(spoil ? secret + "?" : secret, ms / 1000, body))],
            Done = accepted =>
            {
                if (accepted && e.Number("pending_webhooks") > 0) e["pending_webhooks"] = e.Number("pending_webhooks") - 1;
            },
        }, box.Call?.Ask);
    }

    private Thing Create(Call call)
    {
        var endpoint = box.Make("webhook_endpoint", "we_1", 23);
        endpoint["url"] = Address(call.Form.Required("url"));
        endpoint["enabled_events"] = call.Form.List("enabled_events") is { Length: > 0 } events ? Enumerations.EventTypes(events) : throw StripeError.Required("enabled_events");
        call.Form.Copy(endpoint, "description", "api_version");
        call.Form.Metadata(endpoint);
        endpoint.Hidden = call.Ask.NewId("whsec_", 32);
        box.Store.Add(endpoint);
        var shown = box.Make("webhook_endpoint", endpoint.Id, true);
        foreach (var field in endpoint.Shape.Fields) shown[field] = endpoint[field];
        shown["secret"] = (string)endpoint.Hidden;
        return shown;
    }

    private Thing Update(Call call)
    {
        var endpoint = box.Store.Get("webhook_endpoint", call.Id);
        if (call.Form["url"] is { } url) endpoint["url"] = Address(url);
        call.Form.Copy(endpoint, "description");
        if (call.Form.List("enabled_events") is { Length: > 0 } events) endpoint["enabled_events"] = Enumerations.EventTypes(events);
        if (call.Form.Flag("disabled") is { } disabled) endpoint["status"] = disabled ? "disabled" : "enabled";
        call.Form.Metadata(endpoint);
        return endpoint;
    }

    private static string Address(string url) => WebhookSender.CanCall(url)
        ? url
        : throw StripeError.Invalid("Invalid URL: an explicit scheme (such as https) must be provided.", "url", "url_invalid");

    private Deleted Delete(Call call)
    {
        var endpoint = box.Store.Get("webhook_endpoint", call.Id);
        box.Store.Remove(endpoint);
        return new Deleted(endpoint.Id, "webhook_endpoint");
    }
}
