using Busker.Storage;

namespace Busker.Warehouse;

/// <summary>What a column holds. Any column may be empty in a row.</summary>
public enum ColumnType
{
    /// <summary>UTF-8 text; VARCHAR, a Parquet string.</summary>
    Text,

    /// <summary>A whole number of 64 bits; BIGINT, a Parquet INT64.</summary>
    Whole,

    /// <summary>Yes or no; BOOLEAN.</summary>
    Flag,

    /// <summary>A moment to the microsecond, in UTC; TIMESTAMPTZ, a Parquet timestamp adjusted to UTC.</summary>
    Moment,
}

/// <summary>One column of a dataset.</summary>
/// <param name="Name">Lower-case snake, its unit last: <c>price_minor</c>.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Meaning">For people, with the unit and what an empty one means.</param>
public sealed record Column(string Name, ColumnType Type, string Meaning);

/// <summary>
/// A table that a room gives away: its shape, and how its rows are read. A room registers its datasets beside its handlers.
/// </summary>
/// <param name="Name">Room and noun: <c>catalog_prices</c>. Names the file.</param>
/// <param name="Meaning">What one row is.</param>
/// <param name="Columns">In the order in which rows are written.</param>
/// <param name="FillAsync">
/// Reads the rows of one scope in one snapshot and writes them in a stable order: the same data give the same file.
/// </param>
public sealed record Dataset(
    string Name, string Meaning, IReadOnlyList<Column> Columns, Func<Tx, Guid, RowWriter, CancellationToken, Task> FillAsync);

/// <summary>How a dataset is written.</summary>
public enum DatasetFormat
{
    /// <summary>RFC 4180, UTF-8, a header line; an empty field is an empty value.</summary>
    Csv,

    /// <summary>Apache Parquet, compressed with Zstandard.</summary>
    Parquet,
}
