using System.Runtime.InteropServices;
using Busker.Learning.Numbers;

namespace Busker.Bench.Learning;

/// <summary>Synthetic families, written as raw doubles (column after column, then labels) for the Python side to read.</summary>
internal static class Made
{
    public static (Table Table, double[] Labels) Set(string family, int rows, int width, ulong seed)
    {
        var columns = new double[width][];
        var root = new Rng(seed);
        Lanes.All.For(width, c =>
        {
            var rng = root.Fork((ulong)c);
            columns[c] = new double[rows];
            for (var r = 0; r < rows; r++)
            {
                columns[c][r] = family == "skewed" ? Math.Exp(1.5 * rng.NextGaussian()) : rng.NextGaussian();
                if (family == "gaps" && rng.NextBool(0.2)) columns[c][r] = double.NaN;
            }
        });
        var draw = root.Fork(999);
        var labels = new double[rows];
        for (var r = 0; r < rows; r++)
        {
            double X(int c) => double.IsNaN(columns[c][r]) ? 0.7 : family == "skewed" ? Math.Log(columns[c][r]) / 1.5 : columns[c][r];
            var margin = X(0) + 0.8 * Math.Sin(2 * X(1)) + 0.7 * X(2) * X(3) + 0.5 * Math.Abs(X(4)) - 0.6 * X(5) * (X(6) > 0 ? 1 : 0) - 0.5;
            if (family == "rare") margin = 1.6 * margin - 5;
            labels[r] = draw.NextBool(1 / (1 + Math.Exp(-margin))) ? 1 : 0;
        }

        return (Table.Of([.. Enumerable.Range(0, width).Select(c => $"x{c}")], columns).Value, labels);
    }

    public static void Write(string path, Table table, double[] labels)
    {
        using var file = File.Create(path);
        foreach (var column in table.Columns.Append(labels)) file.Write(MemoryMarshal.AsBytes(column.AsSpan()));
    }
}
