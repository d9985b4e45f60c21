using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

/// <summary>Small synthetic sets with a known shape.</summary>
internal static class Given
{
    public static Table Columns(Rng rng, int rows, int width, double missing = 0) =>
        Table.Of([.. Enumerable.Range(0, width).Select(c => $"x{c}")],
            [.. Enumerable.Range(0, width).Select(_ => Enumerable.Range(0, rows)
                .Select(_ => rng.NextBool(missing) ? double.NaN : Math.Round(rng.NextGaussian(), 2)).ToArray())]).Value;

    /// <summary>Chance rises with x0, is a bump in x1 and meets x2·x3; missing x0 is risky.</summary>
    public static Examples Binary(ulong seed, int rows, int width = 5, double missing = 0.05)
    {
        var rng = new Rng(seed);
        var table = Columns(rng, rows, width, missing);
        var labels = new double[rows];
        var row = new double[width];
        for (var r = 0; r < rows; r++)
        {
            table.RowInto(r, row);
            var margin = (double.IsNaN(row[0]) ? 1.5 : row[0]) - 1 + Math.Cos(2 * Zero(row[1])) + Zero(row[2]) * Zero(row[3]);
            labels[r] = rng.NextBool(1 / (1 + Math.Exp(-margin))) ? 1 : 0;
        }

        return Examples.Of(table, labels).Value;
    }

    public static Examples Regression(ulong seed, int rows, int width = 4)
    {
        var rng = new Rng(seed);
        var table = Columns(rng, rows, width);
        double[] labels = [.. Enumerable.Range(0, rows).Select(r => 2 * table.Columns[0][r] + Math.Sin(3 * table.Columns[1][r]) + 0.1 * rng.NextGaussian())];
        return Examples.Of(table, labels).Value;
    }

    public static double[][] Rows(Table table) => [.. Enumerable.Range(0, table.Rows).Select(r =>
    {
        var row = new double[table.Width];
        table.RowInto(r, row);
        return row;
    })];

    public static bool SameBits(TreeModel a, TreeModel b, Table on) =>
        a.Margins(on, Lanes.One).Value.AsSpan().SequenceEqual(b.Margins(on, Lanes.One).Value) && a.Trees.Count == b.Trees.Count;

    private static double Zero(double value) => double.IsNaN(value) ? 0 : value;
}
