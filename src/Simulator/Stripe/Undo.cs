namespace Busker.Simulator.Stripe;

/// <summary>
/// What a request has found, as it was, and what it has made: one that is refused has done nothing. Money that moved is never undone; a
/// refusal by then (a card declines) is something that happened.
/// </summary>
internal sealed class Undo
{
    private readonly List<(Thing Thing, Thing.Mark Mark)> _found = [];
    private readonly List<Shelf> _grown = [];
    private bool _on;

    /// <summary>From here on, until the next time; not at all for a request that only reads.</summary>
    public void Begin(bool on)
    {
        _on = on;
        _found.Clear();
        _grown.Clear();
    }

    public Thing? Found(Thing? thing)
    {
        if (_on && thing is not null) _found.Add((thing, thing.Hold()));
        return thing;
    }

    public void Grown(Shelf shelf)
    {
        if (_on) _grown.Add(shelf);
    }

    public void Back()
    {
        for (var i = _found.Count - 1; i >= 0; i--) _found[i].Thing.Become(_found[i].Mark);
        for (var i = _grown.Count - 1; i >= 0; i--) _grown[i].RemoveLast();
        Begin(false);
    }
}
