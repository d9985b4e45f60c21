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
