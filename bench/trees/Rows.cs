using System.Runtime.InteropServices;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Bench.Trees;

/// <summary>Columns and labels, kept as raw doubles (column after column, then labels) for both sides to read.</summary>
internal sealed record Rows(double[][] Columns, double[] Labels)
{
    public Examples Examples => Examples.Of(Table.Of([.. Columns.Select((_, c) => $"x{c}")], Columns).Value, Labels).Value;

    public void Write(string path)
    {
        using var file = File.Create(path);
        foreach (var column in Columns.Append(Labels)) file.Write(MemoryMarshal.AsBytes(column.AsSpan()));
    }

    public static Rows Read(string path, int width)
    {
        using var file = File.OpenRead(path);
        var rows = (int)(file.Length / sizeof(double) / (width + 1));
        var columns = new double[width + 1][];
        for (var c = 0; c <= width; c++)
        {
            columns[c] = new double[rows];
            file.ReadExactly(MemoryMarshal.AsBytes(columns[c].AsSpan()));
        }

        return new Rows(columns[..width], columns[width]);
    }

    /// <summary>The card set's rows of one split (train, test), the book's fifteen features.</summary>
    public static Rows Cards(string folder, string split)
    {
        var path = Path.Combine(folder, "handbook_features_ch3.csv.gz");
        var header = CsvFile.Header(path).OrThrow();
        string[] features = [.. header.Where(h => h.StartsWith("TX_AMOUNT", StringComparison.Ordinal) || h.StartsWith("TX_DURING", StringComparison.Ordinal) || h.Contains("WINDOW", StringComparison.Ordinal))];
        var csv = CsvFile.Read(path, [.. features, "TX_FRAUD"], ["SPLIT"]).OrThrow();
        int[] chosen = [.. Enumerable.Range(0, csv.Rows).Where(r => csv.Words("SPLIT")[r] == split)];
        double[] Of(string name) => Array.ConvertAll(chosen, r => csv.Numbers(name)[r]);
        return new Rows([.. features.Select(Of)], Of("TX_FRAUD"));
    }
}

internal static class Outcome
{
    public static T OrThrow<T>(this Kernel.Result<T> result) => result.Fault is { } fault ? throw new InvalidOperationException(fault.Message) : result.Value;
}
