using System.Collections;
using Busker.Simulator.Core;

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
    private const int Parts = 256;
    private readonly Dictionary<string, object>?[] _byId = new Dictionary<string, object>?[Parts];
    private readonly Roll<object> _inOrder = new();

    public int Count => _inOrder.Count;

    public Thing this[int index] => Of(_inOrder[index]);

    public Thing? Find(string id) => Part(id).TryGetValue(id, out var known) ? Of(known) : null;

    public void Add(string id, object thingOrDraft)
    {
        Part(id).Add(id, thingOrDraft);
        _inOrder.Add(thingOrDraft);
    }

    public void Remove(Thing thing)
    {
        if (Part(thing.Id).Remove(thing.Id, out var known)) _inOrder.Remove(known);
    }

    /// <summary>Forgets the oldest beyond a number of them, once there are twice as many.</summary>
    public void Trim(int most)
    {
        if (_inOrder.Count < most * 2) return;
        for (var i = 0; i < _inOrder.Count - most; i++) Part(IdOf(_inOrder[i])).Remove(IdOf(_inOrder[i]));
        _inOrder.Forget(most);
    }

    public IEnumerator<Thing> GetEnumerator()
    {
        foreach (var known in _inOrder) yield return Of(known);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The index in parts, by the last characters of the id, so that growing one is no work to notice.</summary>
    private Dictionary<string, object> Part(string id) => _byId[id.Length < 2 ? 0 : ((id[^1] * 31) + id[^2]) % Parts] ??= [];

    private static string IdOf(object known) => known is Draft draft ? draft.Id : ((Thing)known).Id;

    private static Thing Of(object known) => known as Thing ?? ((Draft)known).Thing;
}
