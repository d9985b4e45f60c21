using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Busker.Learning.Numbers;
using Busker.Learning.Recs;
using Busker.Learning.Report;
using Busker.Learning.Retrieval;

namespace Busker.Bench.Retrieval;

/// <summary>All ways over the same rows: built once, kept on disk, measured one after the other on one thread.</summary>
internal sealed class Arena(string folder, int rows)
{
    private const int K = 100;
    private static readonly int[] Beams = [100, 150, 200, 300, 400, 600, 800];
    private static readonly string[] Peers = ["hnswlib-node", "usearch", "faiss-node"];
    private readonly BenchResult _result = new("retrieval", "dimensions,way,setting,recall_at_100,queries_per_second,cpu_ms_per_query,target_ms,reached");
    private readonly List<(int D, RetrievalPoint Point)> _points = [];

    private string Index(int d) => Path.Combine(folder, $"busker-{d}.graph");

    public void Build(int d, bool peers)
    {
        var files = new VectorFiles(folder, rows, d).Ready();
        if (!File.Exists(Index(d)))
        {
            var before = Cpu();
            var graph = Hnsw.Build(new VectorSet(files.Rows, d), progress: n => Console.WriteLine($"  graph {d}: {n} rows, {Cpu() - before:0} CPU-s"));
            Console.WriteLine($"graph {d}: built in {Cpu() - before:0} CPU-s");
            graph.Save(Index(d) + ".part");
            File.Move(Index(d) + ".part", Index(d));
        }

        if (!peers) return;
        foreach (var peer in Peers) foreach (var line in Node("build", peer, d)) Console.WriteLine(line);
    }

    public void Measure(int d, bool peers)
    {
        var files = new VectorFiles(folder, rows, d).Ready();
        var set = new VectorSet(files.Rows, d);
        float[] Query(int q) => files.Queries[(q * d)..((q + 1) * d)];
        var queries = Enumerable.Range(0, VectorFiles.QueryCount).Select(Query).ToArray();
        var scores = new float[K];
        Own(d, "exact, single precision", "", queries[..200], files, (q, best) => set.Exact(q, best, scores), double.NaN);
        Batch(d, set, files);
        foreach (var kept in new[] { 100, 125, 150, 200 })
            Own(d, "exact, 8-bit, re-ranked", $"{kept} kept", queries[..400], files, (q, best) => set.Quantized(q, kept, best, scores), d == 64 && kept == 200 ? 5 : double.NaN);
        Filtered(d, set, queries);
        Graph(d, queries, files);
        if (!peers) return;
        foreach (var peer in Peers)
        {
            foreach (var line in Node("query", peer, d, [VectorFiles.QueryCount, .. Beams]))
            {
                var point = JsonDocument.Parse(line).RootElement;
                Add(d, new RetrievalPoint(peer, $"beam {point.GetProperty("beam")}", point.GetProperty("recall").GetDouble(), point.GetProperty("per_second").GetDouble()), double.NaN, double.NaN);
            }
        }
    }

    private void Graph(int d, float[][] queries, VectorFiles files)
    {
        if (!File.Exists(Index(d))) return;
        var loaded = Hnsw.Load(Index(d));
        if (loaded.Fault is { } fault)
        {
            Console.WriteLine(fault.Message);
            return;
        }

        var graph = loaded.Value;
        foreach (var beam in Beams) Own(d, "busker graph", $"beam {beam}", queries, files, (q, best) => graph.Find(q, beam, best), double.NaN);
    }

    private void Batch(int d, VectorSet set, VectorFiles files)
    {
        const int Together = 64;
        var (best, scores) = (new int[Together * K], new float[Together * K]);
        set.ExactMany(files.Queries[..(8 * d)], K, new int[8 * K], new float[8 * K]);
        var (before, watch) = (Cpu(), Stopwatch.StartNew());
        set.ExactMany(files.Queries[..(Together * d)], K, best, scores);
        var (seconds, cpu) = (watch.Elapsed.TotalSeconds, Cpu() - before);
        var recall = Enumerable.Range(0, Together).Average(q => best[(q * K)..((q + 1) * K)].Intersect(files.Truth[(q * K)..((q + 1) * K)]).Count() / (double)K);
        Add(d, new RetrievalPoint("exact, 64 queries together", "", recall, Together / seconds), cpu / Together * 1000, d == 64 ? 5 : double.NaN);
    }

