using Busker.Learning.Numbers;
using Busker.Learning.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Learning.Tests.Trees;

/// <summary>What each setting means, against a closed form or the definition.</summary>
public sealed class OptionTests
{
    private static TreeModel Fit(Examples examples, BoostOptions options) => new Booster(options, Lanes.One).Fit(examples).Value;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(40, 0)]
    [InlineData(40, 3)]
    public void A_leaf_is_the_closed_form_under_L1_and_L2(double l1, double l2)
    {
        // One column of two values: the only tree is a stump whose leaves are ±max(0, |Σ residual| − L1) / (n + L2).
        double[] x = [.. Enumerable.Range(0, 200).Select(r => r < 80 ? 0.0 : 1)], y = [.. x.Select((v, r) => v * 3 + r % 5)];
        var model = Fit(Examples.Of(Table.Of(["x"], [x]).Value, y).Value, new BoostOptions { Loss = Loss.Squared, Trees = 1, LearningRate = 1, L1 = l1, L2 = l2 });
        foreach (var value in new[] { 0.0, 1 })
        {
            double[] residuals = [.. y.Where((_, r) => x[r] == value).Select(l => l - y.Average())];
            var step = Math.Sign(residuals.Sum()) * Math.Max(0, Math.Abs(residuals.Sum()) - l1) / (residuals.Length + l2);
            model.Margin([value]).ShouldBe(y.Average() + step, 1e-5);
        }
    }

    [Fact]
    public void Whole_weights_give_the_trees_of_repeated_rows()
    {
        var rng = new Rng(1);
        double[] x = [.. Enumerable.Range(0, 300).Select(r => (double)(r % 30))], weights = [.. x.Select(_ => 1.0 + rng.NextInt(3))];
        double[] y = [.. x.Select(v => rng.NextBool(v / 40) ? 1.0 : 0)];
        var once = Examples.Of(Table.Of(["x"], [x]).Value, y, weights).Value;
        var repeated = Examples.Of(once.Table, y).Value.Take([.. Enumerable.Range(0, 300).SelectMany(r => Enumerable.Repeat(r, (int)weights[r]))]);
        var options = new BoostOptions { Trees = 10, MaxLeaves = 6, MinRows = 1, MinHessian = 1 };
        var (a, b) = (Fit(once, options), Fit(repeated, options));
        a.Trees.Select(t => string.Join(' ', t.Threshold)).ShouldBe(b.Trees.Select(t => string.Join(' ', t.Threshold)));
        for (var v = 0; v < 30; v++) a.Margin([v]).ShouldBe(b.Margin([v]), 1e-5);
    }

    [Fact]
    public void The_weight_of_positives_is_the_weight_of_their_rows()
    {
        var examples = Given.Binary(70, 1000);
        var weighted = Examples.Of(examples.Table, examples.Labels, [.. examples.Labels.Select(l => l > 0.5 ? 7.0 : 1)]).Value;
        Given.SameBits(Fit(examples, new BoostOptions { Trees = 8, PositiveWeight = 7 }), Fit(weighted, new BoostOptions { Trees = 8 }), examples.Table).ShouldBeTrue();
    }

    [Fact]
    public void Quantile_cuts_lie_between_the_neighbours_of_their_rank_and_mixed_ones_spend_the_rest_on_equal_widths()
    {
        double[] x = [.. Enumerable.Range(0, 1000).Select(r => Math.Pow(r, 3))];
        double[] Cut(BoostOptions options)
        {
            using var crew = new Crew(1);
            return BinMap.Of(Table.Of(["x"], [x]).Value, options, crew).Columns[0].Cuts;
        }

        Cut(new BoostOptions { Cuts = Cuts.Quantile, MaxBins = 11 }).ShouldBe([.. Enumerable.Range(1, 10).Select(q => q * 999 / 11).Select(at => (x[at] + x[at + 1]) / 2)]);
        var mixed = Cut(new BoostOptions { MaxBins = 101, QuantileShare = 0.25 });
        mixed.Length.ShouldBe(100);
        mixed.Count(c => Enumerable.Range(1, 75).Any(w => Math.Abs(c - x[^1] * w / 76) < 1e-3)).ShouldBe(75);
    }

    [Fact]
    public void The_best_set_of_categories_is_the_one_that_trying_every_set_finds() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            const int Kinds = 7, Each = 40;
            var rng = new Rng((ulong)seed);
            double[] means = [.. Enumerable.Range(0, Kinds).Select(_ => rng.NextGaussian())];
            double[] codes = [.. Enumerable.Range(0, Kinds * Each).Select(r => (double)(r % Kinds))], y = [.. codes.Select(c => means[(int)c] + rng.NextGaussian())];
            var model = Fit(Examples.Of(Table.Of(["k"], [codes]).Value, y).Value, new BoostOptions { Loss = Loss.Squared, Trees = 1, MaxLeaves = 2, L2 = 0, Categorical = ["k"] });
            double[] sums = [.. Enumerable.Range(0, Kinds).Select(k => codes.Zip(y).Where(p => p.First == k).Sum(p => p.Second - y.Average()))];
            double Saved(int set) => Enumerable.Range(0, Kinds).Where(k => (set >> k & 1) != 0).Sum(k => sums[k]) is var sum ? 0.5 * sum * sum / (Each * int.PopCount(set) + 10) : 0;
            var best = Enumerable.Range(1, (1 << Kinds) - 2).Max(set => Saved(set) + Saved((1 << Kinds) - 1 - set));
            model.Trees[0].Gain[0].ShouldBe(best, 1e-4 * best);
        }));

    [Fact]
    public void A_tree_sees_the_share_of_rows_and_columns_it_was_given()
    {
        var examples = Given.Binary(72, 4000, 10, 0);
        var model = Fit(examples, new BoostOptions { Trees = 30, RowFraction = 0.25, ColumnFraction = 0.3 });
        foreach (var tree in model.Trees)
        {
            tree.Cover[0].ShouldBe(1000);
            Enumerable.Range(0, tree.Nodes).Where(n => !tree.IsLeaf(n)).Select(n => tree.Feature[n]).Distinct().Count().ShouldBeLessThanOrEqualTo(3);
        }

        model.Trees.Select(t => t.Feature[0]).Distinct().Count().ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Constraints_hold_for_any_data_and_any_pair_of_rows()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var examples = Given.Binary((ulong)seed, 500, 6, 0.1);
            var options = new BoostOptions
            {
                Trees = 12, MinRows = 3, L2 = 0.1, LearningRate = 0.5, ColumnFractionPerNode = 0.7, Monotone = new Dictionary<string, int> { ["x1"] = 1, ["x2"] = -1 },
                Interactions = [["x0", "x1"], ["x1", "x2", "x3"]],
            };
            var model = Fit(examples, options);
            var rng = new Rng((ulong)seed).Fork(1);
            for (var trial = 0; trial < 100; trial++)
            {
                double[] low = [.. Enumerable.Range(0, 6).Select(_ => rng.NextGaussian())], high = [.. low];
                var column = 1 + trial % 2;
                high[column] += Math.Abs(rng.NextGaussian());
                var rise = model.Margin(high) - model.Margin(low);
                (column == 1 ? rise : -rise).ShouldBeGreaterThanOrEqualTo(-1e-12);
                // Without interaction of x0 and x2 the effect of one does not depend on the other.
                double At(double first, double third) => model.Margin([first, low[1], third, low[3], low[4], low[5]]);
                (At(1, 1) - At(-1, 1)).ShouldBe(At(1, -1) - At(-1, -1), 1e-9);
            }
        }));
    }

    [Fact]
    public void Partial_dependence_is_the_mean_over_rows_with_the_column_replaced_and_importance_sums_the_gains()
    {
        var examples = Given.Binary(73, 400);
        var model = Fit(examples, new BoostOptions { Trees = 15 });
        var (grid, mean) = PartialDependence.Of(model, examples.Table, 2, 7, new Lanes(2));
        for (var g = 0; g < grid.Length; g++)
        {
            mean[g].ShouldBe(Given.Rows(examples.Table).Average(row =>
            {
                row[2] = grid[g];
                return 1 / (1 + Math.Exp(-model.Margin(row)));
            }), 1e-12);
        }

        var (gain, splits, _) = model.Importance();
        gain.Sum().ShouldBe(model.Trees.Sum(t => t.Gain.Sum()), 1e-9);
        splits.Sum().ShouldBe(model.Trees.Sum(t => t.Leaves - 1));
    }
}
