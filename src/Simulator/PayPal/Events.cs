using System.Globalization;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>Where events go.</summary>
internal sealed class Hook(string id, string url, string[] types, string origin)
{
    public string Id { get; } = id;
    public string Url { get; set; } = url;
    public string[] Types { get; set; } = types;
    public string Origin { get; } = origin;

    public bool Wants(string type) => Types.Contains("*") || Types.Contains(type);
}

/// <summary>One event, and what became of sending it.</summary>
internal sealed record Happening(string Id, string Type, string ResourceType, string Version, string Summary, JsonObject Resource, long AtMs)
{
    public Dictionary<string, bool?> Sent { get; } = [];
}

/// <summary>Events with their signatures. A delivery that is not answered with 2xx is sent again up to 25 times within three days.</summary>
internal sealed class Events(PayPalBox box)
{
    private const int Kept = 10_000;
    private static readonly TimeSpan[] Retries =
    [
        .. new[] { 1, 2, 4, 8, 15, 30, 60 }.Select(m => TimeSpan.FromMinutes(m)), .. Enumerable.Repeat(TimeSpan.FromHours(3.888), 18),
    ];

    private readonly Dictionary<string, Happening> _byId = [];
    private readonly Queue<string> _order = new();

    public Dictionary<string, Hook> Hooks { get; } = [];
    public Authority Authority { get; } = new(box.Stage.Seed);
    public IEnumerable<Happening> All => _order.Reverse().Select(id => _byId[id]);

    public Happening? Find(string id) => _byId.GetValueOrDefault(id);

    public void Send(string type, string resourceType, string version, string summary, Func<JsonObject> resource, Ask? cause)
    {
        if (Hooks.Count == 0 && _order.Count == 0) return; // nobody has ever asked for events
        var e = Make(type, resourceType, version, summary, resource());
        foreach (var hook in Hooks.Values.Where(h => h.Wants(type))) Deliver(e, hook, cause);
    }

    public Happening Make(string type, string resourceType, string version, string summary, JsonObject resource)
    {
        var id = $"WH-{box.NewId()}-{box.NewId()}";
        var e = new Happening(id, type, resourceType, version, summary, resource, box.Now);
        _byId[id] = e;
        _order.Enqueue(id);
        if (_order.Count > Kept) _byId.Remove(_order.Dequeue());
        return e;
    }

    public JsonObject Shape(Happening e)
    {
        var at = "/v1/notifications/webhooks-events/" + e.Id;
        return new JsonObject
        {
            ["id"] = e.Id, ["event_version"] = "1.0", ["create_time"] = Wire.Time(e.AtMs).Replace("Z", ".000Z", StringComparison.Ordinal), ["resource_type"] = e.ResourceType,
            ["resource_version"] = e.Version, ["event_type"] = e.Type, ["summary"] = e.Summary, ["resource"] = e.Resource.DeepClone(),
            ["links"] = new JsonArray(box.Link(at, "self", "GET"), box.Link(at + "/resend", "resend", "POST")),
        };
    }

    public void Deliver(Happening e, Hook hook, Ask? cause)
    {
        var body = Wire.Bytes(Shape(e));
        var transmission = Transmission(box.NewId());
        e.Sent[hook.Id] = null;
        box.Stage.Webhooks.Send(new Delivery
        {
            Provider = "paypal", Url = hook.Url, EventId = e.Id, EventType = e.Type, Body = body, ContentType = "application/json", Retries = Retries,
            Sign = (ms, spoil) => Headers(hook, transmission, Wire.Time(ms), spoil ? [.. body, (byte)' '] : body),
            Done = accepted => e.Sent[hook.Id] = accepted,
        }, cause);
    }

    public string CertificateUrl(Hook hook) => $"{hook.Origin}/v1/notifications/certs/{Authority.Id}";

    private KeyValuePair<string, string>[] Headers(Hook hook, string transmission, string time, byte[] body) =>
    [
        new("PAYPAL-TRANSMISSION-ID", transmission), new("PAYPAL-TRANSMISSION-TIME", time),
        new("PAYPAL-TRANSMISSION-SIG", Authority.Sign(Authority.ToSign(transmission, time, hook.Id, body))),
        new("PAYPAL-CERT-URL", CertificateUrl(hook)), new("PAYPAL-AUTH-ALGO", Authority.Algorithm), new("PAYPAL-AUTH-VERSION", "v2"),
    ];

    private string Transmission(string name)
    {
        var draw = Draw.Of(box.Stage.Seed, name, "transmission");
        var hex = draw.Next().ToString("x16", CultureInfo.InvariantCulture) + draw.Next().ToString("x16", CultureInfo.InvariantCulture);
        return $"{hex[..8]}-{hex[8..12]}-11f0-{hex[16..20]}-{hex[20..32]}";
    }
}
