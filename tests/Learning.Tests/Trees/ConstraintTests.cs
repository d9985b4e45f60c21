using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class ConstraintTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_monotone_column_never_moves_the_score_the_other_way(int sign)
    {
        var examples = Given.Binary(20, 3000);
        var model = new Booster(new BoostOptions { Trees = 40, Monotone = new Dictionary<string, int> { ["x1"] = sign } }, new Lanes(2)).Fit(examples).Value;
        foreach (var row in Given.Rows(examples.Table).Take(200))
        {
            var last = double.NegativeInfinity;
            for (var x = -4.0; x <= 4; x += 0.05)
            {
                row[1] = sign * x;
                var margin = model.Margin(row);
                margin.ShouldBeGreaterThanOrEqualTo(last - 1e-12);
                last = margin;
            }
        }
    }

    [Fact]
    public void Only_columns_of_one_set_meet_on_a_path()
    {
        var examples = Given.Binary(21, 4000, 6);
        var model = new Booster(new BoostOptions { Trees = 30, Interactions = [["x0", "x1"], ["x2", "x3"]] }, Lanes.One).Fit(examples).Value;
        var sets = new[] { new[] { 0, 1 }, [2, 3], [4], [5] };
        foreach (var tree in model.Trees)
        {
            foreach (var path in Paths(tree, 0, [])) sets.ShouldContain(set => path.All(f => set.Contains(f)));
        }
    }

    [Fact]
    public void A_category_is_told_from_the_others_whatever_its_number()
    {
        var rng = new Rng(22);
        double[] codes = [.. Enumerable.Range(0, 8000).Select(_ => (double)rng.NextInt(40) * 7)];
        double[] labels = [.. codes.Select(c => c % 3 == 0 ? 1.0 : 0)];
        labels[0] = 1 - labels[0];
        var examples = Examples.Of(Table.Of(["code"], [codes]).Value, labels).Value;
        var options = new BoostOptions { Trees = 20, MaxLeaves = 3, Categorical = ["code"], LearningRate = 0.5 };
        var model = new Booster(options, Lanes.One).Fit(examples).Value;
        var predicted = model.Predict(examples.Table, Lanes.One).Value;
        predicted.Zip(labels).Skip(1).Count(p => p.First > 0.5 != p.Second > 0.5).ShouldBe(0);
        model.Predictor.Predict([999_999]).ShouldBe(model.Predictor.Predict([double.NaN]));
    }

    [Fact]
    public void Strong_penalties_shrink_leaves_and_a_bound_holds_their_step()
    {
        var examples = Given.Binary(23, 2000);
        double Largest(BoostOptions o) => new Booster(o with { Trees = 1, LearningRate = 1 }, Lanes.One).Fit(examples).Value.Trees[0].Value.Max(Math.Abs);
        var plain = Largest(new BoostOptions());
        Largest(new BoostOptions { L2 = 1000 }).ShouldBeLessThan(plain / 3);
        Largest(new BoostOptions { L1 = 5 }).ShouldBeLessThan(plain);
        Largest(new BoostOptions { MaxStep = 0.25 }).ShouldBeLessThanOrEqualTo(0.25);
        new Booster(new BoostOptions { L1 = 1e6 }, Lanes.One).Fit(examples).Value.Trees.Count.ShouldBe(0);
    }

    private static IEnumerable<int[]> Paths(Tree tree, int node, int[] path) =>
        tree.IsLeaf(node) ? [path] : Paths(tree, tree.Left[node], [.. path, tree.Feature[node]]).Concat(Paths(tree, tree.Right[node], [.. path, tree.Feature[node]]));
}
