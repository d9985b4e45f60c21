using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>The names of the columns of a file of payments.</summary>
internal sealed record PaymentColumns(string Id, string Time, string Amount, string Label, params string[] Keys);

/// <summary>What files of payments have in common: what is refused, keys, minor units.</summary>
internal static class PaymentRows
{
    /// <summary>Reads <c>name.csv[.gz]</c> of a folder; where rows may be open, a label may be empty.</summary>
    public static Result<CsvFile> Read(string folder, string name, PaymentColumns columns, bool open, params IReadOnlyList<string> words)
    {
        if (CsvFile.Find(folder, name, out var path) is { } lost) return lost;
        if (path is null) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{folder} has no {name}.csv or {name}.csv.gz");
        var read = CsvFile.Read(path, [columns.Id, columns.Time, .. columns.Keys, columns.Amount, columns.Label], words, missing: true);
        if (read.Fault is null && Check(read.Value, columns, open) is { } wrong) return wrong;
        return read;
    }

    /// <summary>No rows, an id, key or time that is not a whole number from 0, a negative amount, a doubled id, a label that is not 0 or 1, one class only, rows out of time order: named by row and column.</summary>
    private static Fault? Check(CsvFile csv, PaymentColumns columns, bool open)
    {
        var (idColumn, timeColumn, labelColumn, amountColumn) = (columns.Id, columns.Time, columns.Label, columns.Amount);
        if (csv.Rows == 0) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name} has no rows");
        if (Whole(csv, [idColumn, timeColumn, .. columns.Keys]) is { } odd) return odd;
        var amount = csv.Numbers(amountColumn);
        if (Array.FindIndex(amount, a => !(a >= 0 && a <= 1e12)) is >= 0 and var bad) return Bad(csv, bad, amountColumn, $"{Shown(amount[bad])} is not an amount of 0 or more");
        var (id, time, label) = (csv.Numbers(idColumn), csv.Numbers(timeColumn), csv.Numbers(labelColumn));
        var seen = new HashSet<long>(csv.Rows);
        for (var r = 0; r < csv.Rows; r++)
        {
            if (!seen.Add((long)id[r])) return Bad(csv, r, idColumn, $"id {id[r]} appears twice");
            if (label[r] is not (0 or 1) && !(open && double.IsNaN(label[r]))) return Bad(csv, r, labelColumn, $"{Shown(label[r])} is not 0 or 1");
            if (r > 0 && time[r] < time[r - 1]) return Bad(csv, r, timeColumn, "the time lies before the row above");
        }

        if (open) return null;
        var positives = label.Count(l => l == 1);
        return positives == 0 || positives == csv.Rows
            ? new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name}, column {labelColumn}: every one of the {csv.Rows} rows is {label[0]}; there is nothing to tell apart", labelColumn)
            : null;
    }

    private static Fault? Whole(CsvFile csv, params IReadOnlyList<string> columns)
    {
        foreach (var column in columns)
        {
            var values = csv.Numbers(column);
            var bad = Array.FindIndex(values, v => !(v >= 0 && v <= 1e15 && v == Math.Floor(v)));
            if (bad >= 0) return Bad(csv, bad, column, $"{Shown(values[bad])} is not a whole number from 0");
        }

        return null;
    }

    private static string Shown(double value) => double.IsNaN(value) ? "''" : FormattableString.Invariant($"{value}");

    /// <summary>0 means absent to the feature state, so ids start at 1.</summary>
    public static ulong[] Keys(double[] ids) => [.. ids.Select(i => (ulong)i + 1)];

    public static long[] Minor(double[] amounts) => [.. amounts.Select(a => (long)Math.Round(a * 100))];

    private static Fault Bad(CsvFile csv, int row, string column, string what) =>
        new(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name}, row {row + 1}, column {column}: {what}", column);
}
