using Busker.Learning.Algebra;
using Busker.Learning.Numbers;
using Busker.Learning.Retrieval;

namespace Busker.Learning.Tests.Retrieval;

public sealed class RetrievalTests
{
    private const int D = 32;

    internal static float[] Unit(int count, ulong seed)
    {
        var rng = new Rng(seed);
        var rows = new float[count * D];
        for (var r = 0; r < count; r++)
        {
            for (var i = 0; i < D; i++) rows[r * D + i] = (float)rng.NextGaussian() / (1 + i / 4);
            var norm = MathF.Sqrt(Vectors.Dot(rows.AsSpan(r * D, D), rows.AsSpan(r * D, D)));
            for (var i = 0; i < D; i++) rows[r * D + i] /= norm;
        }

        return rows;
    }

    private static int[] Brute(float[] rows, ReadOnlySpan<float> query, int k, Func<int, bool> allowed)
    {
        var scored = new List<(float, int)>();
        for (var r = 0; r < rows.Length / D; r++) if (allowed(r)) scored.Add((-Vectors.Dot(rows.AsSpan(r * D, D), query), r));
        scored.Sort();
        return [.. scored.Take(k).Select(s => s.Item2)];
    }

    [Fact]
    public void The_scan_finds_exactly_the_best()
    {
        var rows = Unit(1000, 1);
        var set = new VectorSet(rows, D);
        var best = new int[20];
        for (var q = 0; q < 20; q++)
        {
            var query = Unit(1, 100 + (ulong)q);
            set.Exact(query, best, new float[20]).ShouldBe(20);
            var expected = Brute(rows, query, 20, _ => true);
            best.Intersect(expected).Count().ShouldBeGreaterThanOrEqualTo(19); // two kernels may round a tie apart
        }
    }

    [Fact]
    public void Eight_bits_with_re_ranking_find_what_the_exact_scan_finds()
    {
        var rows = Unit(5000, 2);
        var set = new VectorSet(rows, D);
        var (exact, quick) = (new int[50], new int[50]);
        var hits = 0;
        for (var q = 0; q < 20; q++)
        {
            var query = Unit(1, 200 + (ulong)q);
            set.Exact(query, exact, new float[50]);
            set.Quantized(query, 100, quick, new float[50]);
            hits += exact.Intersect(quick).Count();
        }

        hits.ShouldBeGreaterThanOrEqualTo(995);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.6)]
    public void A_filter_never_costs_a_result(double share)
    {
        var rows = Unit(4000, 3);
        var retriever = new Retriever(new VectorSet(rows, D), Hnsw.Build(rows, D));
        var rng = new Rng(4);
        var bits = new ulong[63];
        for (var r = 0; r < 4000; r++) if (rng.NextBool(share)) bits[r >> 6] |= 1UL << (r & 63);
        bool Allowed(int r) => (bits[r >> 6] >> (r & 63) & 1) != 0;
        var best = new int[30];
        var query = Unit(1, 300);
        var found = retriever.Find(query, bits, best, out _);
        found.ShouldBe(Math.Min(30, Enumerable.Range(0, 4000).Count(Allowed)));
        best.Take(found).All(Allowed).ShouldBeTrue();
        best.Take(found).Intersect(Brute(rows, query, 30, Allowed)).Count().ShouldBeGreaterThanOrEqualTo((int)(0.95 * found));
    }

    [Fact]
    public void The_graph_finds_nearly_all_skips_the_deleted_and_comes_back_from_disk()
    {
        var rows = Unit(3000, 5);
        var graph = Hnsw.Build(rows, D);
        double Recall(Hnsw index)
        {
            var best = new int[10];
            var hits = 0;
            for (var q = 0; q < 50; q++)
            {
                var query = Unit(1, 400 + (ulong)q);
                index.Find(query, 100, best).ShouldBe(10);
                hits += best.Intersect(Brute(rows, query, 10, r => r % 7 != 0 || index.Alive == 3000)).Count();
            }

            return hits / 500.0;
        }

        Recall(graph).ShouldBeGreaterThan(0.95);
        for (var r = 0; r < 3000; r += 7) graph.Delete(r);
        Recall(graph).ShouldBeGreaterThan(0.95);
        var path = Path.GetTempFileName();
        graph.Save(path);
        var back = Hnsw.Load(path).Value;
        var (a, b) = (new int[10], new int[10]);
        graph.Find(Unit(1, 999), 100, a);
        back.Find(Unit(1, 999), 100, b);
        b.ShouldBe(a);
        back.Alive.ShouldBe(graph.Alive);
        var bytes = File.ReadAllBytes(path);
        var name = Path.GetFileName(path);
        string Refusal(byte[] changed)
        {
            File.Delete(path); // what is mapped stays as it is
            File.WriteAllBytes(path, changed);
            return Hnsw.Load(path).Fault!.Message;
        }

        Refusal([.. bytes[..^1], (byte)(bytes[^1] ^ 1)]).ShouldBe($"{name} is damaged: its checksum does not agree");
        Refusal(bytes[..^10]).ShouldBe($"{name} is cut short: {bytes.Length - 10} bytes, not {bytes.Length}");
        Refusal([.. bytes[..200], (byte)(bytes[200] ^ 1), .. bytes[201..]]).ShouldBe($"{name} is damaged: its checksum does not agree");
        Refusal([.. bytes[..8], 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. bytes[16..]]).ShouldBe($"{name} is damaged: its header makes no sense");
        Refusal([1, .. bytes[1..]]).ShouldBe($"{name} is not an index of this version");
        Refusal([1, 2, 3]).ShouldBe($"{name} is too short to be an index");
        File.Delete(path);
        Hnsw.Load(path).Fault!.Message.ShouldContain("does not exist");

        // Served from the file that is gone from its folder: every way of asking, and another file written from it.
        var retriever = new Retriever(back.Set, back);
        retriever.Find(Unit(1, 999), [], b, out _).ShouldBe(10);
        b.ShouldAllBe(r => r % 7 != 0);
        var (many, one) = (new int[10], new int[10]);
        back.Set.ExactMany(Unit(1, 998), 10, many, new float[10]);
        new VectorSet(rows, D).Exact(Unit(1, 998), one, new float[10]);
        many.ShouldBe(one);
        back.Save(path);
        File.ReadAllBytes(path).ShouldBe(bytes);
        File.Delete(path);
    }

    [Fact]
    public void The_planner_picks_by_size_and_selectivity()
    {
        var rows = Unit(1000, 6);
        var retriever = new Retriever(new VectorSet(rows, D));
        retriever.Plan([], 10).ShouldBe(RetrievalPlan.QuantizedScan);
        retriever.Plan([1UL, .. new ulong[15]], 10).ShouldBe(RetrievalPlan.AllowedRows);
    }
}
