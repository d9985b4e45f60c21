using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using Busker.Kernel;

namespace Busker.Learning.Numbers;

/// <summary>
/// Reads comma-separated numbers and words (header row, UTF-8, no quoting; gzip by the name's <c>.gz</c>). Faults name
/// the file, the row (1 = the first after the header) and the column.
/// </summary>
public sealed class CsvFile
{
    private readonly Dictionary<string, double[]> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _words = new(StringComparer.Ordinal);

    private CsvFile(string name, int rows) => (Name, Rows) = (name, rows);

    public string Name { get; }

    /// <summary>Rows below the header.</summary>
    public int Rows { get; }

    /// <summary>A column that was read as numbers; an empty cell is NaN.</summary>
    public double[] Numbers(string column) => _numbers[column];

    /// <summary>A column that was read as text.</summary>
    public string[] Words(string column) => _words[column];

    /// <summary>Reads the named columns. An empty number is a fault unless <paramref name="missing"/> allows it as NaN.</summary>
    public static Result<CsvFile> Read(
        string path, IReadOnlyList<string> numbers, IReadOnlyList<string>? words = null, bool missing = false)
    {
        if (!File.Exists(path)) return Bad($"{path} does not exist");
        using var file = File.OpenRead(path);
        try
        {
            using var stream = path.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(file, CompressionMode.Decompress)
                : (Stream)file;
            return Parse(Path.GetFileName(path), stream, numbers, words ?? [], missing);
        }
        catch (InvalidDataException)
        {
            return Bad($"{Path.GetFileName(path)} is not a whole gzip file");
        }
    }

    /// <summary>
    /// The path of <c>name.csv</c> or <c>name.csv.gz</c> in a folder; null when neither is there. Refuses a folder that is not there, and both.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static Fault? Find(string folder, string name, out string? path)
    {
        path = null;
        if (!Directory.Exists(folder)) return Bad(File.Exists(folder) ? $"{folder} is a file, not a folder" : $"the folder {folder} does not exist");
        string[] found = [.. Directory.EnumerateFiles(folder, name + ".csv*").Where(f => Path.GetFileName(f) == name + ".csv" || Path.GetFileName(f) == name + ".csv.gz")];
        if (found.Length == 2) return Bad($"{folder} has both {name}.csv and {name}.csv.gz; keep the one that is meant");
        path = found.SingleOrDefault();
        return null;
    }

    /// <summary>The names in the first line.</summary>
    public static Result<string[]> Header(string path)
    {
        if (!File.Exists(path)) return Bad($"{path} does not exist");
        using var file = File.OpenRead(path);
        try
        {
            using var stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            return new LineReader(stream).Next(out var line)
                ? Names(line)
                : Bad($"{Path.GetFileName(path)} is empty");
        }
        catch (InvalidDataException)
        {
            return Bad($"{Path.GetFileName(path)} is not a whole gzip file");
        }
    }

    internal static Result<CsvFile> Parse(
        string name, Stream stream, IReadOnlyList<string> numbers, IReadOnlyList<string> words, bool missing)
    {
        var lines = new LineReader(stream);
        if (!lines.Next(out var header)) return Bad($"{name} is empty");
        var columns = Names(header);
        var roles = new (List<double>? Number, List<string>? Word)[columns.Length];
        foreach (var wanted in numbers.Concat(words))
        {
            var at = Array.IndexOf(columns, wanted);
            if (at < 0) return Bad($"{name}: column {wanted} is missing; the header has {Shown(columns)}", wanted);
            if (columns.Count(c => c == wanted) > 1) return Bad($"{name}: column {wanted} appears twice", wanted);
            roles[at] = numbers.Contains(wanted) ? ([], null) : (null, []);
        }

        var row = 0;
        for (; lines.Next(out var line); row++)
        {
            if (ReadRow(name, line, row + 1, columns, roles, missing) is { } fault) return fault;
        }

        var csv = new CsvFile(name, row);
        for (var c = 0; c < columns.Length; c++)
        {
            if (roles[c].Number is { } values) csv._numbers[columns[c]] = [.. values];
            if (roles[c].Word is { } texts) csv._words[columns[c]] = [.. texts];
        }

        return csv;
    }

    /// <summary>Without the mark some programs put before the first name, and without quotes around a name.</summary>
    private static string[] Names(ReadOnlySpan<byte> line) =>
        [.. Encoding.UTF8.GetString(line).TrimStart('\uFEFF').Split(',').Select(c => c.Trim().Trim('"'))];

    private static string Shown(string[] columns)
    {
        var (text, wrong) = (string.Join(", ", columns), columns.Length == 1 ? columns[0].IndexOfAny([';', '\t', '|']) : -1);
        return (text.Length > 100 ? text[..100] + "…" : text) + (wrong < 0 ? "" : $" (columns are separated by commas, not by '{(columns[0][wrong] == '\t' ? "tabs" : columns[0][wrong])}')");
    }

    private static Fault? ReadRow(
        string name, ReadOnlySpan<byte> line, int row, string[] columns, (List<double>? Number, List<string>? Word)[] roles, bool missing)
    {
        for (var c = 0; c < columns.Length; c++)
        {
            var comma = line.IndexOf((byte)',');
            if (line.StartsWith("\""u8))
                return Bad($"{name}, row {row}, column {columns[c]}: the value begins with a quote; values are read without quotes and cannot hold commas", columns[c]);
            if (comma < 0 != (c == columns.Length - 1))
            {
                return Bad($"{name}, row {row}: {(comma < 0 ? $"only {c + 1}" : "more than the header's")} values for {columns.Length} columns");
            }

            var cell = comma < 0 ? line : line[..comma];
            if (comma >= 0) line = line[(comma + 1)..];
            if (roles[c].Number is { } numbers)
            {
                if (!Number(cell, missing, out var value))
                {
                    return Bad($"{name}, row {row}, column {columns[c]}: '{Encoding.UTF8.GetString(cell)}' is not a number", columns[c]);
                }

                numbers.Add(value);
            }
            else
            {
                roles[c].Word?.Add(Encoding.UTF8.GetString(cell));
            }
        }

        return null;
    }

    private static bool Number(ReadOnlySpan<byte> cell, bool missing, out double value)
    {
        value = double.NaN;
        if (cell.IsEmpty) return missing;
        return Utf8Parser.TryParse(cell, out value, out var used) && used == cell.Length && double.IsFinite(value);
    }

    private static Fault Bad(string message, string? field = null) => new(Code.InvalidArgument, "LEARNING_BAD_FILE", message, field);
}
