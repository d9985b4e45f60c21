using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Evaluate;

public sealed class SplitCheckTests
{
    private static Interactions Heard(ulong seed)
    {
        var rng = new Rng(seed);
        var pairs = Enumerable.Range(0, 900).SelectMany(u => Enumerable.Range(0, 10 + rng.NextInt(40)).Select(_ => (User: u, Item: (int)(300 * Math.Pow(rng.NextDouble(), 2))))).Distinct().ToArray();
        return Interactions.From(900, 300, [.. pairs.Select(p => p.User)], [.. pairs.Select(p => p.Item)]);
    }

    [Fact]
    public void A_test_drawn_at_random_looks_random_whatever_the_draw()
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            var (known, held) = Splits.Random(Heard(seed), 0.05 * seed, new Rng(seed));
            var check = SplitCheck.Of(known, held);
            check.LooksRandom.ShouldBeTrue(check.ToString());
            check.Head.ShouldBe(1, 0.15);
            check.Items.ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public void A_test_of_items_that_came_late_does_not()
    {
        var all = Heard(3);
        var rng = new Rng(9);
        double[] late = [.. Enumerable.Range(0, all.Items).Select(_ => rng.NextDouble() * 0.4)];
        var held = all.Where((_, i) => rng.NextDouble() < late[i]);
        var known = all.Where((u, i) => held.ItemsOf(u).BinarySearch(i) < 0);
        SplitCheck.Of(known, held).LooksRandom.ShouldBeFalse();
    }

    [Fact]
    public void The_figures_are_those_of_their_definition()
    {
        // Each of 40 listeners has heard both items; 30 have the first held out and 10 the second: 20 ± √(40·¼) is expected of each.
        var held = Interactions.From(40, 2, [.. Enumerable.Range(0, 40)], [.. Enumerable.Range(0, 40).Select(u => u < 30 ? 0 : 1)]);
        var known = Interactions.From(40, 2, [.. Enumerable.Range(0, 40)], [.. Enumerable.Range(0, 40).Select(u => u < 30 ? 1 : 0)]);
        var check = SplitCheck.Of(known, held);
        check.Dispersion.ShouldBe(10, 1e-9);
        check.Head.ShouldBe(1.5, 1e-9);
        check.Items.ShouldBe(2);
    }
}
