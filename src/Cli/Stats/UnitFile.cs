using System.Globalization;
using Busker.Kernel;
using Busker.Statistics.Decisions;
using Busker.Statistics.Samples;

namespace Busker.Cli.Stats;

/// <summary>What is asked of a file of units beyond the plain effects.</summary>
internal sealed record UnitQuestions
{
    /// <summary>Columns to analyse; all that have no other use when empty.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Quantiles (of the pooled arms) beyond which values are moved to the limit.</summary>
    public (double Low, double High)? Winsorise { get; init; }
    public IReadOnlyList<(string Metric, double Q)> Quantiles { get; init; } = [];

    /// <summary>The column of the clusters that were assigned whole.</summary>
    public string? Cluster { get; init; }
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>The column with the arms of another experiment on the same units.</summary>
    public string? Other { get; init; }

    /// <summary>A metric x given as x_1, x_2, …: the unit's value at each look, empty before it was exposed.</summary>
    public string? OpenWindow { get; init; }
    public int PlannedLooks { get; init; }
    public bool Posteriors { get; init; }

    public bool Uses(string column) => column is "arm" or "unit" || column == Cluster || column == Other || By.Contains(column) || IsLook(column);

    public bool IsLook(string column) => OpenWindow is not null && column.StartsWith(OpenWindow + "_", StringComparison.Ordinal)
        && int.TryParse(column.AsSpan(OpenWindow.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}

/// <summary>A CSV of one row per unit: a column arm and one numeric column per metric; pre_x is the covariate of x.</summary>
internal sealed class UnitFile
{
    private readonly CsvTable _table;
    private readonly Dictionary<string, double[]> _numbers = [];

    private UnitFile(CsvTable table, UnitQuestions asked, string[] arms) => (_table, Asked, ArmOf) = (table, asked, arms);

    public UnitQuestions Asked { get; }

    /// <summary>The arm of each row.</summary>
    public string[] ArmOf { get; }
    public IReadOnlyList<string> Names => Asked.Metrics.Count > 0
        ? Asked.Metrics
        : [.. _table.Columns.Where(c => !Asked.Uses(c) && !c.StartsWith("pre_", StringComparison.Ordinal))];

    public int LookCount => _table.Columns.Count(Asked.IsLook);

    public static Result<UnitFile> Open(CsvTable table, UnitQuestions asked)
    {
        string?[] texts = ["arm", asked.Cluster, asked.Other, .. asked.By];
        foreach (var column in texts.OfType<string>())
        {
            if (table.Index(column).Fault is { } missing) return missing;
        }

        var file = new UnitFile(table, asked, []);
        var arms = file.Texts("arm");
        return arms.Fault is { } fault ? fault : new UnitFile(table, asked, arms.Value);
    }

    /// <summary>A text column; an empty cell is refused.</summary>
    public Result<string[]> Texts(string column)
    {
        var cells = new string[_table.Rows.Count];
        for (var r = 0; r < cells.Length; r++)
        {
            if (_table.Row(r).Text(column) is not { } text) return StatsReader.Wrong(column, $"Line {r + 2}: {column} is empty.");
            cells[r] = text;
        }

        return cells;
    }

    /// <summary>A numeric column, winsorised when that was asked; an empty cell is NaN only where <paramref name="mayBeEmpty"/>.</summary>
    public Result<double[]> Numbers(string column, bool mayBeEmpty = false)
    {
        if (_numbers.TryGetValue(column, out var known)) return known;
        if (_table.Index(column).Fault is { } missing) return missing;
        var values = new double[_table.Rows.Count];
        for (var r = 0; r < values.Length; r++)
        {
            var row = _table.Row(r);
            values[r] = row.Number(column) ?? double.NaN;
            if (row.Fault is { } bad) return bad;
            if (!double.IsFinite(values[r]) && !(mayBeEmpty && row.Text(column) is null))
            {
                return StatsReader.Wrong(column, $"Line {r + 2}: {column} is {(row.Text(column) is { } text ? $"\"{text}\", which is not a finite number" : "empty")}.");
            }
        }

        if (!mayBeEmpty && Asked.Winsorise is { } limits && Clamp(values, limits) is { } refused) return refused;
        return _numbers[column] = values;
    }

    public string? CovariateOf(string name) => _table.Columns.Contains("pre_" + name) ? "pre_" + name : null;

    public Result<List<MetricData>> All()
    {
        var metrics = new List<MetricData>();
        foreach (var name in Names)
        {
            var metric = Metric(name);
            if (metric.Fault is { } fault) return fault;
            metrics.Add(metric.Value);
        }

        return metrics;
    }

    /// <summary>The tallies of one metric per arm over the rows that are kept.</summary>
    public Result<MetricData> Metric(string name, Func<int, bool>? keep = null)
    {
        var (outcome, covariate) = (Numbers(name), CovariateOf(name));
        if (outcome.Fault is { } fault) return fault;
        if (Asked.Cluster is not null) return Clustered(name, outcome.Value, keep);
        var before = covariate is null ? null : (Result<double[]>?)Numbers(covariate);
        if (before?.Fault is { } noCovariate) return noCovariate;
        var arms = new Dictionary<string, Tally>();
        for (var r = 0; r < ArmOf.Length; r++)
        {
            if (keep is not null && !keep(r)) continue;
            if (!arms.TryGetValue(ArmOf[r], out var tally)) arms[ArmOf[r]] = tally = new Tally(covariate is null ? 1 : 2);
            if ((before is null ? tally.Add(outcome.Value[r]) : tally.Add(outcome.Value[r], before.Value.Value[r])) is { } refused)
            {
                return refused with { Message = $"Line {r + 2}, {name}: {refused.Message}" };
            }
        }

        return new MetricData(new PlannedMetric(name, MetricRole.Success), covariate is null ? MetricKind.Average : MetricKind.Adjusted, [arms]);
    }

    // One entry per cluster: the sum of its units' values and their number.
    private Result<MetricData> Clustered(string name, double[] values, Func<int, bool>? keep)
    {
        if (CovariateOf(name) is { } covariate)
        {
            return StatsReader.Wrong(covariate, $"{covariate} cannot adjust {name} while clusters are the units; leave the column out.");
        }

        var names = Texts(Asked.Cluster!);
        if (names.Fault is { } fault) return fault;
        var clusters = new Dictionary<string, (string Arm, double Sum, long Units)>();
        for (var r = 0; r < values.Length; r++)
        {
            if (keep is not null && !keep(r)) continue;
            var found = clusters.GetValueOrDefault(names.Value[r], (ArmOf[r], 0, 0));
            if (found.Item1 != ArmOf[r])
            {
                return StatsReader.Wrong(Asked.Cluster!, $"Line {r + 2}: {Asked.Cluster} {names.Value[r]} is in {ArmOf[r]} and in {found.Item1}; clusters must be assigned whole.");
            }

            clusters[names.Value[r]] = (ArmOf[r], found.Item2 + values[r], found.Item3 + 1);
        }

        var arms = new Dictionary<string, Tally>();
        foreach (var (arm, sum, units) in clusters.Values)
        {
            if (!arms.TryGetValue(arm, out var tally)) arms[arm] = tally = new Tally(2);
            if (tally.Add(sum, units) is { } refused) return refused;
        }

        return new MetricData(new PlannedMetric(name, MetricRole.Success), MetricKind.Clustered, [arms]);
    }

    private static Fault? Clamp(double[] values, (double Low, double High) limits)
    {
        var sketch = new QuantileSketch();
        foreach (var value in values)
        {
            if (sketch.Add(value) is { } fault) return fault;
        }

        var winsor = Winsor.Of([sketch], limits.Low, limits.High);
        if (winsor.Fault is { } refused) return refused;
        for (var r = 0; r < values.Length; r++) values[r] = winsor.Value.Apply(values[r]);
        return null;
    }
}
