using Busker.Kernel;

namespace Busker.Learning.Numbers;

/// <summary>Named columns of doubles with the same number of rows. NaN means missing. The arrays are not copied.</summary>
public sealed class Table
{
    private Table(string[] names, double[][] columns) => (Names, Columns) = (names, columns);

    /// <summary>Names of the columns, all different.</summary>
    public string[] Names { get; }

    /// <summary>One array per column, NaN = missing.</summary>
    public double[][] Columns { get; }

    /// <summary>Columns.</summary>
    public int Width => Columns.Length;

    /// <summary>Rows.</summary>
    public int Rows => Columns.Length == 0 ? 0 : Columns[0].Length;

    /// <summary>Refuses no column, a doubled or empty name, columns of unequal length and infinite values.</summary>
    public static Result<Table> Of(IReadOnlyList<string> names, IReadOnlyList<double[]> columns)
    {
        if (names.Count == 0) return Bad("a table needs at least one column");
        if (names.Count != columns.Count) return Bad($"{names.Count} column names for {columns.Count} columns");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var c = 0; c < names.Count; c++)
        {
            if (string.IsNullOrWhiteSpace(names[c])) return Bad($"column {c + 1} has no name");
            if (!seen.Add(names[c])) return Bad($"column {names[c]} appears twice", names[c]);
            if (columns[c].Length != columns[0].Length)
            {
                return Bad($"column {names[c]} has {columns[c].Length} rows where {names[0]} has {columns[0].Length}", names[c]);
            }

            var row = Array.FindIndex(columns[c], double.IsInfinity);
            if (row >= 0) return Bad($"row {row + 1}, column {names[c]}: the value is infinite", names[c]);
        }

        return new Table([.. names], [.. columns]);
    }

    /// <summary>Place of a column, or −1.</summary>
    public int IndexOf(string name) => Array.IndexOf(Names, name);

    /// <summary>A column by name; refuses a name that is not there.</summary>
    public Result<double[]> Column(string name) =>
        IndexOf(name) is >= 0 and var c ? Columns[c] : Bad($"column {name} is missing; the table has {string.Join(", ", Names)}", name);

    /// <summary>Copies row <paramref name="row"/> into <paramref name="into"/>, which is at least <see cref="Width"/> long.</summary>
    public void RowInto(int row, Span<double> into)
    {
        for (var c = 0; c < Columns.Length; c++) into[c] = Columns[c][row];
    }

    /// <summary>These rows, in this order, copied.</summary>
    public Table Take(int[] rows) =>
        new(Names, [.. Columns.Select(column => Array.ConvertAll(rows, r => column[r]))]);

    /// <summary>Only the named columns, in that order; the data are shared.</summary>
    public Result<Table> Select(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (Column(name) is { Fault: { } fault }) return fault;
        }

        return new Table([.. names], [.. names.Select(name => Columns[IndexOf(name)])]);
    }

    private static Fault Bad(string message, string? field = null) =>
        new(Code.InvalidArgument, "LEARNING_BAD_TABLE", message, field);
}
