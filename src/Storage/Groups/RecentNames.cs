namespace Busker.Storage;

/// <summary>
/// The requests that one lane was handed last. A repeat usually comes soon and to the same host: its batch looks up stored
/// answers at once instead of failing on them first. Forgetting costs such a failure, nothing else.
/// </summary>
internal sealed class RecentNames
{
    private const int NamesMax = 16_384;
    private HashSet<Guid> _young = [];
    private HashSet<Guid> _old = [];

    /// <summary>Whether one of them was seen before; remembers them all.</summary>
    public bool AnyOf<TUnit, TAnswer>(IReadOnlyList<Pending<TUnit, TAnswer>> units)
    {
        var any = false;
        foreach (var unit in units)
            if (unit.Key is not null) any |= !_young.Add(unit.Name) || _old.Contains(unit.Name);
        if (_young.Count > NamesMax) (_old, _young) = (_young, []);
        return any;
    }
}
