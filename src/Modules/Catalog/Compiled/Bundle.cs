namespace Busker.Catalog.Compiled;

/// <summary>
/// What a base plan with its add-ons gives in one market: one row of cells for each combination of used-up caps that
/// switch to a variant. Reading it is an array access.
/// </summary>
public sealed class Bundle
{
    private readonly Cell[][] _rows;

    internal Bundle(Cell[] row, Switch[] switches, bool isKnown)
    {
        (Switches, IsKnown) = (switches, isKnown);
        _rows = new Cell[1 << switches.Length][];
        for (var mask = 0; mask < _rows.Length; mask++) _rows[mask] = mask == 0 ? row : Overlay(row, switches, mask);
    }

    /// <summary>A cap whose exhaustion changes other values: its feature's index, and what then holds.</summary>
    public sealed record Switch(int Feature, string Variant, IReadOnlyList<(int Feature, Cell Cell)> Settings);

    /// <summary>In the order of their features; bit i of an exhaustion mask stands for the i-th.</summary>
    public IReadOnlyList<Switch> Switches { get; }

    /// <summary>False when the catalog knows no such plan: every value is then the feature's fallback.</summary>
    public bool IsKnown { get; }

    /// <summary>All values, by feature index.</summary>
    /// <param name="exhausted">which of <see cref="Switches"/> are used up; 0 for none</param>
    public ReadOnlySpan<Cell> Row(int exhausted = 0) => _rows[exhausted];

    public Cell this[int feature] => _rows[0][feature];

    public Cell At(int feature, int exhausted) => _rows[exhausted][feature];

    /// <summary>Later switches win where two set the same feature.</summary>
    private static Cell[] Overlay(Cell[] row, Switch[] switches, int mask)
    {
        var result = (Cell[])row.Clone();
        for (var i = 0; i < switches.Length; i++)
        {
            if ((mask & (1 << i)) == 0) continue;
            foreach (var (feature, cell) in switches[i].Settings) result[feature] = cell;
        }

        return result;
    }
}
