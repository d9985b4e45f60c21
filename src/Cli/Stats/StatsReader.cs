using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Busker.Kernel;
using Busker.Statistics.Decisions;
using Busker.Statistics.Effects;
using Busker.Statistics.Samples;

namespace Busker.Cli.Stats;

/// <summary>Reads the files of `busker stats`. Every mistake becomes one sentence naming the line, column or property.</summary>
internal static class StatsReader
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static bool IsJson(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    public static Result<T> ReadJson<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json) is { } value ? value : Wrong("file", "The file holds null.");
        }
        catch (JsonException e)
        {
            return Wrong(e.Path ?? "file", $"The JSON is not as expected at {e.Path ?? "the start"}, line {e.LineNumberOfLast()}: {e.Message.Split(" Path:")[0]}");
        }
    }

    /// <summary>Rows of a CSV file with a header; numbers use a decimal point.</summary>
    public static Result<CsvTable> ReadCsv(string path)
    {
        var lines = File.ReadAllLines(path).Where(l => l.Length > 0).Select(l => l.Split(',').Select(c => c.Trim().Trim('"')).ToArray()).ToArray();
        if (lines.Length < 2) return Wrong("file", "The CSV file needs a header and at least one row.");
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length != lines[0].Length) return Wrong($"line {i + 1}", $"Line {i + 1} has {lines[i].Length} cells; the header has {lines[0].Length}.");
        }

        return new CsvTable(lines[0], lines[1..]);
    }

    /// <summary>A CSV of sums (columns metric, arm, n, sum, sum_of_squares, …) as the same model as JSON.</summary>
    public static Result<List<MetricFile>> Sums(CsvTable table)
    {
        string[] known = ["metric", "arm", "n", "sum", "sum_of_squares", "denominator_sum", "denominator_sum_of_squares", "covariate_sum",
            "covariate_sum_of_squares", "cross_sum", "role", "preferred", "margin", "effect", "look"];
        if (table.Columns.FirstOrDefault(c => !known.Contains(c)) is { } unknown)
        {
            return Wrong(unknown, $"There is no use for the column {unknown}; known columns are {string.Join(", ", known)}.");
        }

        foreach (var needed in known[..5])
        {
            if (table.Index(needed).Fault is { } fault) return fault;
        }

        var metrics = new Dictionary<string, (MetricFile File, SortedDictionary<double, Dictionary<string, SumsFile>> Looks)>();
        for (var r = 0; r < table.Rows.Count; r++)
        {
            var row = table.Row(r);
            var name = row.Text("metric")!;
            if (!metrics.TryGetValue(name, out var metric))
            {
                metric = (new MetricFile
                {
                    Name = name,
                    Role = row.Choice("role", MetricRole.Success),
                    Preferred = row.Choice("preferred", Preferred.Increase),
                    Margin = row.Number("margin"),
                    Effect = row.Number("effect"),
                }, []);
                metrics[name] = metric;
            }

            var look = row.Number("look") ?? 1;
            if (!metric.Looks.TryGetValue(look, out var arms)) metric.Looks[look] = arms = [];
            arms[row.Text("arm")!] = new SumsFile
            {
                N = (long)(row.Number("n") ?? 0),
                Sum = row.Number("sum") ?? 0,
                SumOfSquares = row.Number("sum_of_squares") ?? 0,
                DenominatorSum = row.Number("denominator_sum"),
                DenominatorSumOfSquares = row.Number("denominator_sum_of_squares"),
                CovariateSum = row.Number("covariate_sum"),
                CovariateSumOfSquares = row.Number("covariate_sum_of_squares"),
                CrossSum = row.Number("cross_sum"),
            };
            if (row.Fault is { } bad) return bad;
        }

        return metrics.Values.Select(m => m.File with { Looks = [.. m.Looks.Values] }).ToList();
    }

    public static Result<MetricData> Data(MetricFile file)
    {
        var looks = file.Looks ?? (file.Arms is null ? [] : [file.Arms]);
        if (looks.Count == 0 || looks.Any(l => l.Count < 2)) return Wrong(file.Name, $"{file.Name} needs sums for at least two arms.");
        var first = looks[0].Values.First();
        var kind = first.DenominatorSum is not null ? MetricKind.Ratio : first.CovariateSum is not null ? MetricKind.Adjusted : MetricKind.Average;
        var read = new List<Dictionary<string, Tally>>();
        foreach (var look in looks)
        {
            var arms = new Dictionary<string, Tally>();
            foreach (var (arm, sums) in look)
            {
                var tally = Tally(sums, kind, $"{file.Name} in {arm}");
                if (tally.Fault is { } fault) return fault;
                arms[arm] = tally.Value;
            }

            read.Add(arms);
        }

        return new MetricData(file.Planned, kind, read);
    }

    private static Result<Tally> Tally(SumsFile s, MetricKind kind, string what)
    {
        if (kind == MetricKind.Average) return Busker.Statistics.Samples.Tally.FromSums(s.N, s.Sum, s.SumOfSquares, what);
        var (second, squares) = kind == MetricKind.Ratio ? (s.DenominatorSum, s.DenominatorSumOfSquares) : (s.CovariateSum, s.CovariateSumOfSquares);
        if (second is null || squares is null || s.CrossSum is null)
        {
            return Wrong(what, $"{what} needs the sum and sum of squares of its {(kind == MetricKind.Ratio ? "denominator" : "covariate")}, and the cross sum.");
        }

        return Busker.Statistics.Samples.Tally.FromSums(s.N, [s.Sum, second.Value],
            new[,] { { s.SumOfSquares, s.CrossSum.Value }, { s.CrossSum.Value, squares.Value } }, what);
    }

    internal static Fault Wrong(string field, string sentence) => new(Code.InvalidArgument, "WRONG_FILE", sentence, field);

    private static string LineNumberOfLast(this JsonException e) => ((e.LineNumber ?? 0) + 1).ToString(CultureInfo.InvariantCulture);
}
