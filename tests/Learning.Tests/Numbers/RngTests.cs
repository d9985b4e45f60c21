using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Numbers;

public sealed class RngTests
{
    [Fact]
    public void The_same_seed_gives_the_same_stream_and_a_fork_does_not_depend_on_what_was_drawn()
    {
        var (first, second) = (new Rng(7), new Rng(7));
        for (var i = 0; i < 100; i++) first.Next().ShouldBe(second.Next());
        first.Next();
        first.Fork(3).Next().ShouldBe(second.Fork(3).Next());
        first.Fork(3).Next().ShouldNotBe(first.Fork(4).Next());
    }

    [Fact]
    public void Integers_are_spread_evenly()
    {
        var rng = new Rng(1);
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++) counts[rng.NextInt(6)]++;
        counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000).ShouldBeLessThan(20.5); // chi-square, 5 degrees, 0.1 %
    }

    [Theory]
    [InlineData("gaussian", 0, 1)]
    [InlineData("gamma 2.5", 2.5, 2.5)]
    [InlineData("gamma 0.5", 0.5, 0.5)]
    [InlineData("poisson 3", 3, 3)]
    [InlineData("poisson 200", 200, 200)]
    [InlineData("exponential 2", 0.5, 0.25)]
    [InlineData("beta 2 6", 0.25, 0.0208333)]
    public void Draws_have_the_mean_and_variance_of_their_law(string law, double mean, double variance)
    {
        var rng = new Rng(11);
        var draws = new double[40_000];
        for (var i = 0; i < draws.Length; i++)
        {
            draws[i] = law.Split(' ') switch
            {
                ["gaussian"] => rng.NextGaussian(),
                ["gamma", var shape] => rng.NextGamma(double.Parse(shape)),
                ["poisson", var rate] => rng.NextPoisson(double.Parse(rate)),
                ["exponential", var rate] => rng.NextExponential(double.Parse(rate)),
                _ => rng.NextBeta(2, 6),
            };
        }

        var average = draws.Average();
        average.ShouldBe(mean, 4 * Math.Sqrt(variance / draws.Length));
        draws.Average(d => (d - average) * (d - average)).ShouldBe(variance, 0.05 * variance);
    }

    [Fact]
    public void A_sample_is_ascending_distinct_and_of_the_size_asked()
    {
        var sample = new Rng(5).Sample(1000, 100);
        sample.Length.ShouldBe(100);
        sample.ShouldBeInOrder(SortDirection.Ascending);
        sample.Distinct().Count().ShouldBe(100);
        new Rng(5).Sample(10, 50).ShouldBe(Enumerable.Range(0, 10));
    }

    [Fact]
    public void Lanes_cover_every_index_once_whatever_the_number_of_threads()
    {
        foreach (var threads in new[] { 1, 2, 5 })
        {
            var hits = new int[1003];
            new Lanes(threads).Ranges(hits.Length, 100, (from, to) =>
            {
                for (var i = from; i < to; i++) Interlocked.Increment(ref hits[i]);
            });
            hits.ShouldAllBe(h => h == 1);
        }
    }
}
