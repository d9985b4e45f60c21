using System.Collections;

namespace Busker.Simulator.Stripe;

/// <summary>
/// What a thing will be when somebody asks for it. Most of what payments leave behind is never looked at: a draft keeps the few facts
/// it follows from.
/// </summary>
internal abstract class Draft(string id)
{
    public string Id { get; } = id;

    public Thing Thing => Made ??= Make();

    /// <summary>Null while nobody has asked.</summary>
    protected Thing? Made { get; private set; }

    protected abstract Thing Make();
}

/// <summary>All objects of one kind, in the order they were made, some of them drafts.</summary>
internal sealed class Shelf : IReadOnlyList<Thing>
{
    private readonly Dictionary<string, object> _byId = [];
    private readonly List<object> _inOrder = [];

    public int Count => _inOrder.Count;

    public Thing this[int index] => Of(_inOrder[index]);

    public Thing? Find(string id) => _byId.TryGetValue(id, out var known) ? Of(known) : null;

    public void Add(string id, object thingOrDraft)
    {
        _byId.Add(id, thingOrDraft);
        _inOrder.Add(thingOrDraft);
    }

    public void Remove(Thing thing)
    {
        if (_byId.Remove(thing.Id, out var known)) _inOrder.Remove(known);
    }

    /// <summary>Forgets the oldest beyond a number of them, once there are twice as many.</summary>
    public void Trim(int most)
    {
        if (_inOrder.Count < most * 2) return;
        foreach (var old in _inOrder.Take(_inOrder.Count - most)) _byId.Remove(old is Draft draft ? draft.Id : ((Thing)old).Id);
        _inOrder.RemoveRange(0, _inOrder.Count - most);
    }

    public IEnumerator<Thing> GetEnumerator()
    {
        foreach (var known in _inOrder) yield return Of(known);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Thing Of(object known) => known as Thing ?? ((Draft)known).Thing;
}