    private void Filtered(int d, VectorSet set, float[][] queries)
    {
        var (rng, allowed) = (new Rng(9), new ulong[(rows + 63) / 64]);
        for (var r = 0; r < rows; r++) if (rng.NextBool(0.01)) allowed[r >> 6] |= 1UL << (r & 63);
        int[] listed = [.. Enumerable.Range(0, rows).Where(r => (allowed[r >> 6] >> (r & 63) & 1) != 0)];
        var (retriever, scores) = (new Retriever(set), new float[K]);
        int[] Found(Func<int[], int> find)
        {
            var best = new int[K];
            return best[..find(best)];
        }

        var truth = queries.Select(q => Found(best => set.Among(listed, q, best, scores))).ToArray();
        foreach (var q in queries) Found(best => retriever.Find(q, allowed, best, out _));
        var (before, watch) = (Cpu(), Stopwatch.StartNew());
        var answers = queries.Select(q => Found(best => retriever.Find(q, allowed, best, out _))).ToArray();
        var (seconds, cpu) = (watch.Elapsed.TotalSeconds, Cpu() - before);
        var recall = answers.Zip(truth, (a, t) => a.Intersect(t).Count() / (double)K).Average();
        Add(d, new RetrievalPoint("filtered to 1 %", "", recall, queries.Length / seconds), cpu / queries.Length * 1000, 1);
    }

    private void Own(int d, string way, string setting, float[][] queries, VectorFiles files, Func<float[], int[], int> find, double target)
    {
        foreach (var q in queries.Take(20)) find(q, new int[K]);
        var (before, watch) = (Cpu(), Stopwatch.StartNew());
        var answers = queries.Select(q =>
        {
            var best = new int[K];
            find(q, best);
            return best;
        }).ToArray();
        var (seconds, cpu) = (watch.Elapsed.TotalSeconds, Cpu() - before);
        var recall = answers.Select((a, q) => a.Intersect(files.Truth[(q * K)..((q + 1) * K)]).Count() / (double)K).Average();
        Add(d, new RetrievalPoint(way, setting, recall, queries.Length / seconds), cpu / queries.Length * 1000, target);
    }

    private void Add(int d, RetrievalPoint point, double cpuMs, double target)
    {
        var reached = double.IsNaN(target) ? "" : cpuMs <= target ? "yes" : "no";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{d,4} {point.Way,-28} {point.Setting,-9} recall {point.Recall:0.0000} {point.PerSecond,8:0.0}/s {cpuMs,8:0.000} CPU-ms {reached}"));
        _points.Add((d, point));
        _result.Add(d, point.Way.Replace(",", ""), point.Setting, Text(point.Recall, "0.####"), Text(point.PerSecond, "0.#"), Text(cpuMs, "0.###"), Text(target, "0.#"), reached);
    }

    private static string Text(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);

    public void Save()
    {
        _result.Save();
        var page = new HtmlPage("Retrieval").Paragraph($"{rows:N0} seeded rows of low rank in clusters, 100 nearest by inner product, one thread. M = 16 and a building beam of 100 (faiss: its default of 40); "
            + "the beams are swept. faiss-node cannot set the beam; asking for more rows widens it.");
        foreach (var group in _points.GroupBy(p => p.D))
            page.Heading($"{group.Key} dimensions").Plot(RetrievalStudy.Draw($"{rows:N0} × {group.Key}", group.Select(p => p.Point)));
        var path = Path.Combine(BenchResult.Root, "bench", "results", "retrieval.html");
        File.WriteAllText(path, page.ToString());
        Console.WriteLine($"drawn in {Path.GetRelativePath(BenchResult.Root, path)}");
    }

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private IEnumerable<string> Node(string what, string library, int d, params int[] more)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, WorkingDirectory = Path.Combine(BenchResult.Root, "bench", "retrieval") };
        foreach (var a in new[] { "peers.mjs", what, library, d.ToString(CultureInfo.InvariantCulture), folder }.Concat(more.Select(m => m.ToString(CultureInfo.InvariantCulture)))) start.ArgumentList.Add(a);
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line) yield return line;
        process.WaitForExit();
        if (process.ExitCode != 0) Console.WriteLine($"{library} is not there: see bench/retrieval/README.md");
    }
}
