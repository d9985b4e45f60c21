using System.CommandLine;
using System.Globalization;
using Busker.Kernel;

namespace Busker.Cli.Stats;

/// <summary>The options of `stats analyze` that a file of units can answer.</summary>
internal static class StatsOptions
{
    private static readonly Option<string[]> Metric = new("--metric") { Description = "Columns of a unit-level CSV to analyse; all when absent." };
    private static readonly Option<string?> Winsorise = new("--winsorise") { Description = "LOW,HIGH: quantiles of the pooled arms beyond which values are moved to the limit, e.g. 0,0.99." };
    private static readonly Option<string[]> Quantile = new("--quantile") { Description = "COLUMN:Q, e.g. minutes:0.9; may be repeated." };
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "The column of the clusters (households) that were assigned whole." };
    private static readonly Option<string[]> By = new("--by") { Description = "A column to break effects down by; may be repeated, and all are corrected together." };
    private static readonly Option<string?> Other = new("--other") { Description = "The column with the arms of another experiment on the same units." };
    private static readonly Option<string?> OpenWindow = new("--open-window") { Description = "A metric x given as x_1, x_2, …: its value at each look, empty before exposure." };
    private static readonly Option<int> PlannedLooks = new("--planned-looks") { Description = "How many looks the open window will have." };
    private static readonly Option<bool> Posteriors = new("--posteriors") { Description = "Each arm's chance of being best, and its expected loss." };

    public static IReadOnlyList<Option> All { get; } = [Metric, Winsorise, Quantile, Cluster, By, Other, OpenWindow, PlannedLooks, Posteriors];

    public static Result<UnitQuestions> Read(ParseResult parsed)
    {
        var quantiles = new List<(string, double)>();
        foreach (var text in parsed.GetValue(Quantile) ?? [])
        {
            var at = text.LastIndexOf(':');
            if (at < 1 || Number(text[(at + 1)..]) is not (> 0 and < 1) || Number(text[(at + 1)..]) is not { } q)
            {
                return StatsReader.Wrong("quantile", $"--quantile is \"{text}\"; it must be COLUMN:Q with Q strictly between 0 and 1.");
            }

            quantiles.Add((text[..at], q));
        }

        (double, double)? limits = null;
        if (parsed.GetValue(Winsorise) is { } winsorise)
        {
            if (winsorise.Split(',') is not [var low, var high] || Number(low) is not { } l || Number(high) is not { } h || !(l >= 0 && l < h && h <= 1))
            {
                return StatsReader.Wrong("winsorise", $"--winsorise is \"{winsorise}\"; it must be LOW,HIGH with 0 ≤ LOW < HIGH ≤ 1.");
            }

            limits = (l, h);
        }

        return new UnitQuestions
        {
            Metrics = parsed.GetValue(Metric) ?? [],
            Winsorise = limits,
            Quantiles = quantiles,
            Cluster = parsed.GetValue(Cluster),
            By = parsed.GetValue(By) ?? [],
            Other = parsed.GetValue(Other),
            OpenWindow = parsed.GetValue(OpenWindow),
            PlannedLooks = parsed.GetValue(PlannedLooks),
            Posteriors = parsed.GetValue(Posteriors),
        };
    }

    /// <summary>The refusal of a question that sums cannot answer.</summary>
    public static Fault? UnitsOnly(UnitQuestions asked)
    {
        var name = asked.Metrics.Count > 0 ? "--metric" : asked.Winsorise is not null ? "--winsorise" : asked.Quantiles.Count > 0 ? "--quantile"
            : asked.Cluster is not null ? "--cluster" : asked.By.Count > 0 ? "--by" : asked.Other is not null ? "--other" : asked.OpenWindow is not null ? "--open-window" : null;
        return name is null ? null : StatsReader.Wrong(name, $"{name} needs a file with one row per unit; this one holds sums.");
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var x) ? x : null;
}
