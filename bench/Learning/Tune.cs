using System.Diagnostics;
using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Bench.Learning;

internal static class Tune
{
    public static int Run(string folder)
    {
        var watch = Stopwatch.StartNew();
        var set = CardSet.Read(folder).Value;
        Console.WriteLine($"read {set.Rows} rows, {set.Frauds} frauds, {watch.Elapsed.TotalSeconds:0.0} s");
        watch.Restart();
        var book = Replay.Run(CardPlans.Book, set.History).Value;
        Console.WriteLine($"book {set.Rows / watch.Elapsed.TotalSeconds / 1e6:0.00} M/s");
        watch.Restart();
        var own = Replay.Run(CardPlans.Own, set.History).Value;
        Console.WriteLine($"own {set.Rows / watch.Elapsed.TotalSeconds / 1e6:0.00} M/s");
        var day = (int)((new DateTime(2018, 8, 15) - new DateTime(2018, 4, 1)).TotalDays);
        foreach (var fold in Prequential.Folds(set, "test", day, 4)) Console.WriteLine($"{fold.Train.Length} {fold.Test.Length} {fold.TestHash(set)}");
        foreach (var (name, table, days) in new[] { ("book 7", book, 7), ("own 28", own, 28) })
        {
            foreach (var o in Options(days))
            {
                foreach (var (stage, start) in new[] { ("valid", day - 35), ("test", day) })
                {
                    var results = Prequential.Folds(set, stage, start, 4, days).Select(f => Score(set, table, f, o)).ToArray();
                    Console.WriteLine($"{name} {stage} AUC {results.Average(r => r.Auc):0.0000} AP {results.Average(r => r.Ap):0.0000} CP {results.Average(r => r.Cp):0.0000} fit {results.Average(r => r.Fit):0.00} d{o.MaxDepth} l{o.MaxLeaves} lr{o.LearningRate} n{o.Trees} l2 {o.L2} mr{o.MinRows} mh{o.MinHessian} cf{o.ColumnFraction} rf{o.RowFraction}");
                }
            }
        }

        return 0;
    }

    private static IEnumerable<BoostOptions> Options(int days)
    {
        var d3 = new BoostOptions { MaxDepth = 3, MaxLeaves = 8, Trees = 100, LearningRate = 0.1, MinRows = 1, MinHessian = 1, L2 = 1 };
        yield return d3;
        yield return d3 with { MaxDepth = 4, MaxLeaves = 16, LearningRate = 0.05, Trees = 200 };
        yield return d3 with { MaxDepth = 4, MaxLeaves = 16, LearningRate = 0.05, Trees = 200, ColumnFraction = 0.6, RowFraction = 0.8 };
        yield return d3 with { MaxDepth = 5, MaxLeaves = 12, LearningRate = 0.03, Trees = 300, ColumnFraction = 0.5, RowFraction = 0.8, L2 = 3 };
        if (days > 7) yield return d3 with { MaxDepth = 6, MaxLeaves = 24, LearningRate = 0.03, Trees = 400, ColumnFraction = 0.5, RowFraction = 0.8, L2 = 3 };
    }

    private static (double Auc, double Ap, double Cp, double Fit) Score(CardSet set, Table table, Fold fold, BoostOptions options)
    {
        var labels = set.Labels;
        var train = Examples.Of(table.Take(fold.Train), Array.ConvertAll(fold.Train, r => labels[r])).Value;
        var watch = Stopwatch.StartNew();
        var model = new Booster(options, new Lanes(2)).Fit(train).Value;
        var fit = watch.Elapsed.TotalSeconds;
        var scores = model.Margins(table.Take(fold.Test), new Lanes(2)).Value;
        var y = Array.ConvertAll(fold.Test, r => labels[r]);
        return (RankMetrics.Auc(scores, y), RankMetrics.AveragePrecision(scores, y),
            CardPrecision.At(100, scores, Array.ConvertAll(fold.Test, r => set.History.Fraud[r]), Array.ConvertAll(fold.Test, r => set.History.Keys[0][r]), Array.ConvertAll(fold.Test, r => set.Day[r])), fit);
    }
}
