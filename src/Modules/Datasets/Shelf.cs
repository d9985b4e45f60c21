using System.Collections.Frozen;

namespace Busker.Datasets;

/// <summary>All datasets of the house, by name.</summary>
internal sealed class Shelf(IEnumerable<Warehouse.Dataset> datasets)
{
    private readonly FrozenDictionary<string, Warehouse.Dataset> _byName = datasets.ToFrozenDictionary(d => d.Name, StringComparer.Ordinal);

    public IEnumerable<Warehouse.Dataset> All => _byName.Values.OrderBy(d => d.Name, StringComparer.Ordinal);

    public Warehouse.Dataset? Find(string name) => _byName.GetValueOrDefault(name);
}
