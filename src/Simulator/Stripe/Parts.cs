using System.Text.Json;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>An event's data: an object as it was, and what it was before.</summary>
internal sealed record Moment(Thing About, string? Previous)
{
    public void Write(Utf8JsonWriter json, Store store)
    {
        json.WriteStartObject();
        json.WritePropertyName("object");
        About.Write(json, store, null);
        if (Previous is not null)
        {
            json.WritePropertyName("previous_attributes");
            json.WriteRawValue(Previous);
        }

        json.WriteEndObject();
    }
}

/// <summary>An event nobody has read yet.</summary>
internal sealed class Event(Mint id, object created, string type, Thing about, string? previous, int webhooks) : Sketch
{
    /// <summary>The number of the id of the request that it came of, or 0.</summary>
    public int Request { get; init; }

    public string? IdempotencyKey { get; init; }

    public override string Id(string kind) => id.Text("evt_1", 23);

    protected override Thing Make() => new("event")
    {
        ["id"] = Id("event"), ["created"] = created, ["type"] = type, ["pending_webhooks"] = webhooks, ["data"] = new Moment(about, previous),
        ["request"] = Request == 0 ? null : new Source(Call.RequestIdOf(id with { Number = Request }), IdempotencyKey),
    };
}

/// <summary>The request that an event came of; written when somebody reads the event.</summary>
internal sealed record Source(string RequestId, string? IdempotencyKey)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", RequestId);
        json.WriteString("idempotency_key", IdempotencyKey);
        json.WriteEndObject();
    }
}

/// <summary>A list inside an object.</summary>
internal sealed record Sublist(string Url, IReadOnlyList<Thing> Items)
{
    public void Write(Utf8JsonWriter json, Store store, Expand? expand)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var item in Items) item.Write(json, store, expand?.Child("data"));
        json.WriteEndArray();
        json.WriteBoolean("has_more", false);
        json.WriteString("url", Url);
        json.WriteEndObject();
    }
}

/// <summary>What <c>expand[]</c> asks for, as a tree.</summary>
internal sealed class Expand
{
    private readonly Dictionary<string, Expand> _children = [];

    public Expand? Child(string field) => _children.GetValueOrDefault(field);

    public IEnumerable<string> Fields => _children.Keys;

    public static Expand? Of(IEnumerable<string> paths)
    {
        Expand? root = null;
        foreach (var path in paths)
        {
            var parts = path.Split('.');
            if (parts.Length > 4) throw StripeError.Invalid($"You cannot expand more than 4 levels of a property. Property: {path}", "expand");
            var at = root ??= new Expand();
            foreach (var part in parts)
            {
                if (!at._children.TryGetValue(part, out var next)) at._children[part] = next = new Expand();
                at = next;
            }
        }

        return root;
    }
}
