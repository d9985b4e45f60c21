using Busker.Learning.Algebra;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Recommend;

public sealed class ContentPriorTests
{
    [Fact]
    public void A_cold_item_starts_at_its_contents_and_ends_with_its_listeners()
    {
        var data = SmallTown.Listen().Binary();
        const int cold = 9; // genre 1
        var train = data.Where((_, i) => i != cold);
        var model = Ials.Train(train, new IalsSettings(16), 1);
        var tags = Interactions.From(80, 4, [.. Enumerable.Range(0, 80)], [.. Enumerable.Range(0, 80).Select(i => i % 4)]);
        var prior = ContentPrior.Train(tags, model.ItemFactors, 16, train.Popularity());
        var expected = new float[16];
        prior.Expect([cold % 4], [1f], expected);

        var listeners = Enumerable.Range(0, data.Users).Where(u => data.ItemsOf(u).BinarySearch(cold) >= 0).ToArray();
        double Mean(float[] v, IEnumerable<int> users) => users.Average(u => Vectors.Dot(v, model.UserFactors.AsSpan(u * 16, 16)));
        Mean(expected, listeners).ShouldBeGreaterThan(Mean(expected, Enumerable.Range(0, data.Users).Except(listeners)));

        var item = new ColdItem(model.ItemBase(), expected);
        var before = new float[16];
        item.Mean(before);
        for (var k = 0; k < 16; k++) before[k].ShouldBe(expected[k] * 5f / 6f, 1e-3f); // nobody came yet: drawn a little to zero
        foreach (var u in listeners) item.Add(model.UserFactors.AsSpan(u * 16, 16));
        var after = new float[16];
        item.Mean(after);
        Mean(after, listeners).ShouldBeGreaterThan(Mean(before, listeners));
        item.Listeners.ShouldBe(listeners.Length);
    }

    [Fact]
    public void The_prior_is_the_ridge_regression_solved_outright()
    {
        const int items = 30, tags = 6, d = 8;
        var rng = new Rng(4);
        var pairs = (from i in Enumerable.Range(0, items) from t in Enumerable.Range(0, tags) where rng.NextBool(0.4) || t == i % tags select (i, t)).ToArray();
        var contents = Interactions.From(items, tags, Array.ConvertAll(pairs, p => p.i), Array.ConvertAll(pairs, p => p.t), [.. pairs.Select(_ => 1f + rng.NextInt(5))]);
        int[] listeners = [.. Enumerable.Range(0, items).Select(i => i % 7 == 0 ? 0 : 1 + rng.NextInt(40))];
        float[] factors = [.. Enumerable.Range(0, items * d).Select(_ => (float)rng.NextGaussian())];
        var prior = ContentPrior.Train(contents, factors, d, listeners, ridge: 3);

        var known = Enumerable.Range(0, items).Where(i => listeners[i] > 0).ToArray();
        double[] idf = [.. Enumerable.Range(0, tags).Select(t => Math.Log(1 + known.Length / (double)known.Count(i => contents.ItemsOf(i).BinarySearch(t) >= 0)))];
        double[] Describe(int i)
        {
            var x = new double[tags];
            for (var k = 0; k < contents.Length(i); k++) x[contents.ItemsOf(i)[k]] = Math.Log(1 + contents.WeightsOf(i)[k]) * idf[contents.ItemsOf(i)[k]];
            var norm = Math.Sqrt(x.Sum(v => v * v));
            return [.. x.Select(v => v / norm)];
        }

        // The normal equations leave no slope: Σ D tᵢ(tᵢW − hᵢ) + λW = 0, with W read off from single tags.
        var w = new float[tags][];
        for (var t = 0; t < tags; t++) prior.Expect([t], [1f], w[t] = new float[d]);
        for (var t = 0; t < tags; t++)
        {
            for (var k = 0; k < d; k++)
            {
                var slope = 3 * (double)w[t][k];
                foreach (var i in known)
                {
                    var x = Describe(i);
                    slope += listeners[i] * x[t] * (Enumerable.Range(0, tags).Sum(s => x[s] * w[s][k]) - factors[i * d + k]);
                }

                slope.ShouldBe(0, 5e-3);
            }
        }
    }

    [Fact]
    public void Draws_scatter_around_the_mean_and_less_with_more_listeners()
    {
        var m = new float[64];
        for (var i = 0; i < 8; i++) m[i * 8 + i] = 1;
        var item = new ColdItem(m, new float[8], strength: 1);
        double Spread(int seed)
        {
            var (rng, draw, sum) = (new Rng((ulong)seed), new float[8], 0.0);
            for (var n = 0; n < 2000; n++)
            {
                item.Draw(rng, 1, draw);
                sum += draw[0] * draw[0] / 2000.0;
            }

            return sum;
        }

        Spread(1).ShouldBe(0.5, 0.06); // (1 + τ)M = 2
        for (var n = 0; n < 50; n++) item.Add([1, 0, 0, 0, 0, 0, 0, 0]);
        var mean = new float[8];
        item.Mean(mean);
        mean[0].ShouldBe(50f / 52f, 1e-4f);
    }
}
