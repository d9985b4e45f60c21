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

    [Fact]
    public void Rare_positives_in_a_heavy_tail_are_fitted_to_the_point_where_the_gradient_vanishes()
    {
        // Without shortened steps Newton's method runs away here: margins of millions.
        var rng = new Rng(4);
        const int Rows = 20_000;
        double[][] columns = [.. Enumerable.Range(0, 4).Select(_ => new double[Rows])];
        var labels = new double[Rows];
        for (var r = 0; r < Rows; r++)
        {
            labels[r] = rng.NextBool(0.004) ? 1 : 0;
            columns[0][r] = Math.Exp(rng.NextGaussian() + (labels[r] > 0 ? 2.5 : 0));
            columns[1][r] = labels[r] > 0 && rng.NextBool(0.6) ? 1 : rng.NextBool(0.0005) ? 0.5 : 0;
            columns[2][r] = columns[1][r] * (0.5 + rng.NextDouble());
            columns[3][r] = columns[2][r] + 0.01 * rng.NextGaussian();
        }

        var model = LogisticRegression.Fit(Examples.Of(Table.Of(["a", "b", "c", "d"], columns).Value, labels).Value, l2: 1e-4).Value;
        var margins = model.Margins(Table.Of(["a", "b", "c", "d"], columns).Value).Value;
        margins.Max(Math.Abs).ShouldBeLessThan(200);
        double[] residuals = [.. margins.Select((m, r) => 1 / (1 + Math.Exp(-m)) - labels[r])];
        residuals.Average().ShouldBe(0, 1e-8);
        for (var c = 0; c < 4; c++)
        {
            var mean = columns[c].Average();
            var scale = Math.Sqrt(columns[c].Average(v => (v - mean) * (v - mean)));
            (residuals.Select((e, r) => e * (columns[c][r] - mean) / scale).Average() + 1e-4 * model.Weights[c]).ShouldBe(0, 1e-7);
        }
    }
}
