using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// Rows to learn from or to measure on: columns, labels, optional weights, and for ranking the query of each row (rows of
/// a query stand together).
/// </summary>
public sealed class Examples
{
    private Examples(Table table, double[] labels, double[]? weights, int[]? bounds) =>
        (Table, Labels, Weights, Bounds) = (table, labels, weights, bounds);

    /// <summary>The columns.</summary>
    public Table Table { get; }

    /// <summary>One target per row.</summary>
    public double[] Labels { get; }

    /// <summary>One weight per row, or null for 1.</summary>
    public double[]? Weights { get; }

    /// <summary>0, then the end of each query.</summary>
    internal int[]? Bounds { get; }

    /// <summary>Rows.</summary>
    public int Rows => Labels.Length;

    /// <summary>Refuses no rows, lengths that differ, labels or weights that are not numbers, weights below zero or all zero, and a
    /// query whose rows are scattered.</summary>
    public static Result<Examples> Of(Table table, double[] labels, double[]? weights = null, long[]? queries = null)
    {
        if (table.Rows == 0) return Bad("there are no rows to learn from");
        if (labels.Length != table.Rows) return Bad($"{labels.Length} labels for {table.Rows} rows");
        var row = Array.FindIndex(labels, v => !double.IsFinite(v));
        if (row >= 0) return Bad($"row {row + 1}, column label: the value is missing or infinite");
        if (weights is not null)
        {
            if (weights.Length != table.Rows) return Bad($"{weights.Length} weights for {table.Rows} rows");
            row = Array.FindIndex(weights, v => !(v >= 0 && double.IsFinite(v)));
            if (row >= 0) return Bad($"row {row + 1}, column weight: {weights[row]} is not a weight");
            if (weights.Sum() <= 0) return Bad("every weight is zero");
        }

        if (queries is null) return new Examples(table, labels, weights, null);
        if (queries.Length != table.Rows) return Bad($"{queries.Length} query ids for {table.Rows} rows");
        var (bounds, seen) = (new List<int> { 0 }, new HashSet<long>());
        for (var r = 0; r < queries.Length; r++)
        {
            if (r > 0 && queries[r] == queries[r - 1]) continue;
            if (!seen.Add(queries[r])) return Bad($"row {r + 1}, column query: query {queries[r]} appears again after others");
            if (r > 0) bounds.Add(r);
        }

        bounds.Add(queries.Length);
        return new Examples(table, labels, weights, [.. bounds]);
    }

    /// <summary>The given rows, ascending; queries are kept.</summary>
    public Examples Take(int[] rows)
    {
        var weights = Weights is { } w ? Array.ConvertAll(rows, r => w[r]) : null;
        int[]? bounds = null;
        if (Bounds is { } all)
        {
            var queryOf = Array.ConvertAll(rows, r => Array.BinarySearch(all, r) is var at && at >= 0 ? at : ~at - 1);
            bounds = [0, .. Enumerable.Range(1, rows.Length - 1).Where(i => queryOf[i] != queryOf[i - 1]), rows.Length];
        }

        return new Examples(Table.Take(rows), Array.ConvertAll(rows, r => Labels[r]), weights, bounds);
    }

    /// <summary>The same rows with other columns.</summary>
    internal Examples On(Table table) => new(table, Labels, Weights, Bounds);

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_EXAMPLES", message);
}
