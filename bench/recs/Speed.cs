using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Bench.Recs;

/// <summary>Training and serving speed, beside the same algorithms in NumPy over OpenBLAS in the same run.</summary>
internal sealed class Speed(string folder, Lanes lanes, BenchResult result)
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("busker-bench").FullName;

    /// <param name="only">Parts to run: ials, ease, walk, serve; none for all.</param>
    public void Run(string[] only)
    {
        bool Wanted(string part) => only.Length == 0 || only.Contains(part);
        foreach (var (name, wall) in new[] { ("ml1m", 0.09), ("gowalla", 0.17) })
        {
            if (!Directory.Exists(Path.Combine(folder, name))) continue;
            var data = RecsFolder.Read(Path.Combine(folder, name)).Value.TrainAndValidation.Binary();
            if (Wanted("ials")) Factorise(name, data, wall);
            if (Wanted("walk") && name == "gowalla") Walk(name, data);
        }

        if (Wanted("ease")) Inverse(10_000);
        if (Wanted("serve")) Serve();
        Directory.Delete(_scratch, recursive: true);
    }

    private void Factorise(string name, Interactions data, double target)
    {
        Write("starts", data.Starts);
        Write("columns", data.Columns);
        foreach (var d in new[] { 64, 128 })
        {
            const float Unobserved = 0.1f, Regularization = 0.01f;
            var marks = new List<double>();
            var watch = Stopwatch.StartNew();
            var model = Ials.Train(data, new IalsSettings(d, Unobserved, Regularization, Epochs: 8), 1, lanes, _ => marks.Add(watch.Elapsed.TotalSeconds));
            var epoch = Median([.. marks.Skip(1).Zip(marks, (a, b) => a - b)]);
            Row(name, $"iALS epoch d {d}; s", epoch, d == 64 ? target : name == "ml1m" ? 0.20 : 0.41);
            if (d != 64) continue;
            var other = Python("ials", At("starts"), At("columns"), data.Users, data.Items, d, 4, Unobserved, Regularization).GetProperty("epoch_s").GetDouble();
            Row(name, $"iALS epoch d {d} NumPy over OpenBLAS; s", other, double.NaN);
            Row(name, $"iALS d {d}: times faster than NumPy", other / epoch, 2, atLeast: true);
            FoldIn(name, data, model);
        }
    }

    private void FoldIn(string name, Interactions data, Ials model)
    {
        var vector = new float[model.Dimensions];
        int[] users = [.. Enumerable.Range(0, 2000)];
        foreach (var u in users) model.FoldIn(data.ItemsOf(u), data.WeightsOf(u), vector);
        var times = Array.ConvertAll(users, u =>
        {
            var started = Stopwatch.GetTimestamp();
            model.FoldIn(data.ItemsOf(u), data.WeightsOf(u), vector);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        });
        Array.Sort(times);
        Row(name, $"fold-in of a history d {model.Dimensions}; ms at p99", times[(int)(0.99 * times.Length)], 1);
    }

    private void Walk(string name, Interactions data)
    {
        ItemModel.RandomWalk(data.OfUsers(u => u < 2000), 100, 0.2f, perTarget: true, lanes: lanes);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        ItemModel.RandomWalk(data, 300, 0.2f, perTarget: true, lanes: lanes);
        Row(name, "RP3beta; CPU-s", (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds, 3);
    }

    private void Inverse(int n)
    {
        var rng = new Rng(1);
        const int Users = 40_000;
        var pairs = Enumerable.Range(0, Users * 30).Select(p => (User: p / 30, Item: (int)(n * Math.Pow(rng.NextDouble(), 2)))).ToArray();
        var data = Interactions.From(Users, n, Array.ConvertAll(pairs, p => p.User), Array.ConvertAll(pairs, p => p.Item)).Binary();
        Ease.Train(data.Where((u, i) => i < 500).OnItems([.. Enumerable.Range(0, 500)]), 100, lanes);
        var gram = Gram(data, 100);
        Write("gram", gram);
        var started = Stopwatch.GetTimestamp();
        var model = Ease.Train(data, 100, lanes);
        var own = Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        Cholesky.Invert(gram, n, lanes);
        var inverse = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var answer = Python("inverse", At("gram"), n);
        var other = answer.GetProperty("inverse_s").GetDouble();
        var one = new float[n];
        model.Score([0], [1f], one);
        if (Math.Abs(one[1] - answer.GetProperty("corner").GetDouble()) > 1e-3) throw new InvalidOperationException($"the two inverses disagree: {one[1]} and {answer}");
        Row("made", $"EASE n {n} from histories to weights; s", own, double.NaN);
        Row("made", $"inverse n {n}; s", inverse, double.NaN);
        Row("made", $"inverse and weights n {n} OpenBLAS (spotrf and spotri); s", other, double.NaN);
        Row("made", $"EASE n {n} over OpenBLAS", own / other, 1.5);
    }

    private static float[] Gram(Interactions data, float ridge)
    {
        var n = data.Items;
        var gram = new float[n * n];
        for (var u = 0; u < data.Users; u++)
            foreach (var a in data.ItemsOf(u))
                foreach (var b in data.ItemsOf(u)) gram[a * n + b]++;
        for (var i = 0; i < n; i++) gram[i * n + i] += ridge;
        return gram;
    }

    /// <summary>A whole answer in process: fold-in of a history, scores of 100,000 items, the heard ones masked, the 100 best.</summary>
    private void Serve()
    {
        const int Items = 100_000, D = 64;
        var rng = new Rng(3);
        var pairs = Enumerable.Range(0, 600_000).Select(p => (User: p / 30, Item: (int)(Items * Math.Pow(rng.NextDouble(), 1.5)))).ToArray();
        var data = Interactions.From(20_000, Items, Array.ConvertAll(pairs, p => p.User), Array.ConvertAll(pairs, p => p.Item)).Binary();
        var model = Ials.Train(data, new IalsSettings(D, 0.01f, 0.01f, Epochs: 1), 1, lanes);
        var (scores, best, times) = (new float[Items], new int[100], new double[2000]);
        for (var q = -200; q < times.Length; q++)
        {
            var user = rng.NextInt(data.Users);
            var started = Stopwatch.GetTimestamp();
            model.Score(data.ItemsOf(user), data.WeightsOf(user), scores);
            foreach (var i in data.ItemsOf(user)) scores[i] = float.NegativeInfinity;
            TopK.Select(scores, best);
            if (q >= 0) times[q] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        Row("made", $"recommend among {Items} items d {D}; ms at p99", times[(int)(0.99 * times.Length)], 5);
    }

    private string At(string name) => Path.Combine(_scratch, name);

    private void Write<T>(string name, T[] values)
        where T : unmanaged
    {
        using var file = File.Create(At(name));
        const int Piece = 1 << 24;
        for (var at = 0; at < values.Length; at += Piece) file.Write(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(Piece, values.Length - at))));
    }

    private static JsonElement Python(params object[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(BenchResult.Root, "bench", "recs", "reference.py"));
        foreach (var a in arguments) start.ArgumentList.Add(Convert.ToString(a, CultureInfo.InvariantCulture)!);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException("the reference did not run; it needs python3-numpy, python3-scipy and libopenblas0-pthread");
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private void Row(string set, string what, double value, double target, bool atLeast = false)
    {
        var reached = double.IsNaN(target) ? "" : (atLeast ? value >= target : value <= target) ? "yes" : "no";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set,-8} {what,-62} {value,9:0.0000} {(double.IsNaN(target) ? "" : (atLeast ? "at least " : "at most ") + target)} {reached}"));
        result.Add(set, what, value.ToString("0.#####", CultureInfo.InvariantCulture), double.IsNaN(target) ? "" : target, reached);
    }
}
