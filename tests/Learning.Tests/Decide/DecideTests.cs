using Busker.Learning.Decide;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Decide;

public sealed class DecideTests
{
    private static (double[] Margins, double[] Chances, double[] Labels) Draw(int rows, ulong seed, double slope = 1)
    {
        var rng = new Rng(seed);
        double[] margins = [.. Enumerable.Range(0, rows).Select(_ => 1.5 * rng.NextGaussian() - 2)];
        double[] chances = [.. margins.Select(m => 1 / (1 + Math.Exp(-m)))];
        return (margins, chances, [.. margins.Select(m => rng.NextBool(1 / (1 + Math.Exp(-slope * m))) ? 1.0 : 0)]);
    }

    [Fact]
    public void Auc_and_average_precision_equal_their_definitions_with_ties()
    {
        var rng = new Rng(1);
        double[] scores = [.. Enumerable.Range(0, 300).Select(_ => (double)rng.NextInt(20))];
        double[] labels = [.. scores.Select(s => rng.NextBool(s / 30) ? 1.0 : 0)];
        var pairs = from p in Enumerable.Range(0, 300) from n in Enumerable.Range(0, 300) where labels[p] > 0 && labels[n] == 0 select scores[p].CompareTo(scores[n]);
        RankMetrics.Auc(scores, labels).ShouldBe(pairs.Average(c => c > 0 ? 1 : c == 0 ? 0.5 : 0), 1e-12);
        double expected = 0, recall = 0;
        foreach (var score in scores.Distinct().OrderDescending())
        {
            int[] flagged = [.. Enumerable.Range(0, 300).Where(r => scores[r] >= score)];
            var now = flagged.Sum(r => labels[r]) / labels.Sum();
            expected += (now - recall) * flagged.Sum(r => labels[r]) / flagged.Length;
            recall = now;
        }

        RankMetrics.AveragePrecision(scores, labels).ShouldBe(expected, 1e-12);
        RankMetrics.RecallAt(1, scores, labels).ShouldBe(1);
        RankMetrics.Roc(scores, labels)[^1].ShouldBe((1, 1));
        RankMetrics.Auc([1, 2], [1, 1]).ShouldBe(double.NaN);
    }

    [Fact]
    public void Platt_finds_the_sigmoid_that_made_the_labels()
    {
        var (margins, _, labels) = Draw(60_000, 2, slope: 0.5);
        var platt = PlattCalibration.Fit(margins, labels);
        platt.A.ShouldBe(-0.5, 0.03);
        platt.B.ShouldBe(0, 0.06);
        var chances = margins.Select(platt.Apply).ToArray();
        ChanceMetrics.Balance(chances, labels).ShouldBe(1, 0.01);
    }

    [Fact]
    public void Isotonic_never_falls_and_is_the_pooled_mean_on_a_small_case()
    {
        var fit = IsotonicCalibration.Fit([1, 2, 3, 4], [0, 1, 0, 1]);
        fit.Apply(1).ShouldBe(0);
        fit.Apply(2.5).ShouldBe(0.5);
        fit.Apply(4).ShouldBe(1);
        var (margins, chances, labels) = Draw(20_000, 3, slope: 0.4);
        var isotonic = IsotonicCalibration.Fit(margins, labels);
        double[] applied = [.. margins.Order().Select(isotonic.Apply)];
        applied.ShouldBeInOrder(SortDirection.Ascending);
        double[] calibrated = [.. margins.Select(isotonic.Apply)];
        ChanceMetrics.CalibrationError(calibrated, labels).ShouldBeLessThan(ChanceMetrics.CalibrationError(chances, labels) / 3);
        ChanceMetrics.LogLoss(calibrated, labels).ShouldBeLessThan(ChanceMetrics.LogLoss(chances, labels));
        ChanceMetrics.Brier(calibrated, labels).ShouldBeLessThan(ChanceMetrics.Brier(chances, labels));
    }

    [Fact]
    public void Least_expected_cost_beats_every_single_threshold_on_calibrated_chances()
    {
        var (_, chances, labels) = Draw(60_000, 4);
        var rng = new Rng(5);
        double[] amounts = [.. labels.Select(_ => Math.Exp(3 + rng.NextGaussian()))];
        var costs = new CostModel();
        var best = costs.Curve([.. Enumerable.Range(1, 99).Select(t => t / 100.0)], chances, labels, amounts).Max();
        costs.Savings(chances, labels, amounts).ShouldBeGreaterThan(best);
        costs.Stops(costs.Threshold(50) + 1e-9, 50).ShouldBeTrue();
        costs.Stops(costs.Threshold(50) - 1e-9, 50).ShouldBeFalse();
        new CostModel(LifetimeLoss: 0.1).Threshold(50, 500).ShouldBeGreaterThan(costs.Threshold(50, 500));
        PriorShift.Undo(0.3 * 20 / (0.3 * 20 + 0.7), 20).ShouldBe(0.3, 1e-12);
        PriorShift.UndoSampling(0.3 / (0.3 + 0.7 * 0.1), 0.1).ShouldBe(0.3, 1e-12);
        CostModel.ValueAt(0, chances, labels, amounts).ShouldBe(1);
    }

