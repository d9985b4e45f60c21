using System.Collections;
using Busker.Kernel;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>
/// What one or more things will be when somebody asks for them, each on the shelf of its kind. Most of what payments leave behind is never
/// looked at: a draft keeps the few facts it follows from.
/// </summary>
internal abstract class Draft
{
    public abstract string Id(string kind);

    public abstract Thing Thing(string kind);

    /// <summary>Null while nobody has asked.</summary>
    public abstract Thing? Made(string kind);
}

/// <summary>A draft of one thing.</summary>
internal abstract class Sketch : Draft
{
    private Thing? _made;

    public Thing Whole => _made ??= Make();

    public override Thing Thing(string kind) => Whole;

    public override Thing? Made(string kind) => _made;

    protected abstract Thing Make();
}

/// <summary>All objects of one kind, in the order they were made, some of them drafts. Its index catches up when somebody looks.</summary>
internal sealed class Shelf(string kind) : IReadOnlyList<Thing>
{
    private readonly Places _places = new();
    private readonly Roll<object> _inOrder = new();
    private int _indexed, _forgotten;

    public int Count => _inOrder.Count;

    public Thing this[int index] => Of(_inOrder[index]);

    /// <summary>Those that are no drafts any more: what is still one is as it was when it was made.</summary>
    public IEnumerable<Thing> Made
    {
        get
        {
            foreach (var known in _inOrder)
            {
                if ((known as Thing ?? ((Draft)known).Made(kind)) is { } thing) yield return thing;
            }
        }
    }

    public Thing? Find(string id) => IndexOf(id) is var index and >= 0 ? this[index] : null;

    public void Add(object thingOrDraft) => _inOrder.Add(thingOrDraft);

    /// <summary>Where it is in the order, or -1.</summary>
    public int IndexOf(string id)
    {
        for (; _indexed < _inOrder.Count; _indexed++)
        {
            var next = IdOf(_inOrder[_indexed]);
            if (Known(next) >= 0) throw new InvariantException($"two of {kind} are {next}");
            _places.Add(Places.Hash(next), _indexed + _forgotten);
        }

        return Known(id);
    }

    private int Known(string id)
    {
        var (hash, probe) = (Places.Hash(id), 0);
        for (var place = _places.Find(hash, ref probe); place >= 0; place = _places.Find(hash, ref probe))
        {
            if (IdOf(_inOrder[place - _forgotten]) == id) return place - _forgotten;
        }

        return -1;
    }

    public void Remove(Thing thing)
    {
        if (IndexOf(thing.Id) is var index and >= 0) RemoveAt(index);
    }

    public void RemoveLast() => RemoveAt(_inOrder.Count - 1);

    private void RemoveAt(int index)
    {
        _inOrder.RemoveAt(index);
        if (index >= _indexed) return;
        _indexed--;
        var gone = index + _forgotten;
        _places.Renumber(place => place == gone ? -1 : place > gone ? place - 1 : place);
    }

    /// <summary>Forgets the oldest beyond a number of them, once there are twice as many.</summary>
    public void Trim(int most)
    {
        if (_inOrder.Count < most * 2) return;
        var gone = _inOrder.Count - most;
        (_indexed, _forgotten) = (Math.Max(0, _indexed - gone), _forgotten + gone);
        _inOrder.Forget(most);
        _places.Renumber(place => place < _forgotten ? -1 : place);
    }

    public IEnumerator<Thing> GetEnumerator()
    {
        foreach (var known in _inOrder) yield return Of(known);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string IdOf(object known) => known is Draft draft ? draft.Id(kind) : ((Thing)known).Id;

    private Thing Of(object known) => known as Thing ?? ((Draft)known).Thing(kind);
}
