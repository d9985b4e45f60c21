using Busker.Learning.Algebra;
using Busker.Learning.Numbers;
using Busker.Learning.Retrieval;

namespace Busker.Learning.Tests.Retrieval;

/// <summary>Whatever the plan, the filter, the deletes and k: as many answers as there are, and the right ones.</summary>
public sealed class PlannerTests
{
    private const int D = 32, Count = 3000;
    private static readonly float[] Rows = RetrievalTests.Unit(Count, 50);

    private static int[] Brute(ReadOnlySpan<float> query, int k, Func<int, bool> allowed)
    {
        var scored = new List<(float, int)>();
        for (var r = 0; r < Count; r++) if (allowed(r)) scored.Add((-Vectors.Dot(Rows.AsSpan(r * D, D), query), r));
        scored.Sort();
        return [.. scored.Take(k).Select(s => s.Item2)];
    }

    [Fact]
    public void Every_plan_answers_in_full_without_the_deleted()
    {
        var rng = new Rng(5);
        var graph = Hnsw.Build(Rows, D);
        for (var r = 0; r < Count; r++) if (r % 3 == 0 || r > 2800) graph.Delete(r);
        var retriever = new Retriever(new VectorSet(Rows, D), graph) { GraphFrom = 1000 };
        var plans = new HashSet<RetrievalPlan>();
        foreach (var k in new[] { 1, 50, 250, 1500, 1867, 2500, 5000 })
        {
            foreach (var share in new double?[] { null, 0, 0.001, 0.02, 0.19, 0.3, 0.9, 1 })
            {
                var bits = share is null ? [] : new ulong[(Count + 63) / 64];
                if (share is { } s) for (var r = 0; r < Count; r++) if (rng.NextBool(s)) bits[r >> 6] |= 1UL << (r & 63);
                bool Allowed(int r) => r % 3 != 0 && r <= 2800 && (share is null || (bits[r >> 6] >> (r & 63) & 1) != 0);
                var (query, best) = (RetrievalTests.Unit(1, 700 + (ulong)k), new int[k]);
                var found = retriever.Find(query, bits, best, out var plan);
                plans.Add(plan);
                var truth = Brute(query, k, Allowed);
                var what = $"k {k}, share {share}, {plan}";
                found.ShouldBe(truth.Length, what);
                best.Take(found).All(Allowed).ShouldBeTrue(what);
                best.Take(found).Distinct().Count().ShouldBe(found, what);
                best.Take(found).Intersect(truth).Count().ShouldBeGreaterThanOrEqualTo((int)(0.95 * truth.Length), what);
            }
        }

        plans.Count.ShouldBe(3);
    }

    [Fact]
    public void A_filter_of_another_length_and_a_query_that_is_no_vector_are_refused()
    {
        var retriever = new Retriever(new VectorSet(Rows, D));
        var best = new int[5];
        Should.Throw<ArgumentException>(() => retriever.Find(new float[D], new ulong[3], best, out _)).Message.ShouldContain("3 words");
        ulong[] beyond = new ulong[(Count + 63) / 64];
        beyond[^1] = 1UL << 63;
        Should.Throw<ArgumentException>(() => retriever.Find(new float[D], beyond, best, out _)).Message.ShouldContain("row 3007");
        Should.Throw<ArgumentException>(() => retriever.Find(new float[D - 1], [], best, out _)).Message.ShouldContain("32");
        var broken = new float[D];
        broken[7] = float.NaN;
        Should.Throw<ArgumentException>(() => retriever.Find(broken, [], best, out _)).Message.ShouldContain("place 7");
        Should.Throw<ArgumentException>(() => new VectorSet([1f, float.NaN], 2)).Message.ShouldContain("row 0");
        Should.Throw<ArgumentException>(() => new Retriever(new VectorSet(Rows, D), Hnsw.Build(Rows.AsSpan(0, 100 * D).ToArray(), D))).Message.ShouldContain("100");
        retriever.Find(new float[D], [], best, out _).ShouldBe(5); // a query of zeros likes all alike
    }

    [Fact]
    public void An_empty_set_answers_with_nothing()
    {
        new Retriever(new VectorSet([], D)).Find(new float[D], [], new int[3], out _).ShouldBe(0);
        Hnsw.Build([], D).Find(new float[D], 10, new int[3]).ShouldBe(0);
    }
}
