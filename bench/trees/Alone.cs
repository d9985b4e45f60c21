using System.Diagnostics;
using System.Globalization;
using Busker.Learning.Decide;
using Busker.Learning.Linear;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Bench.Trees;

/// <summary>What runs in a process of its own, so that its peak memory is its own. Prints one line of JSON.</summary>
internal static class Alone
{
    /// <param name="cuts">quantile, as the peer cuts, or mixed.</param>
    public static int Fit(string folder, int width, int threads, int times, string cuts)
    {
        // L2 0 as in scikit-learn's default.
        var options = new BoostOptions { Trees = 100, MaxLeaves = 31, MinRows = 20, L2 = 0, Cuts = cuts == "mixed" ? Cuts.Mixed : Cuts.Quantile };
        var booster = new Booster(options, new Lanes(threads));
        return Timed(folder, width, times, rows => booster.Fit(rows).OrThrow(), (model, table) => model.Margins(table, Lanes.One).OrThrow());
    }

    /// <summary>A hundred trees as deep as the rows allow, as in scikit-learn's default.</summary>
    public static int Forest(string folder, int width, int threads, int times)
    {
        var forest = new RandomForest(100, 0, 1, 1, new Lanes(threads));
        return Timed(folder, width, times, rows => forest.Fit(rows).OrThrow(), (model, table) => model.Margins(table, Lanes.One).OrThrow());
    }

    /// <summary>Standardised columns, C = 1: half a squared weight per summed loss.</summary>
    public static int Logistic(string folder, int width, int threads, int times)
    {
        var lanes = new Lanes(threads);
        return Timed(folder, width, times, rows => LogisticRegression.Fit(rows, l2: 1.0 / rows.Rows, lanes: lanes).OrThrow(), (model, table) => model.Margins(table).OrThrow());
    }

    /// <summary>Median seconds of a fit after some on a few rows, then the measures on the test rows.</summary>
    private static int Timed<T>(string folder, int width, int times, Func<Examples, T> fit, Func<T, Table, double[]> score)
    {
        var examples = Rows.Read(Path.Combine(folder, "train.bin"), width).Examples;
        var warm = examples.Take([.. Enumerable.Range(0, Math.Min(20_000, examples.Rows))]);
        for (var i = 0; i < 3; i++) fit(warm);
        var (model, seconds) = (fit(warm), new double[times]);
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.GetTimestamp();
            model = fit(examples);
            seconds[i] = Stopwatch.GetElapsedTime(watch).TotalSeconds;
        }

        var peak = Peak();
        var test = Rows.Read(Path.Combine(folder, "test.bin"), width).Examples;
        var margins = score(model, test.Table);
        return Print($"\"fit_s\":{Median(seconds):0.0000},\"auc\":{RankMetrics.Auc(margins, test.Labels):0.000000},\"ap\":{RankMetrics.AveragePrecision(margins, test.Labels):0.0000},\"peak_mb\":{peak:0.0}");
    }

    /// <summary>200 trees of 31 leaves: rows one by one, the same with the caches swept before each, and all rows at once; then the reasons.</summary>
    public static int Predict(string folder, int width)
    {
        var train = Rows.Read(Path.Combine(folder, "train.bin"), width).Examples;
        var some = train.Take([.. Enumerable.Range(0, Math.Min(100_000, train.Rows))]);
        var options = new BoostOptions { Trees = 200, MaxLeaves = 31, MinRows = 20, L2 = 0, Cuts = Cuts.Quantile };
        var model = new Booster(options, Lanes.All).Fit(some).OrThrow();
        var test = Rows.Read(Path.Combine(folder, "test.bin"), width).Examples;
        var rows = Enumerable.Range(0, Math.Min(10_000, test.Rows)).Select(r =>
        {
            var row = new double[width];
            test.Table.RowInto(r, row);
            return row;
        }).ToArray();
        double single = 0, batch = 0;
        long bytes = 0;
        for (var round = 0; round < 5; round++)
        {
            var (before, watch, sum) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp(), 0.0);
            foreach (var row in rows) sum += model.Predictor.Margin(row);
            single = Stopwatch.GetElapsedTime(watch).TotalMicroseconds / rows.Length;
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            watch = Stopwatch.GetTimestamp();
            model.Margins(test.Table, Lanes.One).OrThrow();
            batch = Stopwatch.GetElapsedTime(watch).TotalMicroseconds / test.Rows;
        }

        return Print($"\"single_us\":{single:0.000},\"swept_us\":{Swept(model, rows):0.000},\"bytes\":{bytes},\"batch_us\":{batch:0.0000},\"shap_us\":{Shap(some, rows):0.00},\"trees\":{model.Trees.Count},\"leaves\":{model.Trees.Max(t => t.Leaves)}");
    }

    /// <summary>Median of single calls, each after reading 8 MiB of something else.</summary>
    private static double Swept(TreeModel model, double[][] rows)
    {
        var (other, times, sum) = (new long[1 << 20], new double[1000], 0.0);
        for (var i = 0; i < times.Length; i++)
        {
            for (var w = 0; w < other.Length; w += 8) sum += other[w]++;
            var watch = Stopwatch.GetTimestamp();
            sum += model.Predictor.Margin(rows[i % rows.Length]);
            times[i] = Stopwatch.GetElapsedTime(watch).TotalMicroseconds;
        }

        return double.IsNaN(sum) ? double.NaN : Median(times);
    }

    /// <summary>Reasons of a row of 200 trees of depth 4.</summary>
    private static double Shap(Examples some, double[][] rows)
    {
        var model = new Booster(new BoostOptions { Trees = 200, MaxDepth = 4, MinRows = 20, L2 = 0, Cuts = Cuts.Quantile }, Lanes.All).Fit(some).OrThrow();
        var (explainer, into, took) = (new TreeExplainer(model), new double[rows[0].Length], 0.0);
        for (var round = 0; round < 4; round++)
        {
            var watch = Stopwatch.GetTimestamp();
            foreach (var row in rows) explainer.Explain(row, into);
            took = Stopwatch.GetElapsedTime(watch).TotalMicroseconds / rows.Length;
        }

        return took;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static double Peak() =>
        double.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;

    private static int Print(FormattableString fields)
    {
        Console.WriteLine("{" + fields.ToString(CultureInfo.InvariantCulture) + "}");
        return 0;
    }
}
