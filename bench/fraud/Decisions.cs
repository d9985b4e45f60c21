using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Bench.Fraud;

/// <summary>Fraud cost saved by the rule of least expected cost, and what is left of a model after two periods of blocking.</summary>
internal sealed class Decisions(string folder, Lanes lanes)
{
    /// <summary>Weeks the loop starts in, and draws of who is let through for each.</summary>
    private const int Starts = 4, Draws = 3;

    private readonly Gates _gates = new("decisions");

    public void Run()
    {
        var set = CardSet.Read(folder).Value;
        var study = FraudStudy.On(set, null, lanes, (_, _) => { }).Value;
        foreach (var row in study.Rows)
        {
            void Saved(string rule, Func<ScoredFold, double> saved, double target = double.NaN)
            {
                double[] folds = [.. row.Folds.Select(saved)];
                _gates.Add("fraud cost saved", $"{row.Features}: {rule}", folds.Average(), target, Math.Sqrt(folds.Average(f => f * f) - folds.Average() * folds.Average()), chosen: row.Chosen);
            }

            Saved("least expected cost", f => f.Savings, 0.785);
            Saved("one threshold at 0.5", f => new CostModel().Curve([0.5], f.Chances, f.Labels, f.Amounts)[0]);
            Saved("best single threshold seen afterwards", f => new CostModel().Curve([.. Enumerable.Range(1, 60).Select(i => i / 100.0)], f.Chances, f.Labels, f.Amounts).Max());
            Saved("chances / labels in the large", f => ChanceMetrics.Balance(f.Chances, f.Labels));
        }

        Loop(set);
        _gates.Save();
    }

    private void Loop(CardSet set)
    {
        var table = Replay.Run(CardPlans.Own, set.History).Value;
        var options = new BoostOptions { MaxDepth = 4, MaxLeaves = 16, Trees = 150, LearningRate = 0.05, MinRows = 20, MinHessian = 0.5, L2 = 5, ColumnFraction = 0.3, RowFraction = 0.7 };
        var runs = new List<IReadOnlyList<LoopResult>>();
        for (var run = 0; run < Starts * Draws; run++)
        {
            runs.Add(new BlockedLoop(set, table, options, lanes) { Policy = new LetThrough(0.01, (ulong)run) }.Run(31 + 7 * (run % Starts), (_, _) => { }));
        }

        // Imputed labels are the way to retrain at one in a hundred: weights of a handful of rows swing from draw to draw.
        foreach (var labels in Enum.GetValues<BlockedLabels>())
        {
            var target = labels == BlockedLabels.Imputed ? 0.965 : double.NaN;
            double[] ratios = [.. runs.Select(r => r[(int)labels].AveragePrecision / r[0].AveragePrecision)];
            var (deviation, around) = (Math.Sqrt(ratios.Average(r => r * r) - ratios.Average() * ratios.Average()), 1.96 / Math.Sqrt(ratios.Length));
            _gates.Add("blocked loop", $"{labels}: average precision over the oracle's, mean of {ratios.Length} runs", ratios.Average(), target, deviation, (ratios.Average() - around * deviation, ratios.Average() + around * deviation));
            _gates.Add("blocked loop", $"{labels}: the worst run", ratios.Min(), target);
            _gates.Add("blocked loop", $"{labels}: log loss", runs.Average(r => r[(int)labels].LogLoss));
        }

        var all = runs.SelectMany(r => r).ToArray();
        _gates.Add("blocked loop", "share of the blocked let through", all.Sum(r => r.LetThrough) / (double)all.Sum(r => r.Blocked));
        _gates.Add("blocked loop", "precision of the blocks inside its estimated interval (share of runs)", all.Average(r => r.EstimatedPrecision.Low <= r.PrecisionOfBlocks && r.PrecisionOfBlocks <= r.EstimatedPrecision.High ? 1.0 : 0));
    }
}
