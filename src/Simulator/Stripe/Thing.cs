using System.Text.Json;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>One of Stripe's objects: a shape and its values. What was never set is shared with all others of the shape.</summary>
internal sealed class Thing
{
    private readonly object?[] _values;

    public Thing(string shape)
    {
        Shape = Shape.Of(shape);
        _values = (object?[])Shape.Defaults.Clone();
    }

    private Thing(Shape shape, object?[] values) => (Shape, _values) = (shape, values);

    public Shape Shape { get; }
    public string Id => _values[0] as string ?? "";

    /// <summary>The truth behind a charge.</summary>
    public Charge? Truth { get; set; }

    /// <summary>Facts of the simulator that no reply shows.</summary>
    public object? Hidden { get; set; }

    public object? this[string field]
    {
        get => _values[Shape.At(field)];
        set => _values[Shape.At(field)] = value is int small ? (long)small : value;
    }

    /// <summary>What it is now, whatever becomes of it.</summary>
    public Thing Copy()
    {
        var copy = new Thing(Shape, (object?[])_values.Clone());
        for (var i = 0; i < _values.Length; i++)
        {
            copy._values[i] = _values[i] switch
            {
                Thing { Shape.Fixed: false } inner => inner.Copy(),
                IEnumerable<Thing> inner => (Thing[])[.. inner.Select(t => t.Copy())],
                Sublist list => list with { Items = [.. list.Items.Select(t => t.Copy())] },
                var value => value,
            };
        }

        return copy;
    }

    public string? Text(string field) => this[field] as string;

    public long Number(string field) => this[field] is long value ? value : 0;

    public bool Flag(string field) => this[field] is true;

    public bool Is(string status) => Text("status") == status;

    public void Write(Utf8JsonWriter json, Store store, Expand? expand)
    {
        json.WriteStartObject();
        for (var i = 0; i < _values.Length; i++)
        {
            var value = _values[i];
            if (ReferenceEquals(value, Shape.Absent)) continue;
            if (ReferenceEquals(value, Shape.Defaults[i]))
            {
                var from = i;
                while (i + 1 < _values.Length && ReferenceEquals(_values[i + 1], Shape.Defaults[i + 1]) && !ReferenceEquals(_values[i + 1], Shape.Absent)) i++;
                json.WriteRawValue(Shape.Untouched(from, i + 1), skipInputValidation: true);
                continue;
            }

            json.WritePropertyName(Shape.Names[i]);
            var deeper = expand?.Child(Shape.Fields[i]);
            if (deeper is not null && value is string id && Shape.Expands[i] is { } kind && store.Find(kind, id) is { } other)
            {
                other.Write(json, store, deeper);
            }
            else
            {
                WriteValue(json, value, store, deeper);
            }
        }

        json.WriteEndObject();
    }

    public static void WriteValue(Utf8JsonWriter json, object? value, Store store, Expand? expand)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case long number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case Raw raw: json.WriteRawValue(raw.Json, skipInputValidation: true); break;
            case Thing thing: thing.Write(json, store, expand); break;
            case IReadOnlyList<KeyValuePair<string, string>> map:
                json.WriteStartObject();
                foreach (var (key, text) in map) json.WriteString(key, text);
                json.WriteEndObject();
                break;
            case IEnumerable<string> texts:
                json.WriteStartArray();
                foreach (var text in texts) json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            case Sublist list: list.Write(json, store, expand); break;
            case Moment moment: moment.Write(json, store); break;
            case IEnumerable<Thing> things:
                json.WriteStartArray();
                foreach (var thing in things) thing.Write(json, store, expand);
                json.WriteEndArray();
                break;
            default: throw new Kernel.InvariantException($"no JSON for {value.GetType()}");
        }
    }
}

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
