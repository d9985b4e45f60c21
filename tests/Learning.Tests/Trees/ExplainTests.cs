using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class ExplainTests
{
    [Theory]
    [InlineData(3, false)]
    [InlineData(0, true)]
    public void Contributions_are_the_Shapley_values_that_brute_force_finds(int depth, bool categorical)
    {
        var examples = Given.Binary(40, 1500);
        if (categorical)
        {
            for (var r = 0; r < examples.Rows; r++) examples.Table.Columns[4][r] = Math.Floor(Math.Abs(examples.Table.Columns[2][r]) * 6);
        }

        var model = new Booster(new BoostOptions { Trees = 5, MaxDepth = depth, MaxLeaves = 24, Categorical = categorical ? ["x4"] : [] }, Lanes.One).Fit(examples).Value;
        var explainer = new TreeExplainer(model);
        var phi = new double[5];
        foreach (var row in Given.Rows(examples.Table).Take(20))
        {
            var margin = explainer.Explain(row, phi);
            margin.ShouldBe(model.Margin(row));
            (explainer.Expected + phi.Sum()).ShouldBe(margin, 1e-9);
            for (var f = 0; f < 5; f++) phi[f].ShouldBe(Shapley(model, row, f), 1e-9);
        }
    }

    [Fact]
    public void Deep_paths_beyond_the_tables_add_up_too()
    {
        var examples = Given.Binary(41, 8000, 14);
        var model = new Booster(new BoostOptions { Trees = 20, MaxLeaves = 60, MinRows = 2 }, Lanes.One).Fit(examples).Value;
        model.Trees.Max(t => t.Depth()).ShouldBeGreaterThan(8);
        var explainer = new TreeExplainer(model);
        var phi = new double[14];
        foreach (var row in Given.Rows(examples.Table).Take(300)) (explainer.Explain(row, phi) - explainer.Expected).ShouldBe(phi.Sum(), 1e-8);
    }

    [Fact]
    public void Partial_dependence_follows_the_column_that_raises_the_chance()
    {
        var examples = Given.Binary(42, 3000);
        var model = new Booster(new BoostOptions { Trees = 60, MaxLeaves = 8 }, Lanes.One).Fit(examples).Value;
        var (grid, mean) = PartialDependence.Of(model, examples.Table.Take([.. Enumerable.Range(0, 300)]), 0, 9, new Lanes(2));
        grid.ShouldBeInOrder(SortDirection.Ascending);
        mean[^1].ShouldBeGreaterThan(mean[0] + 0.3);
    }

    private static double Shapley(TreeModel model, double[] row, int feature)
    {
        double sum = 0;
        for (var set = 0; set < 32; set++)
        {
            if ((set >> feature & 1) != 0) continue;
            var size = System.Numerics.BitOperations.PopCount((uint)set);
            var weight = new[] { 24.0, 6, 4, 6, 24 }[size] / 120;
            sum += weight * (Known(model, row, set | (1 << feature)) - Known(model, row, set));
        }

        return sum;
    }

    /// <summary>Expected margin when only the columns of the set are known: unknown ones follow the cover.</summary>
    private static double Known(TreeModel model, double[] row, int set) => model.Trees.Sum(tree => Known(tree, row, set, 0));

    private static double Known(Tree tree, double[] row, int set, int node)
    {
        if (tree.IsLeaf(node)) return tree.Value[node];
        var (left, right) = (tree.Left[node], tree.Right[node]);
        if ((set >> tree.Feature[node] & 1) != 0) return Known(tree, row, set, tree.GoesLeft(node, row[tree.Feature[node]]) ? left : right);
        return (tree.Cover[left] * Known(tree, row, set, left) + tree.Cover[right] * Known(tree, row, set, right)) / tree.Cover[node];
    }
}
