using Busker.Kernel;
using Busker.Statistics.Bandits;
using Busker.Statistics.Bayes;
using Busker.Statistics.Effects;
using Busker.Statistics.Samples;

namespace Busker.Cli.Stats;

/// <summary>An arm of a bandit: what is known, and its share of the next batch under either policy.</summary>
internal sealed record BanditRow(string Arm, long Units, double Mean, double ProbabilityBest, double ExpectedLoss, double Thompson, double TopTwo);

/// <summary>The effect of an arm over the control by the batched estimator, or why there is none.</summary>
internal sealed record BanditEffect(string Arm, double? Effect, double? Low, double? High, double? PValue, string? Why);

internal sealed record BanditResult(IReadOnlyList<BanditRow> Arms, IReadOnlyList<BanditEffect> Effects, int Batches, string Sentence);

/// <summary>The next shares of a bandit and what may be inferred from its batches.</summary>
internal static class StatsBandit
{
    /// <summary>Columns batch, arm, n, sum, sum_of_squares; batches in the order of their first row.</summary>
    public static Result<BanditResult> Run(CsvTable table, string? control, double floor, double alpha)
    {
        foreach (var column in (string[])["batch", "arm", "n", "sum", "sum_of_squares"])
        {
            if (table.Index(column).Fault is { } missing) return missing;
        }

        var batches = new Dictionary<string, Dictionary<string, Tally>>();
        var total = new Dictionary<string, Tally>();
        for (var r = 0; r < table.Rows.Count; r++)
        {
            var row = table.Row(r);
            var (batch, arm) = (row.Text("batch") ?? "", row.Text("arm") ?? "");
            var tally = Tally.FromSums((long)(row.Number("n") ?? 0), row.Number("sum") ?? 0, row.Number("sum_of_squares") ?? 0, $"{arm} in batch {batch}");
            if ((row.Fault ?? tally.Fault) is { } bad) return bad with { Message = bad == row.Fault ? bad.Message : $"Line {r + 2}: {bad.Message}" };
            if (!batches.TryGetValue(batch, out var arms)) batches[batch] = arms = [];
            if (!arms.TryAdd(arm, tally.Value)) return StatsReader.Wrong("batch", $"Line {r + 2}: the arm {arm} stands twice in batch {batch}.");
            if (!total.TryGetValue(arm, out var sum)) total[arm] = sum = new Tally(1);
            sum.Merge(tally.Value);
        }

        string[] names = [.. total.Keys];
        control ??= names.Contains("control") ? "control" : names[0];
        if (!names.Contains(control)) return StatsReader.Wrong("control", $"There is no arm {control}; the arms are {string.Join(", ", names)}.");
        var rows = Shares(names, total, floor);
        return rows.Fault is { } fault ? fault : new BanditResult(rows.Value,
            [.. names.Where(a => a != control).Select(a => Effect(batches.Values, control, a, alpha))], batches.Count,
            $"After {batches.Count} batches {rows.Value.MaxBy(a => a.ProbabilityBest)!.Arm} is the best arm with probability {StatsTable.Short(rows.Value.Max(a => a.ProbabilityBest))}.");
    }

    private static Result<BanditRow[]> Shares(string[] names, Dictionary<string, Tally> total, double floor)
    {
        var data = new MetricData(new Statistics.Decisions.PlannedMetric("reward", Statistics.Decisions.MetricRole.Success), MetricKind.Average, [total]);
        var binary = names.All(a => total[a].IsBinary(0));
        var believed = new IPosterior[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var mean = StatsEffects.Means(data, total, [names[i]]);
            if (mean.Fault is { } few) return few;
            if (binary)
            {
                believed[i] = BetaPosterior.Of(total[names[i]].Sum(0), total[names[i]].Count).Value;
                continue;
            }

            var normal = NormalPosterior.Of(mean.Value[0]);
            if (normal.Fault is { } flat) return flat with { Message = $"{names[i]}: {flat.Message}" };
            believed[i] = normal.Value;
        }

        var (comparison, thompson, topTwo) = (Comparison.Of(believed), Allocation.Thompson(believed, floor), Allocation.TopTwo(believed, floor: floor));
        if ((comparison.Fault ?? thompson.Fault ?? topTwo.Fault) is { } fault) return fault;
        return names.Select((a, i) => new BanditRow(a, total[a].Count, total[a].Mean(0), comparison.Value.ProbabilityBest[i], comparison.Value.ExpectedLoss[i],
            thompson.Value[i], topTwo.Value[i])).ToArray();
    }

    private static BanditEffect Effect(IEnumerable<Dictionary<string, Tally>> batches, string control, string arm, double alpha)
    {
        var pairs = new List<(ArmMean, ArmMean)>();
        foreach (var batch in batches.Where(b => b.ContainsKey(control) && b.ContainsKey(arm)))
        {
            var (c, t) = (ArmMean.Average(batch[control], 0, $"{control} in a batch"), ArmMean.Average(batch[arm], 0, $"{arm} in a batch"));
            if ((c.Fault ?? t.Fault) is { } few) return new BanditEffect(arm, null, null, null, null, few.Message);
            pairs.Add((c.Value, t.Value));
        }

        var effect = BatchedInference.Of(pairs, arm);
        if (effect.Fault is { } fault) return new BanditEffect(arm, null, null, null, null, fault.Message);
        var interval = effect.Value.Interval(alpha);
        return new BanditEffect(arm, effect.Value.Value, interval.Low, interval.High, effect.Value.PValue(), null);
    }
}
