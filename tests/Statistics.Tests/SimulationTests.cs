using Busker.Statistics.Bandits;
using Busker.Statistics.Bayes;
using Busker.Statistics.Decisions;
using Busker.Statistics.Effects;
using Busker.Statistics.Multiplicity;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;
using Busker.Statistics.Sequential;
using Busker.Statistics.Simulation;
using Busker.Statistics.Traffic;

namespace Busker.Statistics.Tests;

/// <summary>What the methods promise, tried many times with fixed seeds. Each bound allows three standard errors of the simulation.</summary>
public sealed class SimulationTests
{
    private static double Ceiling(double level, int trials) => level + (3 * Math.Sqrt(level * (1 - level) / trials));

    [Theory]
    [InlineData("group-sequential, t^2")]
    [InlineData("group-sequential, O'Brien-Fleming")]
    [InlineData("group-sequential, Pocock")]
    [InlineData("group-sequential, Hwang-Shih-DeCani -4")]
    [InlineData("group-sequential, over-running")]
    [InlineData("always valid, two-sided")]
    [InlineData("always valid, one-sided")]
    public void Peeking_ten_times_a_day_keeps_the_level(string method)
    {
        var outcome = Peeking.Run(method, days: 14, peeksPerDay: 10, drift: 0, trials: 2000, seed: 17).Value;
        outcome.Rejected.ShouldBeLessThanOrEqualTo(Ceiling(.05, 2000), method);
    }

    [Fact]
    public void A_plain_test_under_the_same_peeks_does_not() =>
        Peeking.Run("plain z", 14, 10, 0, 1000, 17).Value.Rejected.ShouldBeGreaterThan(.25);

    [Fact]
    public void Group_sequential_power_is_as_computed()
    {
        var boundary = Boundary.Solve([.2, .4, .6, .8, 1], .05, 2).Value;
        var drift = boundary.DriftFor(.8);
        Peeking.Run("group-sequential, t^2", 5, 1, drift, 4000, 3).Value.Rejected.ShouldBe(.8, .02);
    }

    [Fact]
    public void A_fixed_power_design_keeps_its_level_and_its_power_at_any_variance()
    {
        foreach (var deviation in new[] { .5, 2.0 })
        {
            FixedPowerTrials.Run(effect: 0, deviation, trials: 1500, seed: 5).Rejected.ShouldBeLessThanOrEqualTo(Ceiling(.05, 1500));
            FixedPowerTrials.Run(effect: .5, deviation, trials: 1500, seed: 6).Rejected.ShouldBe(.8, .04);
        }
    }

    [Fact]
    public void The_sample_ratio_monitor_never_alarms_above_its_level_however_often_it_is_read()
    {
        var (seeded, trials, alarms) = (new Seeded(23), 1500, 0);
        for (var i = 0; i < trials; i++)
        {
            var monitor = SampleRatioMonitor.Create(.5, .3, .2).Value;
            var counts = new long[3];
            for (var look = 0; look < 150; look++)
            {
                for (var unit = 0; unit < 20; unit++)
                {
                    var u = seeded.Uniform();
                    counts[u < .5 ? 0 : u < .8 ? 1 : 2]++;
                }

                monitor.Look(counts).Fault.ShouldBeNull();
            }

            if (monitor.Alarms(.05)) alarms++;
        }

        ((double)alarms / trials).ShouldBeLessThanOrEqualTo(.05);
    }

    [Fact]
    public void The_sample_ratio_monitor_finds_a_lost_tenth()
    {
        var monitor = SampleRatioMonitor.Create(.5, .5).Value;
        monitor.Look([5000, 4500]).Fault.ShouldBeNull();
        monitor.Alarms(.001).ShouldBeTrue();
        monitor.PValue.ShouldBeLessThan(.001);
        monitor.Look([5000, 5000]).Fault.ShouldBeNull();
        monitor.Alarms(.001).ShouldBeTrue("evidence seen stays seen");
        monitor.Look([1, 2, 3]).Fault!.Message.ShouldContain("3 counts but 2 planned shares");
    }

    [Fact]
    public void The_standard_rule_under_ten_peeks_a_day_ships_wrongly_within_alpha_and_rightly_with_the_promised_power()
    {
        PlannedMetric[] metrics =
        [
            new("minutes", MetricRole.Success, Effect: .02),
            new("conversion", MetricRole.Success, Effect: .05),
            new("crashes", MetricRole.Guardrail, Preferred.Decrease, Margin: .05),
            new("skips", MetricRole.Guardrail, Preferred.Decrease, Margin: .03),
        ];
        Baseline[] baselines = [new("minutes", 60, 3600), new("conversion", .08, .0736), new("crashes", .5, .6), new("skips", 4, 9)];
        double[,] correlation = { { 1, .3, 0, -.2 }, { .3, 1, 0, 0 }, { 0, 0, 1, .1 }, { -.2, 0, .1, 1 } };
        foreach (var method in new[] { PeekingMethod.GroupSequential, PeekingMethod.FixedHorizon, PeekingMethod.AlwaysValid })
        {
            var plan = new DecisionPlan(metrics) { Method = method, ExpectedUnits = 420_000 };
            var check = SelfCheck.Run(plan, baselines, looks: 140, correlation, replications: 1000, seed: 8).Value;
            check.FalsePositiveRate.ShouldBeLessThanOrEqualTo(Ceiling(.05, 1000), method.ToString());
            if (method == PeekingMethod.GroupSequential) check.Power.ShouldBeGreaterThan(.8);
        }
    }

