using System.Diagnostics;
using System.Globalization;
using Busker.Bench.Learning;
using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["train", var family, var rows, var width, var threads, .. var rest] => TrainOnce.Run(family, int.Parse(rows), int.Parse(width), int.Parse(threads), rest),
    _ => 2,
};

/// <summary>One fit in a process of its own, so that its peak memory is its own.</summary>
internal static class TrainOnce
{
    public static int Run(string family, int rows, int width, int threads, string[] rest)
    {
        var lanes = new Lanes(threads);
        var (table, labels) = Made.Set(family, rows, width, 1);
        var (testTable, testLabels) = Made.Set(family, Math.Min(rows, 200_000), width, 2);
        if (rest is [var folder, ..])
        {
            Made.Write(Path.Combine(folder, "train.bin"), table, labels);
            Made.Write(Path.Combine(folder, "test.bin"), testTable, testLabels);
        }

        var examples = Examples.Of(table, labels).Value;
        // L2 0 as in scikit-learn's default.
        var booster = new Booster(new BoostOptions { Trees = 100, MaxLeaves = 31, MinRows = 20, L2 = 0, Cuts = Cuts.Quantile }, lanes);
        var warm = Made.Set(family, 20_000, width, 3);
        booster.Fit(Examples.Of(warm.Table, warm.Labels).Value);
        var watch = Stopwatch.StartNew();
        var model = booster.Fit(examples).Value;
        var fit = watch.Elapsed.TotalSeconds;
        var margins = model.Margins(testTable, Lanes.One).Value;
        watch.Restart();
        margins = model.Margins(testTable, Lanes.One).Value;
        var batch = watch.Elapsed.TotalSeconds / testTable.Rows;
        var row = new double[width];
        testTable.RowInto(0, row);
        double sum = 0;
        watch.Restart();
        const int Calls = 20_000;
        for (var i = 0; i < Calls; i++)
        {
            row[i % width] += 1e-3;
            sum += model.Predictor.Margin(row);
        }

        var single = watch.Elapsed.TotalSeconds / Calls;
        var auc = RankMetrics.Auc(margins, testLabels);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        Console.WriteLine($"{{\"fit_s\":{fit:0.000},\"auc\":{auc:0.00000},\"batch_us\":{batch * 1e6:0.000},\"single_us\":{single * 1e6:0.000},\"peak_mb\":{peak:0},\"check\":{(double.IsNaN(sum) ? 1 : 0)}}}");
        return 0;
    }
}
