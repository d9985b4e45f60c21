using Busker.Kernel;
using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;
using Busker.Learning.Report;
using Busker.Learning.Retrieval;

namespace Busker.Learning.Recs;

/// <summary>One way to find the nearest, at one setting.</summary>
/// <param name="Recall">Share of the true 100 that were found.</param>
/// <param name="PerSecond">Queries a second on one thread.</param>
public sealed record RetrievalPoint(string Way, string Setting, double Recall, double PerSecond)
{
    /// <summary>Half the width of the recall's 95 % interval over queries.</summary>
    public double Uncertain { get; init; }

    public static readonly string[] Header = ["way", "setting", "recall@100", "queries/s"];

    /// <summary>Cells under <see cref="Header"/>.</summary>
    public IReadOnlyList<string> Row => [Way, Setting, FormattableString.Invariant($"{Recall:0.0000} ± {Uncertain:0.0000}"), FormattableString.Invariant($"{PerSecond:N0}")];
}

/// <summary>
/// Ways to find an item's 100 nearest among vectors, by recall and speed: exact, 8-bit with re-ranking, the graph, and under a filter. The
/// vectors are an iALS model's item factors, or seeded ones of low rank in clusters.
/// </summary>
public sealed record RetrievalStudy(string Source, int Count, int Dimensions, RetrievalPoint[] Points, Hnsw Graph)
{
    private const int K = 100;
    private const int Queries = 200;

    /// <summary>The speed is that of the fastest.</summary>
    private const int Passes = 3;

    /// <param name="folder">See <see cref="RecsFolder"/>; null for seeded vectors.</param>
    /// <param name="count">Seeded vectors.</param>
    /// <param name="clock">Measures the speed; nothing else depends on it.</param>
    public static Result<RetrievalStudy> Run(string? folder, int count, TimeProvider clock, Lanes lanes, Action<string, double> progress)
    {
        const int d = 64;
        var (rows, source) = (Array.Empty<float>(), $"{count:N0} seeded vectors");
        if (folder is null) rows = Seeded(count, d, 1);
        else
        {
            progress("reading", 0);
            var read = RecsFolder.Read(folder);
            if (read.Fault is { } fault) return fault;
            progress("factors", 0.1);
            rows = Ials.Train(read.Value.TrainAndValidation.Binary(), new IalsSettings(d, 0.03f, 0.01f), 1, lanes).ItemFactors;
            source = $"item factors of {read.Value.Name}";
            foreach (var i in Enumerable.Range(0, rows.Length / d)) Unit(rows.AsSpan(i * d, d));
        }

        progress("building the graph", 0.2);
        var set = new VectorSet(rows, d);
        var graph = Hnsw.Build(set, progress: built => progress("building the graph", 0.2 + 0.6 * built / set.Count));
        progress("measuring", 0.8);
        return new RetrievalStudy(source, set.Count, d, Measure(set, graph, clock), graph);
    }

    private static RetrievalPoint[] Measure(VectorSet set, Hnsw graph, TimeProvider clock)
    {
        var rng = new Rng(5);
        int[] asked = [.. Enumerable.Range(0, Queries).Select(_ => rng.NextInt(set.Count))];
        var k = Math.Min(K, set.Count);
        var scores = new float[k];
        var truth = asked.Select(q => Found(best => set.Exact(set.Row(q), best, scores), k)).ToArray();
        var allowed = new ulong[(set.Count + 63) / 64];
        for (var r = 0; r < set.Count; r++) if (rng.NextBool(0.01)) allowed[r >> 6] |= 1UL << (r & 63);
        var retriever = new Retriever(set, graph);
        var points = new List<RetrievalPoint>();
        void Point(string way, string setting, Func<int, int[], int> find, int[][] right)
        {
            find(asked[0], new int[k]);
            var (answers, seconds) = (Array.Empty<int[]>(), double.PositiveInfinity);
            for (var pass = 0; pass < Passes; pass++)
            {
                var started = clock.GetTimestamp();
                answers = [.. asked.Select(q => Found(best => find(q, best), k))];
                seconds = Math.Min(seconds, clock.GetElapsedTime(started).TotalSeconds);
            }

            var recall = Estimate.Of([.. answers.Zip(right, (a, t) => t.Length == 0 ? 1 : a.Intersect(t).Count() / (double)t.Length)]);
            points.Add(new RetrievalPoint(way, setting, recall.Mean, Queries / Math.Max(1e-9, seconds)) { Uncertain = 1.96 * recall.StandardError });
        }

        Point("exact", "", (q, best) => set.Exact(set.Row(q), best, scores), truth);
        foreach (var kept in new[] { 100, 150, 200 })
            Point("8-bit, re-ranked", $"{kept} kept", (q, best) => set.Quantized(set.Row(q), kept, best, scores), truth);
        foreach (var beam in new[] { 100, 150, 200, 300, 400, 600 })
            Point("graph", $"beam {beam}", (q, best) => graph.Find(set.Row(q), beam, best), truth);
        var some = asked.Select(q => Found(best => retriever.Find(set.Row(q), allowed, best, out _), k)).ToArray();
        Point("filtered to 1 %", "", (q, best) => retriever.Find(set.Row(q), allowed, best, out _), some);
        return [.. points];
    }

    private static int[] Found(Func<int[], int> find, int k)
    {
        var best = new int[k];
        return best[..find(best)];
    }

    /// <summary>Rows of length 1: a third of the dimensions carry most, around 500 centres.</summary>
    public static float[] Seeded(int count, int d, ulong seed)
    {
        var root = new Rng(seed);
        var rank = d / 3;
        float[] Gaussian(Rng rng, int n) => [.. Enumerable.Range(0, n).Select(_ => (float)rng.NextGaussian())];
        var (map, centres, rows) = (Gaussian(root.Fork(1), d * rank), Gaussian(root.Fork(2), 500 * rank), new float[count * d]);
        var rng = root.Fork(3);
        var z = new float[rank];
        for (var r = 0; r < count; r++)
        {
            var centre = rng.NextInt(500) * rank;
            for (var i = 0; i < rank; i++) z[i] = centres[centre + i] + 0.7f * (float)rng.NextGaussian();
            var row = rows.AsSpan(r * d, d);
            for (var i = 0; i < d; i++) row[i] = Vectors.Dot(map.AsSpan(i * rank, rank), z) + 0.3f * (float)rng.NextGaussian();
            Unit(row);
        }

        return rows;
    }

    private static void Unit(Span<float> row)
    {
        var norm = MathF.Sqrt(Vectors.Dot(row, row));
        if (norm == 0) row[0] = norm = 1;
        for (var i = 0; i < row.Length; i++) row[i] /= norm;
    }

    public string Page()
    {
        var page = new HtmlPage("Retrieval").Paragraph($"{Source}: {Count:N0} × {Dimensions}. The {Math.Min(K, Count)} nearest of {Queries} items, on one thread, the fastest of {Passes} passes; ± is 1.96 standard errors over the queries.");
        page.Table(RetrievalPoint.Header, Points.Select(p => p.Row));
        return page.Heading("Recall and speed").Plot(Draw("Recall against speed", Points)).ToString();
    }

    /// <summary>Queries a second over recall, one line for each way.</summary>
    public static string Draw(string title, IEnumerable<RetrievalPoint> points) => Plot.Lines(title, "recall@100 (share of the true nearest found)", "queries a second",
        [.. points.GroupBy(p => p.Way).Select(g => new Series(g.Key, [.. g.Select(p => p.Recall)], [.. g.Select(p => p.PerSecond)], Dots: g.Count() == 1))], logY: true);
}
