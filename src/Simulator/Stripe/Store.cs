using System.Buffers;
using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>All of an account's objects, by kind and id, in the order they were made.</summary>
internal sealed class Store
{
    private const int Written = 512;
    private static readonly Shelf None = new("");
    private readonly (Thing Thing, int Version, byte[] Json)[] _written = new (Thing, int, byte[])[Written];
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Dictionary<string, Shelf> _shelves = [];

    /// <summary>What the request in hand has found and added.</summary>
    public Undo Undo { get; } = new();

    public Thing Add(Thing thing)
    {
        Add(Of(thing.Shape.Name), thing);
        return thing;
    }

    public void Add(string kind, Draft draft) => Add(Of(kind), draft);

    /// <summary>By id; the kind "*" finds whatever has it.</summary>
    public Thing? Find(string kind, string? id)
    {
        if (id is null) return null;
        if (kind != "*") return _shelves.TryGetValue(kind, out var known) ? Undo.Found(known.Find(id)) : null;
        foreach (var any in _shelves.Values)
        {
            if (any.Find(id) is { } thing) return Undo.Found(thing);
        }

        return null;
    }

    public Thing Get(string kind, string id, string param = "id") => Find(kind, id) ?? throw StripeError.Missing(kind, id, param);

    public IReadOnlyList<Thing> All(string kind) => _shelves.TryGetValue(kind, out var shelf) ? shelf : None;

    /// <summary>All of a kind that differ from what their drafts say.</summary>
    public IEnumerable<Thing> Made(string kind) => _shelves.TryGetValue(kind, out var shelf) ? shelf.Made : [];

    /// <summary>For good: what the request in hand did before cannot be undone any more.</summary>
    public void Remove(Thing thing)
    {
        Undo.Begin(false);
        _shelves[thing.Shape.Name].Remove(thing);
    }

    /// <summary>Forgets the oldest of a kind beyond a number of them.</summary>
    public void Trim(string kind, int most) => _shelves[kind].Trim(most);

    /// <summary>Writes an object of a list.</summary>
    public void Write(Utf8JsonWriter json, Thing thing, Expand? expand)
    {
        if (expand is null && Read(thing) is { } known) json.WriteRawValue(known, skipInputValidation: true);
        else thing.Write(json, this, expand);
    }

    /// <summary>An object that is read, perhaps again and again: what did not change since the last time is not written anew. Null when that cannot be told.</summary>
    public byte[]? Read(Thing thing)
    {
        ref var known = ref _written[System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(thing) % Written];
        if (ReferenceEquals(known.Thing, thing) && known.Version == thing.Version) return known.Json;
        if (!thing.Settled) return null;
        _buffer.ResetWrittenCount();
        using (var whole = new Utf8JsonWriter(_buffer, Raw.Loose)) thing.Write(whole, this, null);
        known = (thing, thing.Version, _buffer.WrittenSpan.ToArray());
        return known.Json;
    }

    private void Add(Shelf shelf, object thingOrDraft)
    {
        shelf.Add(thingOrDraft);
        Undo.Grown(shelf);
    }

    private Shelf Of(string kind)
    {
        if (!_shelves.TryGetValue(kind, out var shelf)) _shelves[kind] = shelf = new Shelf(kind);
        return shelf;
    }
}
