using Busker.Learning.Numbers;
using Busker.Learning.Rerank;

namespace Busker.Learning.Tests.Rerank;

/// <summary>Greedy lists against their objective computed from scratch at every place.</summary>
public sealed class GreedyTests
{
    [Fact]
    public void Every_place_of_a_marginal_relevance_list_is_the_best_by_its_definition()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var rng = new Rng(seed);
            var (n, d, lambda) = (3 + rng.NextInt(20), 4, (float)rng.NextDouble());
            float[] scores = [.. Enumerable.Range(0, n).Select(_ => (float)rng.NextDouble())];
            var vectors = Unit(rng, n, d);
            var list = Diversity.Mmr(scores, vectors, d, lambda, 10);
            list.Length.ShouldBe(Math.Min(10, n));
            double Cosine(int a, int b) => Enumerable.Range(0, d).Sum(i => (double)vectors[a * d + i] * vectors[b * d + i]);
            for (var place = 0; place < list.Length; place++)
            {
                var chosen = list[..place];
                double Value(int c) => lambda * scores[c] - (place == 0 ? 0 : (1 - lambda) * chosen.Max(x => Cosine(c, x)));
                Value(list[place]).ShouldBe(Enumerable.Range(0, n).Except(chosen).Max(Value), 1e-5, $"seed {seed}, place {place}");
            }
        }
    }

    [Fact]
    public void Every_place_of_a_calibrated_list_is_the_best_by_the_divergence_written_out()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var rng = new Rng(seed);
            var (n, groups, lambda) = (5 + rng.NextInt(20), 3, rng.NextDouble());
            float[] scores = [.. Enumerable.Range(0, n).Select(_ => (float)rng.NextDouble())];
            var (mix, target) = (Shares(rng, n, groups), Shares(rng, 1, groups));
            if (seed % 3 == 0) (target[0], target[1]) = (target[0] + target[1], 0); // a group the listener has none of
            var list = Calibration.Select(scores, mix, target, lambda, 8);
            for (var place = 0; place < list.Length; place++)
            {
                double Value(int c)
                {
                    int[] now = [.. list[..place], c];
                    var kl = 0.0;
                    for (var g = 0; g < groups; g++)
                    {
                        var q = now.Average(i => (double)mix[i * groups + g]);
                        if (target[g] > 0) kl += target[g] * Math.Log(target[g] / (0.99 * q + 0.01 * target[g]));
                    }

                    return (1 - lambda) * now.Sum(i => (double)scores[i]) - lambda * kl;
                }

                Value(list[place]).ShouldBe(Enumerable.Range(0, n).Except(list[..place]).Max(Value), 1e-6, $"seed {seed}, place {place}");
            }
        }
    }

    [Fact]
    public void A_determinantal_list_does_not_depend_on_the_unit_of_quality()
    {
        var rng = new Rng(2);
        float[] quality = [.. Enumerable.Range(0, 30).Select(_ => 0.5f + (float)rng.NextDouble())];
        var vectors = Unit(rng, 30, 8);
        var list = Diversity.Determinantal(quality, vectors, 8, 8);
        list.Length.ShouldBe(8);
        foreach (var unit in new[] { 1e-7f, 1e-3f, 1e5f })
            Diversity.Determinantal(Array.ConvertAll(quality, q => q * unit), vectors, 8, 8).ShouldBe(list, $"unit {unit}");
        Diversity.Determinantal(quality, vectors, 8, 20).Length.ShouldBe(8); // eight dimensions hold no ninth
    }

    [Fact]
    public void A_discount_of_popularity_is_its_formula()
    {
        float[] scores = [1, 1, 1];
        Diversity.DiscountPopularity(scores, [0, 9, 99], 0.2f);
        scores.ShouldBe([1f, 1f - 0.2f * MathF.Log(10) / MathF.Log(100), 0.8f], 1e-6f);
    }

    private static float[] Unit(Rng rng, int n, int d)
    {
        var rows = new float[n * d];
        for (var r = 0; r < n; r++)
        {
            double[] x = [.. Enumerable.Range(0, d).Select(_ => rng.NextGaussian())];
            var norm = Math.Sqrt(x.Sum(v => v * v));
            for (var i = 0; i < d; i++) rows[r * d + i] = (float)(x[i] / norm);
        }

        return rows;
    }

    private static float[] Shares(Rng rng, int n, int groups)
    {
        var rows = new float[n * groups];
        for (var r = 0; r < n; r++)
        {
            double[] x = [.. Enumerable.Range(0, groups).Select(_ => rng.NextDouble())];
            for (var g = 0; g < groups; g++) rows[r * groups + g] = (float)(x[g] / x.Sum());
        }

        return rows;
    }
}
