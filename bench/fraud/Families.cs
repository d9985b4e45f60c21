using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Bench.Fraud;

/// <summary>AUC on made data beside scikit-learn's histogram boosting with the same settings.</summary>
internal static class Families
{
    private const int Rows = 100_000, Width = 20;

    public static void Run(Lanes lanes)
    {
        var gates = new Gates("families");
        foreach (var family in new[] { "normal", "heavy tails", "missing values", "rare positives" })
        {
            var ((train, labels), (test, truth)) = (Make(family, 1), Make(family, 2));
            // L2 0 and quantile bins as in scikit-learn's default.
            var options = new BoostOptions { Trees = 100, MaxLeaves = 31, MinRows = 20, L2 = 0, Cuts = Cuts.Quantile };
            var model = new Booster(options, lanes).Fit(Examples.Of(train, labels).Value).Value;
            var own = RankMetrics.Auc(model.Margins(test, lanes).Value, truth);
            using var peer = new Peer();
            if (!peer.Score("same", train, labels, test).TryGetValue("HistGradientBoosting", out var scores)) return;
            var theirs = RankMetrics.Auc(scores, truth);
            gates.Add("families", $"{family}: AUC", own);
            gates.Add("families", $"{family}: AUC of scikit-learn", theirs);
            gates.Add("families", $"{family}: distance", Math.Abs(own - theirs), 0.001, atMost: true);
        }

        gates.Save();
    }

    private static (Table Table, double[] Labels) Make(string family, ulong seed)
    {
        var (root, columns, labels) = (new Rng(seed), new double[Width][], new double[Rows]);
        for (var c = 0; c < Width; c++)
        {
            var rng = root.Fork((ulong)c);
            columns[c] = [.. Enumerable.Range(0, Rows).Select(_ => rng.NextGaussian())];
        }

        var draw = root.Fork(99);
        for (var r = 0; r < Rows; r++)
        {
            double X(int c) => columns[c][r];
            var margin = X(0) + 0.8 * Math.Sin(2 * X(1)) + 0.7 * X(2) * X(3) + 0.5 * Math.Abs(X(4)) - (X(6) > 0 ? 0.6 * X(5) : 0) - 0.5;
            labels[r] = draw.NextBool(1 / (1 + Math.Exp(-(family == "rare positives" ? 1.6 * margin - 5 : margin)))) ? 1 : 0;
        }

        foreach (var column in columns)
        {
            for (var r = 0; r < Rows; r++)
            {
                if (family == "heavy tails") column[r] = Math.Exp(1.5 * column[r]);
                if (family == "missing values" && draw.NextBool(0.2)) column[r] = double.NaN;
            }
        }

        return (Table.Of([.. Enumerable.Range(0, Width).Select(c => $"x{c}")], columns).Value, labels);
    }
}
