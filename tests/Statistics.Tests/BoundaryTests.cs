using System.Diagnostics;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Tests;

public sealed class BoundaryTests
{
    private static double[] Even(int looks) => [.. Enumerable.Range(1, looks).Select(k => (double)k / looks)];

    public static TheoryData<double[], int, double, double[], double[]> PowerFamily => new()
    {
        { [.5, 1], 2, 2, [2.497705, 2.018268], [.0125, .0435633] },
        { [.25, .5, .75, 1], 2, 2, [2.955167, 2.559321, 2.300814, 2.091913], [.003125, .0104877, .0214021, .0364463] },
        { [.25, .5, .75, 1], 1, 2, [2.734369, 2.301837, 2.010135, 1.769129], [.003125, .0106722, .0222084, .0384361] },
        {
            Even(10), 2, 2,
            [3.480756, 3.152323, 2.950804, 2.793512, 2.661043, 2.544953, 2.440587, 2.34509, 2.256551, 2.173612], [.0005]
        },
        { [.25, .5, .75, 1], 2, 1, [2.497705, 2.407123, 2.32079, 2.244753], [] },
        { [.25, .5, .75, 1], 2, 3, [3.359354, 2.760371, 2.359327, 2.029257], [] },
    };

    [Theory]
    [MemberData(nameof(PowerFamily))]
    public void Power_family_bounds_meet_the_known_answers(
        double[] information, int sides, double exponent, double[] bounds, double[] nominal)
    {
        var boundary = Boundary.Solve(information, .05, sides, Spending.Power(exponent), Grid.Classic).Value;
        for (var k = 0; k < bounds.Length; k++) boundary.Bounds[k].ShouldBe(bounds[k], 2e-6);
        for (var k = 0; k < nominal.Length; k++) boundary.NominalAlpha(k).ShouldBe(nominal[k], 1e-7);
        var exact = Boundary.Solve(information, .05, sides, Spending.Power(exponent)).Value;
        for (var k = 0; k < bounds.Length; k++) exact.Bounds[k].ShouldBe(bounds[k], 1e-4);
        if (information.Length == 10) boundary.NominalAlpha(9).ShouldBe(.0297343, 1e-7);
    }

    /// <summary>Two looks by an independent quadrature: the mass that stays inside at the first look and leaves at the second.</summary>
    [Fact]
    public void Exact_bounds_spend_exactly_by_another_quadrature()
    {
        var b = Boundary.Solve([.5, 1], .05, 2).Value.Bounds;
        var root = Math.Sqrt(.5);
        var second = Legendre.Integrate(x => Normal.Density(x) * Normal.Upper((b[1] - (x * root)) / root), -b[0], b[0], 40);
        Normal.Upper(b[0]).ShouldBe(.00625, 1e-12);
        second.ShouldBe(.01875, 1e-10);
    }

    [Fact]
    public void Information_beyond_the_plan_rescales_to_the_known_answers()
    {
        var boundary = new GroupSequential(.01, 2, 300).Rescaled([250, 450, 630, 810]).Value;
        double[] expected = [.00095, .00241, .00410, .00636];
        for (var k = 0; k < 4; k++) boundary.NominalAlpha(k).ShouldBe(expected[k], 1e-4);
    }

    /// <summary>Tables of Lan and DeMets type bounds, five equal looks, two-sided .05 (Jennison and Turnbull, tables 7.1 to 7.6).</summary>
    [Fact]
    public void OBrien_Fleming_and_Pocock_types_meet_the_published_tables()
    {
        double[] fleming = [4.877, 3.357, 2.680, 2.290, 2.031];
        double[] pocock = [2.438, 2.427, 2.410, 2.397, 2.386];
        var a = Boundary.Solve(Even(5), .05, 2, Spending.OBrienFleming).Value;
        var b = Boundary.Solve(Even(5), .05, 2, Spending.Pocock).Value;
        for (var k = 0; k < 5; k++)
        {
            a.Bounds[k].ShouldBe(fleming[k], 6e-4);
            b.Bounds[k].ShouldBe(pocock[k], 6e-4);
        }
    }

