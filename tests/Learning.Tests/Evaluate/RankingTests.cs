using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Evaluate;

public sealed class RankingTests
{
    [Fact]
    public void Metrics_by_hand()
    {
        int[] list = [5, 1, 9, 2];
        int[] held = [1, 2, 7];
        RankingMetrics.Recall(list, held, 2).ShouldBe(1.0 / 3, 1e-12);
        RankingMetrics.TruncatedRecall(list, held, 2).ShouldBe(0.5, 1e-12);
        var gain = 1 / Math.Log2(3) + 1 / Math.Log2(5);
        var ideal = 1 + 1 / Math.Log2(3) + 1 / Math.Log2(4);
        RankingMetrics.Ndcg(list, held, 4).ShouldBe(gain / ideal, 1e-12);
        RankingMetrics.Gini([1, 1, 1, 1]).ShouldBe(0, 1e-12);
        RankingMetrics.Gini([0, 0, 0, 4]).ShouldBe(0.75, 1e-12);
    }

    [Fact]
    public void The_best_k_are_what_sorting_gives_with_ties_by_number()
    {
        var rng = new Rng(1);
        for (var round = 0; round < 300; round++)
        {
            var n = 1 + rng.NextInt(60);
            float[] scores = [.. Enumerable.Range(0, n).Select(_ => rng.NextBool(0.1) ? float.NegativeInfinity : rng.NextInt(8))];
            var best = new int[1 + rng.NextInt(70)];
            var found = TopK.Select(scores, best);
            var expected = Enumerable.Range(0, n).Where(i => scores[i] > float.NegativeInfinity).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(best.Length).ToArray();
            best.Take(found).ShouldBe(expected);
        }
    }
}
