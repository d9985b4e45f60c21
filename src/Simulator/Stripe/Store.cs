using System.Buffers;
using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>All of an account's objects, by kind and id, in the order they were made.</summary>
internal sealed class Store
{
    private const int Written = 512;
    private readonly (Thing Thing, int Version, byte[] Json)[] _written = new (Thing, int, byte[])[Written];
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Dictionary<string, Dictionary<string, Thing>> _byId = [];
    private readonly Dictionary<string, List<Thing>> _inOrder = [];

    public Thing Add(Thing thing)
    {
        var kind = thing.Shape.Name;
        if (!_byId.TryGetValue(kind, out var known))
        {
            _byId[kind] = known = [];
            _inOrder[kind] = [];
        }

        known.Add(thing.Id, thing);
        _inOrder[kind].Add(thing);
        return thing;
    }

    /// <summary>By id; the kind "*" finds whatever has it.</summary>
    public Thing? Find(string kind, string? id)
    {
        if (id is null) return null;
        if (kind != "*") return _byId.TryGetValue(kind, out var known) ? known.GetValueOrDefault(id) : null;
        foreach (var any in _byId.Values)
        {
            if (any.TryGetValue(id, out var thing)) return thing;
        }

        return null;
    }

    public Thing Get(string kind, string id, string param = "id") => Find(kind, id) ?? throw StripeError.Missing(kind, id, param);

    public IReadOnlyList<Thing> All(string kind) => _inOrder.TryGetValue(kind, out var list) ? list : [];

    public void Remove(Thing thing)
    {
        _byId[thing.Shape.Name].Remove(thing.Id);
        _inOrder[thing.Shape.Name].Remove(thing);
    }

    /// <summary>Forgets the oldest of a kind beyond a number of them.</summary>
    public void Trim(string kind, int most)
    {
        var list = _inOrder[kind];
        if (list.Count < most * 2) return;
        foreach (var old in list.Take(list.Count - most)) _byId[kind].Remove(old.Id);
        list.RemoveRange(0, list.Count - most);
    }

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
}
