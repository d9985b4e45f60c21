using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

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

    [Fact]
    public void Gain_by_part_counts_only_that_part_and_is_the_whole_gain_when_there_is_one_part()
    {
        int[] list = [5, 1, 9, 2];
        int[] held = [1, 2, 7];
        Span<double> one = stackalloc double[1], three = stackalloc double[3];
        RankingMetrics.NdcgByPart(list, held, new byte[10], 4, one);
        one[0].ShouldBe(RankingMetrics.Ndcg(list, held, 4), 1e-12);
        byte[] part = [0, 0, 1, 0, 0, 2, 2, 1, 2, 2];
        RankingMetrics.NdcgByPart(list, held, part, 4, three);
        three[0].ShouldBe(1 / Math.Log2(3), 1e-12); // item 1 in second place, where first would have been ideal
        three[1].ShouldBe(1 / Math.Log2(5) / (1 + 1 / Math.Log2(3)), 1e-12); // item 2 in fourth place, item 7 not found
        three[2].ShouldBe(double.NaN);
    }

    [Fact]
    public void Gain_by_popularity_is_the_mean_over_those_who_hold_an_item_of_the_tenth()
    {
        const int Users = 40, Items = 57;
        var rng = new Rng(7);
        Interactions Draw(double share, Func<int, int, bool> free)
        {
            var pairs = Enumerable.Range(0, Users * Items).Select(n => (User: n / Items, Item: n % Items)).Where(p => rng.NextBool(share) && free(p.User, p.Item)).ToArray();
            return Interactions.From(Users, Items, Array.ConvertAll(pairs, p => p.User), Array.ConvertAll(pairs, p => p.Item));
        }

        var history = Draw(0.15, (_, _) => true);
        var held = Draw(0.05, (u, i) => history.ItemsOf(u).BinarySearch(i) < 0);
        var popularity = history.Popularity();
        int[] order = [.. Enumerable.Range(0, Items).OrderByDescending(i => popularity[i]).ThenBy(i => i)];
        var report = Ranking.Evaluate(Trending.Popularity(history), history, held, popularity, Lanes.All);
        for (var t = 0; t < 10; t++)
        {
            var own = order[(t * Items / 10)..((t + 1) * Items / 10)];
            double[] gains = [.. Enumerable.Range(0, Users).Where(u => own.Any(i => held.ItemsOf(u).BinarySearch(i) >= 0)).Select(u =>
            {
                int[] list = [.. order.Where(i => history.ItemsOf(u).BinarySearch(i) < 0)];
                int[] wanted = [.. own.Where(i => held.ItemsOf(u).BinarySearch(i) >= 0)];
                return wanted.Sum(i => 1 / Math.Log2(Array.IndexOf(list, i) + 2)) / Enumerable.Range(0, wanted.Length).Sum(r => 1 / Math.Log2(r + 2));
            })];
            report.NdcgByPopularity[t].ShouldBe(gains.Length > 0 ? gains.Average() : double.NaN, 1e-12);
        }
    }
}
