using Busker.Kernel;

namespace Busker.Warehouse;

/// <summary>
/// Takes the rows of a dataset, value by value in the order of its columns: <c>rows.Text(key).Whole(price).End()</c>. A
/// value in the wrong place is a bug and stops the export.
/// </summary>
public sealed class RowWriter
{
    private readonly IReadOnlyList<Column> _columns;
    private readonly DuckDbAppender _appender;
    private int _at;

    internal RowWriter(IReadOnlyList<Column> columns, DuckDbAppender appender) => (_columns, _appender) = (columns, appender);

    /// <summary>Rows ended so far.</summary>
    public long Count { get; private set; }

    /// <param name="text">null is an empty value</param>
    public RowWriter Text(string? text)
    {
        if (!Next(ColumnType.Text, text is null)) _appender.Text(text!);
        return this;
    }

    /// <param name="number">null is an empty value</param>
    public RowWriter Whole(long? number)
    {
        if (!Next(ColumnType.Whole, number is null)) _appender.Whole(number!.Value);
        return this;
    }

    public RowWriter Flag(bool flag)
    {
        Next(ColumnType.Flag, missing: false);
        _appender.Flag(flag);
        return this;
    }

    /// <param name="moment">null is an empty value</param>
    public RowWriter Moment(DateTimeOffset? moment)
    {
        if (!Next(ColumnType.Moment, moment is null)) _appender.Moment(moment!.Value);
        return this;
    }

    /// <summary>Ends the row; every column has its value.</summary>
    public void End()
    {
        if (_at != _columns.Count) throw new InvariantException($"A row ends before its column {_columns[_at].Name}.");
        _appender.EndRow();
        _at = 0;
        Count++;
    }

    /// <returns>True when the value is missing, and written as such.</returns>
    private bool Next(ColumnType type, bool missing)
    {
        if (_at == _columns.Count) throw new InvariantException($"A row goes on after its last column {_columns[^1].Name}.");
        if (_columns[_at].Type != type) throw new InvariantException($"Column {_columns[_at].Name} holds {_columns[_at].Type}, not {type}.");
        _at++;
        if (missing) _appender.Missing();
        return missing;
    }
}
