using Busker.Learning.Linear;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Linear;

public sealed class LogisticRegressionTests
{
    private static Examples Data()
    {
        var rng = new Rng(1);
        double[] a = [.. Enumerable.Range(0, 20_000).Select(_ => 3 + 2 * rng.NextGaussian())];
        double[] b = [.. a.Select(_ => rng.NextGaussian())];
        double[] y = [.. a.Zip(b, (x, z) => rng.NextBool(1 / (1 + Math.Exp(-(0.5 * (x - 3) - 1)))) ? 1.0 : 0)];
        b[5] = double.NaN;
        return Examples.Of(Table.Of(["a", "b"], [a, b]).Value, y).Value;
    }

    [Fact]
    public void It_finds_the_weights_that_made_the_labels()
    {
        var fit = LogisticRegression.Fit(Data(), l2: 0).Value;
        fit.Weights.ShouldBe([1, 0], 0.07);
        fit.Intercept.ShouldBe(-1, 0.06);
        fit.Predict([3, double.NaN]).ShouldBe(0.27, 0.02);
    }

    [Fact]
    public void At_the_optimum_the_penalised_gradient_is_zero_and_l1_drops_what_does_not_matter()
    {
        var data = Data();
        var fit = LogisticRegression.Fit(data, l2: 0.1).Value;
        var margins = fit.Margins(data.Table).Value;
        var (mean, scale) = (data.Table.Columns[0].Average(), 0.0);
        scale = Math.Sqrt(data.Table.Columns[0].Average(x => (x - mean) * (x - mean)));
        var gradient = Enumerable.Range(0, data.Rows).Average(r => (1 / (1 + Math.Exp(-margins[r])) - data.Labels[r]) * (data.Table.Columns[0][r] - mean) / scale);
        (gradient + 0.1 * fit.Weights[0]).ShouldBe(0, 1e-6);
        LogisticRegression.Fit(data, l1: 0.05).Value.Weights[1].ShouldBe(0);
        LogisticRegression.Fit(Examples.Of(data.Table, new double[data.Rows]).Value).Fault!.Message.ShouldContain("of one class");
    }
}
