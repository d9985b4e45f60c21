using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Busker.Bench.Trees;

/// <summary>Both sides on the same rows, one after the other, each run in a process of its own.</summary>
internal sealed class TreesBenchmark(string? cards, BenchResult result)
{
    private const ulong Seeds = 24;
    private readonly string _scratch = Directory.CreateTempSubdirectory("busker-bench").FullName;

    /// <param name="only">Parts to run: large, cards, families, predict, baselines; none for all.</param>
    public void Run(string[] only)
    {
        bool Wanted(string part) => only.Length == 0 || only.Contains(part);
        try
        {
            if (Wanted("cards") && cards is not null) Cards(cards);
            if (Wanted("baselines")) Baselines();
            if (Wanted("families")) Families();
            if (Wanted("large") || Wanted("predict")) Keep(Made.Set("plain", 1_000_000, 30, 1), Made.Set("plain", 200_000, 30, 2));
            if (Wanted("predict")) Predict();
            if (Wanted("large")) Train("1 M x 30", 30, 1, "quantile");
        }
        finally
        {
            Directory.Delete(_scratch, recursive: true);
        }
    }

    private void Cards(string folder)
    {
        Keep(Rows.Cards(folder, "train"), Rows.Cards(folder, "test"));
        Train("cards", 15, 5, "mixed");
    }

    /// <summary>The models beside boosting, as fast as the peer's at no less quality.</summary>
    private void Baselines()
    {
        if (cards is not null)
        {
            Keep(Rows.Cards(cards, "train"), Rows.Cards(cards, "test"));
            Baseline("cards", "forest", 15, 1);
            Baseline("cards", "logistic", 15, 3);
        }

        Keep(Made.Set("plain", 50_000, 20, 1), Made.Set("plain", 100_000, 20, 2));
        Baseline("50 k x 20", "forest", 20, 1);
        Keep(Made.Set("plain", 1_000_000, 30, 1), Made.Set("plain", 200_000, 30, 2));
        Baseline("1 M x 30", "logistic", 30, 1);
    }

