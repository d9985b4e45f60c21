using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class BoosterTests
{
    private static TreeModel Fit(Examples examples, BoostOptions options, int threads = 1) =>
        new Booster(options, new Lanes(threads)).Fit(examples).Value;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void The_first_split_is_the_one_that_trying_every_split_finds(ulong seed, bool missing)
    {
        var examples = Given.Binary(seed, 300, 4, missing ? 0.1 : 0);
        var options = new BoostOptions { Trees = 1, MaxLeaves = 2, MinRows = 5, L2 = 1, LearningRate = 1 };
        var tree = Fit(examples, options).Trees[0];
        var (gain, left, right) = BruteForce.BestSplit(examples, options);
        tree.Gain[0].ShouldBe(gain, 1e-4 * gain);
        tree.Value.Where((_, n) => tree.IsLeaf(n)).ShouldBe([left, right], 1e-4);
    }

    [Theory]
    [InlineData(Growth.LeafWise)]
    [InlineData(Growth.DepthWise)]
    public void Sibling_by_subtraction_gives_each_leaf_the_step_of_its_own_rows(Growth growth)
    {
        var examples = Given.Regression(4, 2000);
        var model = Fit(examples, new BoostOptions { Loss = Loss.Squared, Trees = 1, MaxLeaves = 12, LearningRate = 1, L2 = 0.5, Growth = growth });
        var tree = model.Trees[0];
        tree.Leaves.ShouldBe(12);
        foreach (var leaf in Given.Rows(examples.Table).Select((row, r) => (Leaf: tree.LeafOf(row), Y: examples.Labels[r])).GroupBy(p => p.Leaf))
        {
            tree.Cover[leaf.Key].ShouldBe(leaf.Count());
            tree.Value[leaf.Key].ShouldBe(leaf.Sum(p => p.Y - model.BaseScore) / (leaf.Count() + 0.5), 1e-5);
        }
    }

    [Fact]
    public void Depth_wise_growth_keeps_to_its_depth_and_fills_shallow_leaves_first()
    {
        var examples = Given.Binary(5, 3000);
        Fit(examples, new BoostOptions { Trees = 5, MaxDepth = 3, MaxLeaves = 64 }).Trees.ShouldAllBe(t => t.Depth() <= 3);
        var depth = Fit(examples, new BoostOptions { Trees = 1, MaxLeaves = 8, Growth = Growth.DepthWise, MinRows = 1 }).Trees[0];
        depth.Depth().ShouldBe(3);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("rows and columns")]
    [InlineData("goss")]
    [InlineData("categorical")]
    public void The_number_of_threads_does_not_change_a_bit(string kind)
    {
        var examples = Given.Binary(6, 30_000, 17);
        var options = new BoostOptions { Trees = 8 };
        if (kind == "categorical")
        {
            foreach (var column in examples.Table.Columns.Take(2))
            {
                for (var r = 0; r < column.Length; r++) column[r] = double.IsNaN(column[r]) ? column[r] : Math.Floor(Math.Abs(column[r]) * 9);
            }
        }

        options = kind switch
        {
            "rows and columns" => options with { RowFraction = 0.7, ColumnFraction = 0.8, ColumnFractionPerNode = 0.8 },
            "goss" => options with { TopFraction = 0.2 },
            "categorical" => options with { Categorical = ["x0", "x1"] },
            _ => options,
        };
        var one = Fit(examples, options);
        foreach (var threads in new[] { 2, 3, 8 }) Given.SameBits(one, Fit(examples, options, threads), examples.Table).ShouldBeTrue();
    }

    [Fact]
    public void Large_nodes_divided_in_pieces_give_the_same_model()
    {
        var examples = Given.Binary(7, 210_000, 4);
        var options = new BoostOptions { Trees = 3, MaxLeaves = 6 };
        Given.SameBits(Fit(examples, options), Fit(examples, options, 3), examples.Table).ShouldBeTrue();
    }

    [Fact]
    public void Weights_count_like_repeated_rows()
    {
        var examples = Given.Binary(8, 400);
        var rng = new Rng(1);
        double[] weights = [.. Enumerable.Range(0, 400).Select(_ => (double)rng.NextInt(3))];
        weights[0] = 1;
        int[] repeated = [.. Enumerable.Range(0, 400).SelectMany(r => Enumerable.Repeat(r, (int)weights[r]))];
        var options = new BoostOptions { Trees = 10, MaxLeaves = 6, MinRows = 1, MinHessian = 1 };
        var weighted = Fit(Examples.Of(examples.Table, examples.Labels, weights).Value, options).Margins(examples.Table, Lanes.One).Value;
        var copied = Fit(examples.Take(repeated), options).Margins(examples.Table, Lanes.One).Value;
        // Cuts are made on distinct values, of which the weighted table may have more: compare where it matters.
        weighted.Zip(copied).Average(p => Math.Abs(p.First - p.Second)).ShouldBeLessThan(0.02);
    }

    [Theory]
    [InlineData(Loss.Logistic)]
    [InlineData(Loss.Squared)]
    [InlineData(Loss.Poisson)]
    public void Every_tree_lowers_the_training_loss(Loss loss)
    {
        var examples = loss == Loss.Squared ? Given.Regression(9, 2000) : Given.Binary(9, 2000);
        var last = double.PositiveInfinity;
        new Booster(new BoostOptions { Loss = loss, Trees = 30 }, Lanes.One).Fit(examples, examples, step =>
        {
            step.Score.ShouldBeLessThanOrEqualTo(last + 1e-12);
            last = step.Score;
        }).Fault.ShouldBeNull();
    }

    [Fact]
    public void Poisson_means_add_up_to_the_counts()
    {
        var rng = new Rng(10);
        var table = Given.Columns(rng, 5000, 2);
        double[] counts = [.. table.Columns[0].Select(x => (double)rng.NextPoisson(Math.Exp(0.5 * x)))];
        var model = Fit(Examples.Of(table, counts).Value, new BoostOptions { Loss = Loss.Poisson, Trees = 60, MaxLeaves = 8 });
        var means = model.Predict(table, Lanes.One).Value;
        (means.Sum() / counts.Sum()).ShouldBe(1, 0.02);
        means.Zip(table.Columns[0]).Average(p => Math.Abs(p.First - Math.Exp(0.5 * p.Second))).ShouldBeLessThan(0.15);
    }

    [Fact]
    public void Ranking_learns_the_order_within_queries()
    {
        var rng = new Rng(12);
        var table = Given.Columns(rng, 6000, 4);
        double[] grades = [.. Enumerable.Range(0, 6000).Select(r => Math.Clamp(Math.Round(1 + table.Columns[0][r] + 0.5 * rng.NextGaussian()), 0, 4))];
        long[] queries = [.. Enumerable.Range(0, 6000).Select(r => (long)(r / 12))];
        var examples = Examples.Of(table, grades, null, queries).Value;
        var scores = new List<double>();
        new Booster(new BoostOptions { Loss = Loss.LambdaMart, Trees = 20, MaxLeaves = 8, MinHessian = 1e-6 }, new Lanes(2))
            .Fit(examples, examples, step => scores.Add(1 - step.Score)).Fault.ShouldBeNull();
        scores[^1].ShouldBeGreaterThan(0.9);
        scores[^1].ShouldBeGreaterThan(scores[0]);
    }

    [Theory]
    [InlineData(StopOn.Loss)]
    [InlineData(StopOn.Auc)]
    [InlineData(StopOn.AveragePrecision)]
    public void Early_stopping_keeps_the_best_number_of_trees(StopOn on)
    {
        var (train, validation) = (Given.Binary(13, 600), Given.Binary(14, 2000));
        var steps = new List<double>();
        var model = new Booster(new BoostOptions { Trees = 400, Patience = 15, StopOn = on, MinRows = 2, LearningRate = 0.3 }, Lanes.One)
            .Fit(train, validation, s => steps.Add(on == StopOn.Loss ? -s.Score : s.Score)).Value;
        steps.Count.ShouldBeLessThan(400);
        model.Trees.Count.ShouldBe(steps.IndexOf(steps.Max()) + 1);
        var margins = model.Margins(validation.Table, Lanes.One).Value;
        if (on == StopOn.Auc) RankMetrics.Auc(margins, validation.Labels).ShouldBe(steps.Max(), 1e-12);
    }
}