    [Theory]
    [InlineData(-4.0)]
    [InlineData(0.0)]
    [InlineData(2.0)]
    public void Hwang_Shih_DeCani_spends_all_and_never_falls(double gamma)
    {
        var spending = Spending.HwangShihDeCani(gamma);
        spending.Spent(1, .05).ShouldBe(.05);
        Enumerable.Range(0, 100).ShouldAllBe(i => spending.Spent(i / 100.0, .05) <= spending.Spent((i + 1) / 100.0, .05));
        Boundary.Solve(Even(6), .05, 1, spending).Value.CrossingProbability(0).ShouldBe(.05, 1e-8);
    }

    [Fact]
    public void The_probability_of_crossing_is_the_error_spent()
    {
        foreach (var spending in new[] { Spending.Default, Spending.OBrienFleming, Spending.Pocock, Spending.HwangShihDeCani(-2) })
        {
            Boundary.Solve([.13, .2, .55, .6, 1], .05, 2, spending).Value.CrossingProbability(0).ShouldBe(.025, 1e-8);
        }
    }

    [Fact]
    public void Two_hundred_looks_take_less_than_fifty_milliseconds()
    {
        Boundary.Solve(Even(200), .05, 2).Value.CrossingProbability(0).ShouldBe(.025, 1e-7);
        var best = Enumerable.Range(0, 40).Min(_ =>
        {
            var watch = Stopwatch.StartNew();
            Boundary.Solve(Even(200), .05, 2).Fault.ShouldBeNull();
            return watch.Elapsed.TotalMilliseconds;
        });
        best.ShouldBeLessThan(50, $"200 looks took {best:0.0} ms");
    }

    [Fact]
    public void A_live_bound_never_moves_once_it_was_used()
    {
        var test = new GroupSequential(.05, 2, 1000);
        double[] units = [200, 500, 900, 1300, 1500];
        var whole = test.Live(units).Value;
        for (var k = 1; k <= units.Length; k++)
        {
            var bound = test.Live(units[..k]).Value.Bounds[k - 1];
            (bound == whole.Bounds[k - 1] || Math.Abs(bound - whole.Bounds[k - 1]) < 1e-7).ShouldBeTrue($"look {k}");
        }

        double.IsPositiveInfinity(whole.Bounds[4]).ShouldBeTrue("the error was spent when the plan was passed at 1300");
        whole.CrossingProbability(0).ShouldBe(.025, 1e-8);
    }

    [Fact]
    public void A_trial_that_ends_early_spends_what_is_left()
    {
        var early = new GroupSequential(.05, 2, 1000).Live([200, 500], final: true).Value;
        early.CrossingProbability(0).ShouldBe(.025, 1e-8);
        early.Bounds[1].ShouldBeLessThan(new GroupSequential(.05, 2, 1000).Live([200, 500]).Value.Bounds[1]);
    }

    [Fact]
    public void Looks_too_close_to_tell_apart_share_a_bound()
    {
        var boundary = Boundary.Solve([.5, .5, .500001, 1], .05, 2).Value;
        boundary.Bounds[1].ShouldBe(boundary.Bounds[0]);
        boundary.Bounds[2].ShouldBe(boundary.Bounds[0]);
        boundary.CrossingProbability(0).ShouldBe(.025, 1e-6);
    }

    [Fact]
    public void Bad_plans_are_refused_in_a_sentence()
    {
        Boundary.Solve([], .05, 2).Fault!.Message.ShouldBe("A boundary needs at least one look.");
        Boundary.Solve([.5, .4], .05, 2).Fault!.Message.ShouldContain("Information falls at look 2");
        Boundary.Solve([1], 1.2, 2).Fault!.Message.ShouldBe("alpha is 1.2; it must be strictly between 0 and 1.");
        Boundary.Solve([double.NaN], .05, 2).Fault!.Reason.ShouldBe("OUT_OF_RANGE");
        new GroupSequential(.05, 2, 0).Live([1]).Fault!.Field.ShouldBe("expected units");
    }
}