    [Fact]
    public void Intervals_cover_the_truth_about_as_often_as_they_say_and_do_not_depend_on_threads()
    {
        var covered = 0;
        for (var trial = 0; trial < 60; trial++)
        {
            var rng = new Rng((ulong)trial);
            double[] values = [.. Enumerable.Range(0, 80).Select(_ => rng.NextGaussian())];
            ulong[] groups = [.. Enumerable.Range(0, 80).Select(r => (ulong)r)];
            var interval = new Bootstrap(200, 9, new Lanes(2)).Of(groups, rows => rows.Average(r => values[r]));
            interval.ShouldBe(new Bootstrap(200, 9, Lanes.One).Of(groups, rows => rows.Average(r => values[r])));
            if (interval.Low <= 0 && interval.High >= 0) covered++;
        }

        covered.ShouldBeInRange(50, 60);
    }

    [Fact]
    public void A_better_model_is_better_in_the_paired_comparison()
    {
        var (margins, _, labels) = Draw(4000, 6);
        var rng = new Rng(7);
        double[] worse = [.. margins.Select(m => m + 2 * rng.NextGaussian())];
        ulong[] cards = [.. margins.Select((_, r) => (ulong)(r / 4))];
        new Bootstrap(200, 1, new Lanes(2)).Compare(cards, margins, worse, labels, (s, y) => RankMetrics.Auc(s, y)).Low.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(5000)]
    public void Drift_is_silent_on_the_same_law_and_loud_on_another(int rows)
    {
        var rng = new Rng(8);
        double[] Sample(double shift) => [.. Enumerable.Range(0, rows).Select(_ => rng.NextBool(0.05) ? double.NaN : rng.NextGaussian() + shift)];
        var drift = new Drift(Sample(0));
        var alarms = Enumerable.Range(0, 100).Count(_ => drift.Psi(Sample(0)).Alarms || drift.Ks(Sample(0)).Alarms);
        alarms.ShouldBeLessThanOrEqualTo(2);
        (drift.Psi(Sample(0.6)).Alarms, drift.Ks(Sample(0.6)).Alarms).ShouldBe((true, true));
        drift.Psi([.. Enumerable.Repeat(double.NaN, rows)]).Alarms.ShouldBeTrue();
    }

    [Fact]
    public void Letting_a_few_through_tells_how_precise_the_stops_are()
    {
        var policy = new LetThrough(0.05, 77);
        var rng = new Rng(9);
        var payments = Enumerable.Range(0, 40_000).Select(i => new WouldStop(0.05, policy.Lets((ulong)i), rng.NextBool(0.8))).ToList();
        payments.Count(p => p.LetThrough).ShouldBeInRange(1850, 2150);
        var estimate = LetThrough.StoppedPrecision(payments);
        (estimate.Low < 0.8 && estimate.High > 0.8 && estimate.High - estimate.Low < 0.08).ShouldBeTrue();
        LetThrough.Weight(0.05).ShouldBe(20);
        LetThrough.Weight(0.001).ShouldBe(50);
        LetThrough.StoppedPrecision([]).Value.ShouldBe(double.NaN);
        var few = LetThrough.StoppedPrecision([.. Enumerable.Repeat(new WouldStop(0.01, true, true), 20)]);
        few.High.ShouldBe(1, 1e-12);
        few.Low.ShouldBe(1 / (1 + 1.96 * 1.96 / 20), 1e-12); // Wilson's bound when every one of n is a hit
    }

    [Fact]
    public void Chances_of_the_stopped_shift_to_where_the_penalised_likelihood_is_highest()
    {
        var rng = new Rng(12);
        double[] chances = [.. Enumerable.Range(0, 30).Select(_ => 0.5 + 0.5 * rng.NextDouble())], outcomes = [.. chances.Select(p => rng.NextBool(p / 2) ? 1.0 : 0)];
        double Loss(double shift) => shift * shift / 2 + ChanceMetrics.LogLoss([.. chances.Select(p => p / (p + (1 - p) * Math.Exp(-shift)))], outcomes) * chances.Length;
        var best = Enumerable.Range(-5000, 10_000).Select(i => i / 1000.0).MinBy(Loss);
        var moved = LetThrough.Recalibrate(chances, outcomes)(0.8);
        Math.Log(moved / (1 - moved) / 4).ShouldBe(best, 1e-3);
        LetThrough.Recalibrate([], [])(0.8).ShouldBe(0.8, 1e-12);
    }

    [Fact]
    public void The_delay_curve_sees_past_what_is_not_reported_yet()
    {
        var rng = new Rng(10);
        var (delays, ages) = (new List<double>(), new List<double>());
        var (payments, reported) = (new List<double>(), 0);
        for (var i = 0; i < 40_000; i++)
        {
            var age = rng.NextInt(60) + 1.0;
            payments.Add(age);
            if (!rng.NextBool(0.1)) continue;
            var delay = Math.Ceiling(rng.NextExponential(0.1));
            if (delay > age) continue;
            delays.Add(delay);
            ages.Add(age);
            reported++;
        }

        var curve = LabelDelay.Fit([.. delays], [.. ages]);
        curve.Known(10).ShouldBe(1 - Math.Exp(-1), 0.03);
        curve.Known(0).ShouldBe(0);
        curve.Rate(reported, payments).ShouldBe(0.1, 0.006);
        curve.StillFraud(0.1, 0).ShouldBe(0.1);
        curve.StillFraud(0.1, 60).ShouldBeLessThan(0.01);
    }
}
