using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>What the next model is trained on after a period in which some payments were blocked.</summary>
public enum BlockedLabels
{
    /// <summary>Every outcome, as if nothing had been blocked: what cannot be had.</summary>
    Oracle,

    /// <summary>Approved payments, those let through among them, each with weight 1.</summary>
    ApprovedOnly,

    /// <summary>Approved payments, those let through with weight 1 / propensity (at most 50).</summary>
    InversePropensity,

    /// <summary>Also the blocked ones, labelled with the deciding model's chance, recalibrated on those let through.</summary>
    Imputed,
}

/// <summary>A way of retraining and what its last model reaches on a plain week that nobody blocked in.</summary>
public sealed record LoopResult(BlockedLabels Labels, double AveragePrecision, double Auc, double LogLoss, int Blocked, int LetThrough, double PrecisionOfBlocks, Interval EstimatedPrecision);

/// <summary>
/// A model decides for four weeks, blocked payments never tell their outcome, the next model is trained on what is left,
/// and decides for four weeks more; the third is tested. Features of all ways are the same, so only the labels of the training rows differ.
/// </summary>
public sealed class BlockedLoop(CardSet set, Table table, BoostOptions options, Lanes lanes)
{
    private const int Weeks4 = 28, Wait = 7;
    private readonly double[] _labels = set.Labels;

    /// <summary>Share of the payments that is blocked.</summary>
    public double BlockShare { get; init; } = 0.007;

    public LetThrough Policy { get; init; } = new(0.01, 1);

    /// <summary>Days that a run takes: three times four weeks, a week of waiting, a week of test.</summary>
    public const int Days = 3 * Weeks4 + Wait + 7;

    public IReadOnlyList<LoopResult> Run(int firstDay, Action<string, double> progress)
    {
        var test = Rows(firstDay + 3 * Weeks4 + Wait, firstDay + Days);
        double[] truth = [.. test.Select(r => _labels[r])];
        var first = Fit(Rows(firstDay, firstDay + Weeks4), null, null);
        var results = new List<LoopResult>();
        foreach (var labels in Enum.GetValues<BlockedLabels>())
        {
            progress($"{labels}", results.Count / 4.0);
            var (model, period) = (first, default(Period)!);
            for (var p = 1; p <= 2; p++)
            {
                period = Decide(model, Rows(firstDay + p * Weeks4, firstDay + (p + 1) * Weeks4));
                model = Learn(labels, period);
            }

            var margins = model.Margins(table.Take(test), lanes).Value;
            int[] blocked = [.. Enumerable.Range(0, period.Rows.Length).Where(i => period.Stopped[i])];
            results.Add(new LoopResult(labels, RankMetrics.AveragePrecision(margins, truth), RankMetrics.Auc(margins, truth),
                ChanceMetrics.LogLoss(Array.ConvertAll(margins, model.Respond), truth), blocked.Length, blocked.Count(i => period.Seen[i]),
                blocked.Average(i => _labels[period.Rows[i]]),
                LetThrough.StoppedPrecision([.. blocked.Select(i => new WouldStop(Policy.Share, period.Seen[i], _labels[period.Rows[i]] > 0.5))])));
        }

        return results;
    }

    /// <param name="Stopped">The decision; <paramref name="Seen"/>: approved, or let through against the decision.</param>
    private sealed record Period(int[] Rows, double[] Chances, bool[] Stopped, bool[] Seen);

    private Period Decide(TreeModel model, int[] rows)
    {
        var chances = model.Predict(table.Take(rows), lanes).Value;
        var sorted = chances.ToArray();
        Array.Sort(sorted);
        var limit = sorted[(int)((1 - BlockShare) * sorted.Length)];
        var stopped = Array.ConvertAll(chances, p => p > limit);
        bool[] seen = [.. rows.Select((r, i) => !stopped[i] || Policy.Lets((ulong)set.TransactionId[r]))];
        return new Period(rows, chances, stopped, seen);
    }

    private TreeModel Learn(BlockedLabels labels, Period period)
    {
        var n = period.Rows.Length;
        double[] weights = [.. Enumerable.Repeat(1.0, n)], targets = [.. period.Rows.Select(r => _labels[r])];
        int[] asked = [.. Enumerable.Range(0, n).Where(i => period.Stopped[i] && period.Seen[i])];
        var soften = LetThrough.Recalibrate([.. asked.Select(i => period.Chances[i])], [.. asked.Select(i => targets[i])]);
        for (var i = 0; i < n; i++)
        {
            if (!period.Stopped[i] || labels == BlockedLabels.Oracle) continue;
            if (period.Seen[i]) weights[i] = labels == BlockedLabels.InversePropensity ? LetThrough.Weight(Policy.Share) : 1;
            else if (labels == BlockedLabels.Imputed) targets[i] = soften(period.Chances[i]);
            else weights[i] = 0;
        }

        int[] kept = [.. Enumerable.Range(0, n).Where(i => weights[i] > 0)];
        return Fit(Array.ConvertAll(kept, i => period.Rows[i]), Array.ConvertAll(kept, i => targets[i]), Array.ConvertAll(kept, i => weights[i]));
    }

    private TreeModel Fit(int[] rows, double[]? targets, double[]? weights) =>
        new Booster(options, lanes).Fit(Examples.Of(table.Take(rows), targets ?? Array.ConvertAll(rows, r => _labels[r]), weights).Value).Value;

    private int[] Rows(int from, int to) => [.. Enumerable.Range(0, set.Rows).Where(r => set.Day[r] >= from && set.Day[r] < to)];
}
