using Busker.Learning.Decide;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Decide;

/// <summary>Calibration and metrics against scikit-learn 1.2.1 on the same rows, and against the plain definitions.</summary>
public sealed class CalibrationTests
{
    private static readonly double[] Margins = [.. Enumerable.Range(0, 400).Select(i => Math.Round(3 * Math.Sin(0.37 * i) + Math.Cos(1.3 * i) - 1, 6))];
    private static readonly double[] Labels = [.. Margins.Select((m, i) => Fraction(Math.Sin(12.9898 * i + 1) * 43758.5453) < 1 / (1 + Math.Exp(-0.8 * m)) ? 1.0 : 0)];
    private static readonly double[] Weights = [.. Enumerable.Range(0, 400).Select(i => 1.0 + i % 7)];

    private static double Fraction(double x) => x - Math.Floor(x);

    [Theory]
    [InlineData(1, 0, -0.8134677592967943, -0.05911134508109745)]
    [InlineData(50, 0, -0.01626935451168832, -0.05911135929068342)]
    [InlineData(0.01, 3, -81.34677217071594, 243.98120516908108)]
    [InlineData(1, -200, -0.8134677234219537, -162.75265603634605)]
    public void Platt_is_scikit_learns_whatever_the_scale_and_origin_of_the_margins(double scale, double shift, double a, double b)
    {
        Labels.Sum().ShouldBe(159);
        var fit = PlattCalibration.Fit(Array.ConvertAll(Margins, m => m * scale + shift), Labels);
        (fit.A / a).ShouldBe(1, 2e-6);
        (fit.B / b).ShouldBe(1, 2e-5);
        fit.Apply(Margins[0] * scale + shift).ShouldBe(0.5147735347738497, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Platt_stays_finite_on_classes_that_a_line_separates(double scale)
    {
        double[] margins = [.. Enumerable.Range(0, 41).Select(i => scale * (-3 + i * 0.15))], labels = [.. margins.Select(m => m > 0.1 * scale ? 1.0 : 0)];
        var fit = PlattCalibration.Fit(margins, labels);
        (fit.A * scale).ShouldBe(-1.960036580709411, 1e-4);
        fit.B.ShouldBe(0.1465455721127199, 1e-4);
    }

    [Fact]
    public void Isotonic_pools_what_scikit_learn_pools()
    {
        double[] rounded = Array.ConvertAll(Margins, m => Math.Round(m, 1));
        var fit = IsotonicCalibration.Fit(rounded, Labels);
        // Steps between the same pools: at the middle of a pool both give its share.
        fit.Apply(-5).ShouldBe(0.025, 1e-12);
        fit.Apply(3).ShouldBe(1, 1e-12);
        var pools = PlainPools(rounded, Labels);
        foreach (var (_, middle, share) in pools) fit.Apply(middle).ShouldBe(share, 1e-9);
        double[] known = [0.025, 0.09375, 0.2, 0.2631578947368421, 0.5897435897435898, 0.6333333333333333, 0.8333333333333334, 1];
        foreach (var share in known) pools.ShouldContain(p => Math.Abs(p.Share - share) < 1e-12);
    }

    [Fact]
    public void Isotonic_is_the_plain_algorithm_on_any_rows()
    {
        for (var seed = 0UL; seed < 200; seed++)
        {
            var rng = new Rng(seed);
            var rows = 1 + rng.NextInt(60);
            double[] scores = [.. Enumerable.Range(0, rows).Select(_ => (double)rng.NextInt(25))], labels = [.. scores.Select(s => rng.NextBool(s / 25) ? 1.0 : 0)];
            var (fit, pools) = (IsotonicCalibration.Fit(scores, labels), PlainPools(scores, labels));
            foreach (var (_, middle, share) in pools) fit.Apply(middle).ShouldBe(share, 1e-9);
            for (var p = 1; p < pools.Count; p++) fit.Apply((pools[p - 1].Middle + pools[p].Middle) / 2).ShouldBe((pools[p - 1].Share + pools[p].Share) / 2, 1e-9);
            // Least squares among all non-decreasing functions of the score: never worse than a random one.
            double Loss(Func<double, double> f) => scores.Select((s, r) => Math.Pow(labels[r] - f(s), 2)).Sum();
            double Step(double s) => pools.Last(p => p.From <= s).Share;
            double[] other = [.. Enumerable.Range(0, 26).Select(_ => rng.NextDouble()).Order()];
            Loss(Step).ShouldBeLessThanOrEqualTo(Loss(s => other[(int)s]) + 1e-12);
        }
    }

    private sealed record PlainPool(double From, double Middle, double Share);

    /// <summary>Pooling by looking for any violator and joining it with its neighbour, until there is none: O(n²).</summary>
    private static List<PlainPool> PlainPools(double[] scores, double[] labels)
    {
        var pools = scores.Distinct().Order().Select(s => Enumerable.Range(0, scores.Length).Where(r => scores[r] == s).ToList()).ToList();
        double Share(List<int> rows) => rows.Average(r => labels[r]);
        for (var p = 0; p + 1 < pools.Count;)
        {
            if (Share(pools[p]) < Share(pools[p + 1]) - 1e-12)
            {
                p++;
                continue;
            }

            pools[p].AddRange(pools[p + 1]);
            pools.RemoveAt(p + 1);
            p = 0;
        }

        return [.. pools.Select(p => new PlainPool(p.Min(r => scores[r]), p.Average(r => scores[r]), Share(p)))];
    }

    [Fact]
    public void Metrics_with_ties_and_weights_are_scikit_learns()
    {
        double[] scores = Array.ConvertAll(Margins, m => Math.Round(m, 1)), chances = Array.ConvertAll(Margins, m => 1 / (1 + Math.Exp(-m)));
        RankMetrics.Auc(scores, Labels).ShouldBe(0.8732482580443122, 1e-12);
        RankMetrics.Auc(scores, Labels, Weights).ShouldBe(0.8766154127768626, 1e-12);
        RankMetrics.AveragePrecision(scores, Labels).ShouldBe(0.8084828982578246, 1e-12);
        RankMetrics.AveragePrecision(scores, Labels, Weights).ShouldBe(0.7989015841682596, 1e-12);
        ChanceMetrics.LogLoss(chances, Labels).ShouldBe(0.4431149892629122, 1e-12);
        ChanceMetrics.LogLoss(chances, Labels, Weights).ShouldBe(0.43170557405154975, 1e-12);
        ChanceMetrics.Brier(chances, Labels).ShouldBe(0.13988362789646958, 1e-12);
        ChanceMetrics.Brier(chances, Labels, Weights).ShouldBe(0.13713401264469308, 1e-12);
    }

    [Fact]
    public void Recall_at_a_budget_of_false_positives_is_the_best_cut_that_keeps_ties_together()
    {
        for (var seed = 0UL; seed < 150; seed++)
        {
            var rng = new Rng(seed);
            var rows = 2 + rng.NextInt(120);
            double[] scores = [.. Enumerable.Range(0, rows).Select(_ => (double)rng.NextInt(40))], labels = [.. scores.Select((s, r) => r == 0 || rng.NextBool(s / 60) ? 1.0 : 0)];
            var (positives, percent) = (labels.Sum(), rng.NextInt(101));
            var best = scores.Append(double.PositiveInfinity).Distinct()
                .Where(cut => 100 * scores.Where((s, r) => labels[r] == 0 && s >= cut).Count() <= percent * (rows - (int)positives))
                .Max(cut => scores.Where((s, r) => labels[r] > 0 && s >= cut).Count()) / positives;
            RankMetrics.RecallAt(percent / 100.0, scores, labels).ShouldBe(best, 1e-12, $"seed {seed}, {percent} %");
        }
    }

    [Fact]
    public void A_budget_of_29_of_100_allows_29()
    {
        double[] scores = [.. Enumerable.Range(0, 101).Select(r => 100.0 - r)], labels = [.. scores.Select(s => s == 71 ? 1.0 : 0)]; // 29 good payments above the fraud
        RankMetrics.RecallAt(0.29, scores, labels).ShouldBe(1);
        RankMetrics.RecallAt(0.28, scores, labels).ShouldBe(0);
    }

    [Fact]
    public void A_score_that_is_no_number_is_refused_by_its_row()
    {
        Should.Throw<ArgumentException>(() => RankMetrics.Auc([1, double.NaN, 2], [0, 1, 0])).Message.ShouldContain("row 2");
        Should.Throw<ArgumentException>(() => RankMetrics.Auc([1, 2], [0, 1, 0])).Message.ShouldContain("3 labels");
        Should.Throw<ArgumentException>(() => IsotonicCalibration.Fit([1, double.NaN], [0, 1])).Message.ShouldContain("row 2");
        Should.Throw<ArgumentException>(() => IsotonicCalibration.Fit([], [])).Message.ShouldContain("no rows");
        Should.Throw<ArgumentException>(() => PlattCalibration.Fit([1, double.PositiveInfinity], [0, 1])).Message.ShouldContain("row 2");
    }

    [Fact]
    public void Value_at_a_threshold_is_the_share_of_the_fraud_amounts_above_it()
    {
        double[] chances = [0.1, 0.5, 0.5, 0.9], labels = [1, 1, 0, 1], amounts = [10, 20, 40, 30];
        CostModel.ValueAt(0.5, chances, labels, amounts).ShouldBe(30 / 60.0, 1e-12);
        CostModel.ValueAt(0.49, chances, labels, amounts).ShouldBe(50 / 60.0, 1e-12);
        var costs = new CostModel(DisputeFee: 15, Insult: 2, Margin: 0.1);
        // 0.9 of 30 and 0.5 of 20 and 40 are stopped: the fraud of 10 costs 25, the good payment of 40 costs 6, of 25 + 35 + 45 without.
        costs.Savings([false, true, true, true], labels, amounts).ShouldBe(1 - (25 + 6) / 105.0, 1e-12);
    }

    [Fact]
    public void The_expected_cost_rule_takes_the_cheaper_of_both_expectations()
    {
        var rng = new Rng(3);
        for (var n = 0; n < 500; n++)
        {
            var costs = new CostModel(30 * rng.NextDouble(), 5 * rng.NextDouble(), rng.NextDouble(), rng.NextDouble());
            var (p, amount, lifetime) = (rng.NextDouble(), 300 * rng.NextDouble(), 500 * rng.NextDouble());
            var (stop, pass) = ((1 - p) * (costs.Insult + costs.Margin * amount + costs.LifetimeLoss * lifetime), p * (amount + costs.DisputeFee));
            costs.Stops(p, amount, lifetime).ShouldBe(stop < pass);
            costs.Stops(costs.Threshold(amount, lifetime) + 1e-9, amount, lifetime).ShouldBeTrue();
        }
    }
}
