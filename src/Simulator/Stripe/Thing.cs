using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>
/// One of Stripe's objects: a shape, and the values of the fields that were set; all others are as in a new one. A copy shares its
/// values with the original until either is changed.
/// </summary>
internal sealed class Thing
{
    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly object?[] Empty = [];

    /// <summary>Numbers in the boxes that they had last time: amounts and times come again and again.</summary>
    private static readonly object[] Boxes = [.. Enumerable.Range(0, 1024).Select(i => (object)(long)i)];

    private object?[] _values = Empty;
    private UInt128 _set;
    private bool _shared;

    public Thing(string shape) => Shape = Shape.Of(shape);

    public Thing(Shape shape) => Shape = shape;

    public Shape Shape { get; }
    public string Id => (_set & 1) != 0 ? _values[0] as string ?? "" : "";

    /// <summary>The truth behind a charge.</summary>
    public Charge? Truth { get; set; }

    /// <summary>Facts of the simulator that no reply shows.</summary>
    public object? Hidden { get; set; }

    /// <summary>Grows with every change.</summary>
    public int Version { get; private set; }

    public object? this[string field]
    {
        get => Get(Shape.At(field));
        set => Set(Shape.At(field), value switch { long number => Box(number), int number => Box(number), bool flag => flag ? True : False, _ => value });
    }

    /// <summary>What it is now, whatever becomes of it.</summary>
    public Thing Copy()
    {
        object?[]? own = null;
        for (var i = 0; i < (int)UInt128.PopCount(_set); i++)
        {
            object? kept = _values[i] switch
            {
                null or string or long or bool or Raw or CardDetails => _values[i],
                Thing { Shape.Fixed: false } inner => inner.Copy(),
                IEnumerable<Thing> inner => (Thing[])[.. inner.Select(t => t.Copy())],
                Sublist list => list with { Items = [.. list.Items.Select(t => t.Copy())] },
                var value => value,
            };
            if (!ReferenceEquals(kept, _values[i])) (own ??= (object?[])_values.Clone())[i] = kept;
        }

        if (own is null) _shared = true;
        return new Thing(Shape) { _values = own ?? _values, _set = _set, _shared = own is null };
    }

    /// <summary>The fields that are not as they were, with their values of then; "{}" when all are.</summary>
    public string Previous(Thing before, Store store)
    {
        return Changed(Read(before), Read(this)).ToJsonString();

        JsonObject Read(Thing thing)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, Raw.Loose)) thing.Write(json, store, null);
            return JsonNode.Parse(buffer.ToArray())!.AsObject();
        }
    }

    private static JsonObject Changed(JsonObject before, JsonObject now)
    {
        var changed = new JsonObject();
        foreach (var name in before.Select(p => p.Key).Union(now.Select(p => p.Key)))
        {
            if (JsonNode.DeepEquals(before[name], now[name])) continue;
            changed[name] = (before[name], now[name]) is (JsonObject then, JsonObject since) ? Changed(then, since) : before[name]?.DeepClone();
        }

        return changed;
    }

    private object? Get(int at)
    {
        var bit = UInt128.One << at;
        return (_set & bit) != 0 ? _values[(int)UInt128.PopCount(_set & (bit - 1))] : Shape.Defaults[at];
    }

    private void Set(int at, object? value)
    {
        var bit = UInt128.One << at;
        var slot = (int)UInt128.PopCount(_set & (bit - 1));
        if ((_set & bit) != 0)
        {
            if (ReferenceEquals(_values[slot], value)) return;
            if (_shared) Own(0);
            _values[slot] = value;
        }
        else if (!ReferenceEquals(value, Shape.Defaults[at]))
        {
            var count = (int)UInt128.PopCount(_set);
            if (_shared || count == _values.Length) Own(Shape.Room = Math.Max(Shape.Room, count + 4));
            Array.Copy(_values, slot, _values, slot + 1, count - slot);
            _values[slot] = value;
            _set |= bit;
        }
        else
        {
            return;
        }

        Version++;
    }

    /// <summary>What it is now, to come back to.</summary>
    public Mark Hold()
    {
        _shared = true;
        return new Mark(_values, _set, Hidden is Terms terms ? terms with { } : Hidden);
    }

    /// <summary>What it was.</summary>
    public void Become(in Mark mark)
    {
        if (ReferenceEquals(_values, mark.Values) && _set == mark.Set && ReferenceEquals(Hidden, mark.Hidden)) return;
        (_values, _set, Hidden, _shared) = (mark.Values, mark.Set, mark.Hidden, true);
        Version++;
    }

    public readonly record struct Mark(object?[] Values, UInt128 Set, object? Hidden);

    /// <summary>Nothing of it was set.</summary>
    public bool Blank => _set == UInt128.Zero;

    /// <summary>Sets what is set in another of its shape.</summary>
    public void Overlay(Thing with)
    {
        for (var i = 0; i < Shape.Defaults.Length; i++)
        {
            if (Has(with._set, i)) Set(i, with.Get(i));
        }
    }

    private void Own(int room)
    {
        var own = new object?[Math.Max(room, _values.Length)];
        _values.CopyTo(own, 0);
        (_values, _shared) = (own, false);
    }

    private static object Box(long number)
    {
        ref var box = ref Boxes[(int)(unchecked((ulong)number * 0x9E3779B97F4A7C15) >> 54)];
        var held = box;
        return (long)held == number ? held : box = number;
    }

    public string? Text(string field) => this[field] as string;

    public long Number(string field) => this[field] is long value ? value : 0;

    public bool Flag(string field) => this[field] is true;

    public bool Is(string status) => Text("status") == status;

    public void Write(Utf8JsonWriter json, Store store, Expand? expand)
    {
        json.WriteStartObject();
        var slot = 0;
        for (var i = 0; i < Shape.Defaults.Length; i++)
        {
            if (!Has(_set, i))
            {
                if (Has(Shape.AbsentAtFirst, i)) continue;
                var from = i;
                while (i + 1 < Shape.Defaults.Length && !Has(_set | Shape.AbsentAtFirst, i + 1)) i++;
                json.WriteRawValue(Shape.Untouched(from, i + 1), skipInputValidation: true);
                continue;
            }

            var value = _values[slot++];
            if (ReferenceEquals(value, Shape.Absent)) continue;
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

        if (expand is not null) Included.Write(json, this, store, expand);
        json.WriteEndObject();
    }

    /// <summary>Whether what it writes changes with its version alone.</summary>
    public bool Settled
    {
        get
        {
            foreach (var value in _values.AsSpan(0, (int)UInt128.PopCount(_set)))
            {
                if (value is Thing { Shape.Fixed: false } or Sublist or Moment or IEnumerable<Thing>) return false;
            }

            return true;
        }
    }

    private static bool Has(UInt128 fields, int at) => (fields & (UInt128.One << at)) != 0;

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
            case Sublist list: list.Write(json, store, expand); break;
            case CardDetails details: details.Write(json); break;
            case Moment moment: moment.Write(json, store); break;
            case Source source: source.Write(json); break;
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
            case IEnumerable<Thing> things:
                json.WriteStartArray();
                foreach (var thing in things) thing.Write(json, store, expand);
                json.WriteEndArray();
                break;
            default: throw new Kernel.InvariantException($"no JSON for {value.GetType()}");
        }
    }
}