    private void Baseline(string set, string what, int width, int times)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            var (own, peer) = (Own(what, width, threads, times), Peer(what, width, threads, times));
            Row($"{set} {what}", $"training {threads} thread{(threads == 1 ? "" : "s")}; s", own, peer, "fit_s", Number(peer, "fit_s") / Number(own, "fit_s"), 1);
            if (threads == 1) continue;
            Row($"{set} {what}", "ROC AUC", own, peer, "auc", Number(own, "auc") / Number(peer, "auc"), "not below by 0.001", Number(own, "auc") - Number(peer, "auc") >= -0.001);
            Row($"{set} {what}", "average precision", own, peer, "ap", Number(own, "ap") / Number(peer, "ap"), "", null);
        }
    }

    /// <summary>Fresh draws by seed, the same for both sides: the mean difference with its standard error is what is judged.</summary>
    private void Families()
    {
        foreach (var family in new[] { "plain", "skewed", "gaps", "rare" })
        {
            var (own, peer) = (new Dictionary<string, List<double>> { ["auc"] = [], ["ap"] = [] }, new Dictionary<string, List<double>> { ["auc"] = [], ["ap"] = [] });
            for (ulong seed = 0; seed < Seeds; seed++)
            {
                Keep(Made.Set(family, 100_000, 20, 2 * seed + 1), Made.Set(family, 200_000, 20, 2 * seed + 2));
                var (ours, theirs) = (Own("fit", 20, 2, 1, "quantile"), Peer("fit", 20, 2, 1));
                foreach (var name in own.Keys)
                {
                    own[name].Add(Number(ours, name));
                    peer[name].Add(Number(theirs, name));
                }
            }

            Paired(family, "ROC AUC", own["auc"], peer["auc"], judged: true);
            Paired(family, "average precision", own["ap"], peer["ap"], judged: false);
        }
    }

    private void Paired(string family, string what, List<double> own, List<double> peer, bool judged)
    {
        double[] apart = [.. own.Zip(peer, (a, b) => a - b)];
        var mean = apart.Average();
        var error = Math.Sqrt(apart.Sum(d => (d - mean) * (d - mean)) / (apart.Length - 1) / apart.Length);
        var word = judged ? Math.Abs(mean) <= 0.001 ? "yes" : "no" : "";
        var named = string.Create(CultureInfo.InvariantCulture, $"{what}: mean of {apart.Length} seeds; difference {Math.Round(mean, 5) + 0.0:+0.00000;-0.00000} ± {error:0.00000}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{family,-22} {named,-70} {own.Average(),8:0.00000} {peer.Average(),8:0.00000}  {word}"));
        result.Add(family, named, Math.Round(own.Average(), 5), Math.Round(peer.Average(), 5), Math.Round(own.Average() / peer.Average(), 5), judged ? "within 0.001" : "", word);
    }

    private void Train(string set, int width, int times, string cuts)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            var (own, peer) = (Own("fit", width, threads, times, cuts), Peer("fit", width, threads, times));
            Row(set, $"training {threads} thread{(threads == 1 ? "" : "s")}; s", own, peer, "fit_s", Number(peer, "fit_s") / Number(own, "fit_s"), 1.5);
            Row(set, $"peak memory {threads} thread{(threads == 1 ? "" : "s")}; MB", own, peer, "peak_mb", Number(peer, "peak_mb") / Number(own, "peak_mb"), 1);
            if (threads == 2) Quality(set, own, peer, both: cuts == "quantile");
        }
    }

    /// <param name="both">Equal both ways; where the cuts differ on purpose, not worse.</param>
    private void Quality(string set, JsonElement own, JsonElement peer, bool both)
    {
        var apart = Number(own, "auc") - Number(peer, "auc");
        var reached = (both ? Math.Abs(apart) : -apart) <= 0.001;
        Row(set, "ROC AUC", own, peer, "auc", Number(own, "auc") / Number(peer, "auc"), both ? "within 0.001" : "not below by 0.001", reached);
        Row(set, "average precision", own, peer, "ap", Number(own, "ap") / Number(peer, "ap"), "", null);
    }

    private void Predict()
    {
        const string Model = "200 trees x 31 leaves";
        var (own, peer) = (Own("predict", 30), Peer("predict", 30));
        var ratio = Number(peer, "single_us") / Number(own, "single_us");
        Row(Model, "one row; us", own, peer, "single_us", ratio, "at most 3 us", Number(own, "single_us") <= 3);
        Row(Model, "one row, caches swept; us at the median", own, null, "swept_us", double.NaN, "at most 3 us", Number(own, "swept_us") <= 3);
        Row(Model, "one row; bytes allocated in 10000 calls", own, null, "bytes", double.NaN, "0", Number(own, "bytes") == 0);
        Row(Model, "batch, one core; us a row", own, peer, "batch_us", Number(peer, "batch_us") / Number(own, "batch_us"), 1.5);
        Row("200 trees, depth 4", "contributions of a row; us", own, null, "shap_us", double.NaN, "at most 100 us", Number(own, "shap_us") <= 100);
    }

    private void Keep(Rows train, Rows test)
    {
        train.Write(Path.Combine(_scratch, "train.bin"));
        test.Write(Path.Combine(_scratch, "test.bin"));
    }

    private JsonElement Own(string what, params object[] arguments) =>
        Child(Environment.ProcessPath!, [.. Itself(), what, _scratch, .. arguments], "the benchmark's own run failed");

    private JsonElement Peer(string what, params object[] arguments) =>
        Child("/usr/bin/python3", [Path.Combine(BenchResult.Root, "bench", "trees", "peer.py"), what, _scratch, .. arguments],
            "scikit-learn did not run; ./busker bench trees install installs python3-sklearn from Debian");

    /// <summary>When the runtime's own launcher runs the program, its path comes first.</summary>
    private static object[] Itself() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "busker-bench-trees.dll")] : [];

    private static JsonElement Child(string program, object[] arguments, string failure)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var a in arguments) start.ArgumentList.Add(Convert.ToString(a, CultureInfo.InvariantCulture)!);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException(failure);
    }

    private static double Number(JsonElement answer, string name) => answer.GetProperty(name).GetDouble();

    private void Row(string set, string what, JsonElement own, JsonElement? peer, string name, double ratio, double atLeast) =>
        Row(set, what, own, peer, name, ratio, $"{atLeast.ToString(CultureInfo.InvariantCulture)} times", ratio >= atLeast);

    private void Row(string set, string what, JsonElement own, JsonElement? peer, string name, double ratio, string target, bool? reached)
    {
        var other = peer is { } p ? Number(p, name) : double.NaN;
        var word = reached is { } yes ? yes ? "yes" : "no" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set,-22} {what,-42} {Number(own, name),10:0.#####} {other,10:0.#####} {ratio,6:0.00}  {target,-18} {word}"));
        static object Shown(double value) => double.IsNaN(value) ? "" : Math.Round(value, 5);
        result.Add(set, what, Shown(Number(own, name)), Shown(other), Shown(ratio), target, word);
    }
}
