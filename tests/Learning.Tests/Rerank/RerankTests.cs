using Busker.Learning.Numbers;
using Busker.Learning.Rerank;

namespace Busker.Learning.Tests.Rerank;

public sealed class RerankTests
{
    [Fact]
    public void Marginal_relevance_without_variety_is_the_ranking_and_with_it_avoids_twins()
    {
        float[] scores = [1f, 0.99f, 0.5f];
        float[] vectors = [1, 0, 1, 0, 0, 1];
        Diversity.Mmr(scores, vectors, 2, 1f, 3).ShouldBe([0, 1, 2]);
        Diversity.Mmr(scores, vectors, 2, 0.5f, 3).ShouldBe([0, 2, 1]);
    }

    [Fact]
    public void A_determinantal_list_takes_the_largest_added_volume_each_time()
    {
        var rng = new Rng(1);
        const int n = 12, d = 6;
        float[] quality = [.. Enumerable.Range(0, n).Select(_ => 0.5f + (float)rng.NextDouble())];
        float[] vectors = [.. Enumerable.Range(0, n * d).Select(_ => (float)rng.NextGaussian())];
        double L(int i, int j) => quality[i] * quality[j] * Enumerable.Range(0, d).Sum(k => (double)vectors[i * d + k] * vectors[j * d + k]);
        var list = Diversity.Determinantal(quality, vectors, d, 5);
        for (var size = 1; size <= list.Length; size++)
        {
            var chosen = list[..(size - 1)];
            var best = Enumerable.Range(0, n).Except(chosen).MaxBy(c => Determinant([.. chosen, c], L));
            list[size - 1].ShouldBe(best);
        }
    }

    private static double Determinant(int[] set, Func<int, int, double> l)
    {
        var a = set.Select(i => set.Select(j => l(i, j)).ToArray()).ToArray();
        var det = 1.0;
        for (var c = 0; c < set.Length; c++)
        {
            det *= a[c][c];
            for (var r = c + 1; r < set.Length; r++)
                for (var j = set.Length - 1; j >= c; j--) a[r][j] -= a[r][c] / a[c][c] * a[c][j];
        }

        return det;
    }

    [Fact]
    public void A_calibrated_list_follows_the_listeners_mix()
    {
        const int n = 40;
        float[] scores = [.. Enumerable.Range(0, n).Select(i => 1f - i * 0.001f)];
        var mix = new float[n * 2];
        for (var i = 0; i < n; i++) mix[i * 2 + (i < 20 ? 0 : 1)] = 1;
        var list = Calibration.Select(scores, mix, [0.7f, 0.3f], 0.9, 10);
        list.Count(i => i >= 20).ShouldBe(3);
        Calibration.Select(scores, mix, [0.7f, 0.3f], 0, 10).ShouldBe(Enumerable.Range(0, 10));
    }

    [Fact]
    public void A_creator_gets_no_more_than_the_cap() =>
        Diversity.CreatorCap([0, 1, 2, 3, 4, 5], i => i / 3, 2, 4).ShouldBe([0, 1, 3, 4]);

    [Fact]
    public void Every_floor_is_met_when_there_is_room_and_the_lists_stay_full()
    {
        const int listeners = 200, items = 100, k = 10;
        var floors = new int[items];
        for (var i = 50; i < items; i++) floors[i] = 8;
        void Scores(int u, float[] s)
        {
            var rng = new Rng((ulong)u + 17);
            for (var i = 0; i < items; i++) s[i] = (float)rng.NextGaussian() + (i < 50 ? 2 : 0);
        }

        var result = new ExposureFloors(Scores, listeners, floors, k, new Lanes(2)).Solve();
        result.Unmet.ShouldBeEmpty();
        result.Lists.ShouldAllBe(l => l.Length == k && l.Distinct().Count() == k);
        result.Exposure.Sum().ShouldBe(listeners * k);
        for (var i = 0; i < items; i++) result.Exposure[i].ShouldBe(result.Lists.Sum(l => l.Count(x => x == i)));
    }

    [Fact]
    public void A_floor_that_cannot_be_met_is_told_not_hidden()
    {
        var result = new ExposureFloors((_, s) => Array.Fill(s, 0f), 2, [5, 0, 0], 1).Solve(passes: 5);
        result.Unmet.ShouldBe([0]);
    }

    [Fact]
    public void Pacing_raises_the_price_of_who_is_behind_and_lowers_it_after()
    {
        var pacing = new ExposurePacing([10, 0], 1f);
        pacing.Adjust(0.5);
        pacing.Prices[0].ShouldBeGreaterThan(0.5f);
        pacing.Prices[1].ShouldBe(0f);
        for (var n = 0; n < 10; n++) pacing.Show(0);
        pacing.Adjust(0.5);
        pacing.Prices[0].ShouldBe(0f);
        pacing.Ledger().ShouldBe([(0, 10, 10)]);
    }
}
