using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Tests;

public sealed class AfterStoppingTests
{
    [Fact]
    public void With_one_look_it_is_the_ordinary_test()
    {
        var boundary = Boundary.Solve([1], .05, 2).Value;
        var e = new Estimate(2.5, 1.1, double.PositiveInfinity);
        var after = AfterStopping.Of(boundary, 0, e, .05).Value;
        after.PValue.ShouldBe(e.PValue(), 1e-9);
        after.MedianUnbiased.ShouldBe(2.5, 1e-7);
        after.Interval.Low.ShouldBe(e.Interval(.05).Low, 1e-7);
        after.Interval.High.ShouldBe(e.Interval(.05).High, 1e-7);
    }

    [Fact]
    public void The_p_value_on_the_bound_is_the_error_spent()
    {
        double[] t = [.25, .5, .75, 1];
        var boundary = Boundary.Solve(t, .05, 1).Value;
        for (var k = 0; k < 4; k++)
        {
            var e = new Estimate(boundary.Bounds[k], 1, double.PositiveInfinity);
            AfterStopping.Of(boundary, k, e, .05).Value.PValue.ShouldBe(boundary.Spent[k], 1e-8);
        }
    }

    [Fact]
    public void After_an_early_stop_the_estimate_is_drawn_back_and_the_interval_agrees_with_the_test()
    {
        var boundary = Boundary.Solve([.2, .4, .6, .8, 1], .05, 2).Value;
        var e = new Estimate(3.2, 1, double.PositiveInfinity);
        var after = AfterStopping.Of(boundary, 1, e, .05).Value;
        after.MedianUnbiased.ShouldBeLessThan(3.2);
        after.Interval.Low.ShouldBeGreaterThan(0);
        after.PValue.ShouldBeLessThan(.05);
    }

    /// <summary>Simulated trials with a true drift: half the estimates fall on each side of the truth, 95 % of the intervals hold it.</summary>
    [Fact]
    public void Estimates_are_median_unbiased_and_intervals_cover()
    {
        double[] t = [.2, .4, .6, .8, 1];
        var boundary = Boundary.Solve(t, .05, 2, Spending.Pocock).Value;
        var (seeded, trials, drift) = (new Seeded(99), 3000, 2.0);
        var (above, naive, covered) = (0, 0.0, 0);
        for (var i = 0; i < trials; i++)
        {
            var (b, k) = (0.0, 0);
            for (; ; k++)
            {
                b += (drift * .2) + (Math.Sqrt(.2) * seeded.Normal());
                if (k == 4 || Math.Abs(b) / Math.Sqrt(t[k]) >= boundary.Bounds[k]) break;
            }

            // Effect = drift: estimate b/t with standard error 1/√t.
            var e = new Estimate(b / t[k], 1 / Math.Sqrt(t[k]), double.PositiveInfinity);
            var after = AfterStopping.Of(boundary, k, e, .05).Value;
            if (after.MedianUnbiased > drift) above++;
            naive += e.Value / trials;
            if (after.Interval.Contains(drift)) covered++;
        }

        ((double)above / trials).ShouldBe(.5, .03);
        ((double)covered / trials).ShouldBe(.95, .015);
        naive.ShouldBeGreaterThan(1.1 * drift, "the naive estimate is too large on average");
    }

    [Fact]
    public void Power_of_a_design_is_what_its_drift_promises()
    {
        var boundary = Boundary.Solve([.25, .5, .75, 1], .05, 2, Spending.OBrienFleming).Value;
        var drift = boundary.DriftFor(.8);
        boundary.CrossingProbability(drift).ShouldBe(.8, 1e-8);
        var inflation = Math.Pow(drift / (1.959964 + .841621), 2);
        inflation.ShouldBe(1.02, .005);
    }
}
