using System.Globalization;
using Busker.Kernel;

namespace Busker.Cli.Stats;

/// <summary>A header and rows of equal length.</summary>
internal sealed record CsvTable(string[] Columns, IReadOnlyList<string[]> Rows)
{
    public Result<int> Index(string column) => Array.IndexOf(Columns, column) is >= 0 and var i
        ? i
        : StatsReader.Wrong(column, $"There is no column {column}; the file has {string.Join(", ", Columns)}.");

    public CsvRow Row(int index) => new(this, index);
}

/// <summary>One row; the first mistake in it is kept.</summary>
internal sealed class CsvRow(CsvTable table, int index)
{
    public Fault? Fault { get; private set; }

    /// <summary>A cell's text; null when the column is absent or the cell is empty.</summary>
    public string? Text(string column) =>
        Array.IndexOf(table.Columns, column) is >= 0 and var i && table.Rows[index][i].Length > 0 ? table.Rows[index][i] : null;

    public double? Number(string column)
    {
        if (Text(column) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return value;
        Fault ??= StatsReader.Wrong(column, $"Line {index + 2}: {column} is \"{text}\", which is not a number.");
        return null;
    }

    public T Choice<T>(string column, T fallback) where T : struct, Enum
    {
        if (Text(column) is not { } text) return fallback;
        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)) return value;
        Fault ??= StatsReader.Wrong(column, $"Line {index + 2}: {column} is \"{text}\"; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        return fallback;
    }
}