    [Fact]
    public void Several_treatments_share_the_level()
    {
        var plan = new DecisionPlan([new("minutes", MetricRole.Success, Effect: .02)]) { Treatments = 4, ExpectedUnits = 100_000 };
        SelfCheck.Run(plan, [new("minutes", 60, 3600)], 14, replications: 3000).Value.FalsePositiveRate.ShouldBeLessThanOrEqualTo(Ceiling(.05, 3000));
    }

    [Fact]
    public void An_open_window_metric_survives_peeking_with_its_own_covariance_and_does_not_without()
    {
        var outcome = OpenWindow.Run(looks: 6, unitsPerLook: 20, trials: 1200, seed: 31);
        outcome.Joint.ShouldBeLessThanOrEqualTo(Ceiling(.05, 1200));
        outcome.Naive.ShouldBeGreaterThan(outcome.Joint);
        outcome.Naive.ShouldBeGreaterThan(Ceiling(.05, 1200));
    }

    [Fact]
    public void Joint_bounds_agree_with_the_recursion_when_increments_are_independent()
    {
        double[] t = [.25, .5, .75, 1];
        var correlation = new double[4, 4];
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++) correlation[i, j] = Math.Sqrt(Math.Min(t[i], t[j]) / Math.Max(t[i], t[j]));
        }

        var exact = Boundary.Solve(t, .05, 2).Value;
        var joint = JointBoundary.Solve(correlation, [.. exact.Spent.Select(s => 2 * s)], 2).Value;
        for (var k = 0; k < 4; k++) joint[k].ShouldBe(exact.Bounds[k], .05);
    }

    [Fact]
    public void After_a_bandit_the_batched_test_keeps_its_level()
    {
        var outcome = BanditTrials.Run(effect: 0, batches: 20, unitsPerBatch: 100, trials: 1000, seed: 41);
        outcome.Batched.ShouldBeLessThanOrEqualTo(Ceiling(.05, 1000));
        BanditTrials.Run(effect: .3, batches: 20, unitsPerBatch: 100, trials: 300, seed: 42).Covered.ShouldBeGreaterThan(.92);
    }

    [Fact]
    public void Bandits_move_traffic_to_the_better_arm_and_top_two_holds_some_back()
    {
        IPosterior[] arms = [BetaPosterior.Of(10, 100).Value, BetaPosterior.Of(30, 100).Value, BetaPosterior.Of(12, 100).Value];
        var thompson = Allocation.Thompson(arms).Value;
        var topTwo = Allocation.TopTwo(arms).Value;
        thompson.Sum().ShouldBe(1, 1e-12);
        topTwo.Sum().ShouldBe(1, 1e-9);
        thompson[1].ShouldBeGreaterThan(.95);
        topTwo[1].ShouldBe(.5, .03);
        thompson.Min().ShouldBeGreaterThanOrEqualTo(.01);
        Allocation.Thompson(arms, .5).Fault!.Field.ShouldBe("floor");
    }

    [Theory]
    [InlineData(CorrectionMethod.Holm)]
    [InlineData(CorrectionMethod.Hochberg)]
    [InlineData(CorrectionMethod.Hommel)]
    public void Step_down_bounds_hold_together(CorrectionMethod method)
    {
        double[] truth = [0, 0, .5, 2, 4];
        var (seeded, trials, failed) = (new Seeded(51), 4000, 0);
        for (var i = 0; i < trials; i++)
        {
            var estimates = truth.Select(m => new Estimate(m + seeded.Normal(), 1, double.PositiveInfinity)).ToArray();
            var bounds = StepDownIntervals.Of(estimates, new double[5], .05, method).Value;
            if (bounds.Where((b, j) => b.Low > truth[j]).Any()) failed++;
        }

        ((double)failed / trials).ShouldBeLessThanOrEqualTo(Ceiling(.05, trials));
    }

    [Fact]
    public void Adjusted_and_ratio_and_quantile_intervals_cover()
    {
        var outcome = Coverage.Run(units: 400, trials: 600, seed: 61);
        outcome.FullAdjustment.ShouldBe(.95, .03);
        outcome.Ratio.ShouldBe(.95, .03);
        outcome.Relative.ShouldBe(.95, .03);
        outcome.Median.ShouldBe(.95, .03);
        outcome.AdjustedErrorOverPlain.ShouldBe(.6, .05, "the covariate explains 64 % of the variance");
    }
}
