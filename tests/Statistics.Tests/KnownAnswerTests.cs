using Busker.Statistics.Decisions;
using Busker.Statistics.Design;
using Busker.Statistics.Effects;
using Busker.Statistics.Multiplicity;
using Busker.Statistics.Samples;
using Busker.Statistics.Sequential;
using Busker.Statistics.Traffic;

namespace Busker.Statistics.Tests;

/// <summary>Numbers computed elsewhere; met to the digits given.</summary>
public sealed class KnownAnswerTests
{
    private static readonly ArmMean Control = ArmMean.Average(Tally.FromSums(3407, 1396.87, 52377.9767).Value).Value;
    private static readonly ArmMean Treatment = ArmMean.Average(Tally.FromSums(3461, 2422.7, 134698.29).Value).Value;

    [Theory]
    [InlineData(new long[] { 1000, 1200 }, new double[] { 1, 1 }, .000020079, 1e-9)]
    [InlineData(new long[] { 135, 115 }, new double[] { 1, 1 }, .205903211, 1e-9)]
    [InlineData(new long[] { 310, 98 }, new double[] { .75, .25 }, .647434186, 1e-9)]
    [InlineData(new long[] { 0, 10, 10 }, new double[] { .34, .33, .33 }, .005790624, 1e-9)]
    [InlineData(new long[] { 0, 10, 10 }, new double[] { 1, 1, 1 }, .006737947, 1e-9)]
    public void Sample_ratio(long[] counts, double[] shares, double p, double tolerance) =>
        SampleRatio.Of(counts, shares).Value.PValue.ShouldBe(p, tolerance);

    [Fact]
    public void Sample_ratio_statistic() => SampleRatio.Of([1000, 1200]).Value.ChiSquare.ShouldBe(18.181818, 1e-6);

    [Fact]
    public void Two_samples_by_z()
    {
        var effect = Difference.Z(Control, Treatment).Value;
        effect.Value.ShouldBe(.29, 1e-9);
        effect.StandardError.ShouldBe(.1247836, 1e-7);
        effect.Statistic().ShouldBe(2.3240228, 1e-7);
        effect.PValue().ShouldBe(.02012427, 1e-8);
        effect.Interval(.05).Low.ShouldBe(.0454286, 1e-7);
        effect.Interval(.05).High.ShouldBe(.5345714, 1e-7);
    }

    [Fact]
    public void Two_samples_by_Welch()
    {
        var effect = Difference.Welch(Control, Treatment).Value;
        effect.DegreesOfFreedom.ShouldBe(5841.742, 1e-3);
        effect.PValue().ShouldBe(.02015840, 1e-8);
        effect.Interval(.05).Low.ShouldBe(.0453779, 1e-7);
        effect.Interval(.05).High.ShouldBe(.5346221, 1e-7);
    }

    [Fact]
    public void Relative_effect_by_the_delta_method()
    {
        var effect = Difference.RelativeWelch(Control, Treatment).Value;
        effect.Value.ShouldBe(.7073171, 1e-7);
        effect.StandardError.ShouldBe(.3787944, 1e-7);
        (effect with { DegreesOfFreedom = Difference.Welch(Control, Treatment).Value.DegreesOfFreedom }).PValue().ShouldBe(.0619118, 1e-6);
    }

    [Theory]
    [InlineData(100, .6694389)]
    [InlineData(1000, .1063755)]
    [InlineData(10000, .0306148)]
    public void Always_valid_half_width(int n, double halfWidth) =>
        (new AlwaysValid(.05).Multiplier(n) / Math.Sqrt(n)).ShouldBe(halfWidth, 1e-7);

    [Fact]
    public void Non_inferiority_of_proportions()
    {
        var effect = Difference.Z(ArmMean.Proportion(10000, 1e5).Value, ArmMean.Proportion(10300, 1e5).Value).Value;
        effect.StandardError.ShouldBe(.00135052, 1e-8);
        effect.PValue().ShouldBe(.02632638, 1e-8);
        var shown = new Hypothesis(HypothesisKind.NonInferiority, Preferred.Increase, .001).Test(effect, .05).Value;
        shown.Statistic.ShouldBe(2.9618175, 1e-7);
        shown.PValue.ShouldBe(.00152915, 1e-8);
        shown.Shown.ShouldBeTrue();
    }

    [Fact]
    public void Cuped()
    {
        var control = new Tally(2);
        var treatment = new Tally(2);
        double[][] c = [[1, 1], [3, 2], [2, 2], [5, 4], [4, 4]];
        double[][] t = [[2, 1], [4, 2], [4, 3], [6, 4], [5, 3]];
        foreach (var unit in c) control.Add(unit).ShouldBeNull();
        foreach (var unit in t) treatment.Add(unit).ShouldBeNull();
        var raw = Difference.Z(ArmMean.Average(control).Value, ArmMean.Average(treatment).Value).Value;
        raw.Value.ShouldBe(1.2, 1e-12);
        raw.StandardError.ShouldBe(.9695360, 1e-7);
        var adjusted = Adjustment.PooledSlope([control, treatment]).Value;
        adjusted[0].Variance.ShouldBe(.7258481, 1e-7);
        adjusted[1].Variance.ShouldBe(.6296358, 1e-7);
        var effect = Difference.Z(adjusted[0], adjusted[1]).Value;
        effect.Value.ShouldBe(1.2, 1e-9);
        effect.StandardError.ShouldBe(.5206695, 1e-7);
    }

    [Theory]
    [InlineData(.8, 34_884)]
    [InlineData(.85, 39_904)]
    public void Sample_size_of_a_mean(double power, long total) => new SampleSize(.05, power).Mean(100, .3).Value.ShouldBe(total);

    [Fact]
    public void Sample_size_of_proportions()
    {
        new SampleSize(.05, .85).Proportion(.34, .003).Value.ShouldBe(897_344);
        new SampleSize(.05, .8, 1).ProportionNonInferior(.10, .001).Value.ShouldBe(2_225_722);
    }

    public static TheoryData<CorrectionMethod, double[]> Adjusted => new()
    {
        { CorrectionMethod.Holm, [.008, .056, .234, .234, .234, .234, .234, .234] },
        { CorrectionMethod.Hommel, [.008, .056, .111, .111, .111, .12, .148, .205] },
        { CorrectionMethod.BenjaminiHochberg, [.008, .032, .0672, .0672, .0672, .08, .084571, .205] },
    };

    [Theory]
    [MemberData(nameof(Adjusted))]
    public void Adjusted_p_values(CorrectionMethod method, double[] expected)
    {
        double[] p = [.001, .008, .039, .041, .042, .06, .074, .205];
        var adjusted = Correction.Adjust(p, method).Value;
        for (var i = 0; i < p.Length; i++) adjusted[i].ShouldBe(expected[i], 1e-6);

        // Order of the input does not matter.
        Array.Reverse(p);
        Correction.Adjust(p, method).Value.ShouldBe(adjusted.Reverse());
    }

    [Theory]
    [InlineData(1, 1, .9, 1)]
    [InlineData(1, 2, .93333, 1)]
    [InlineData(2, 3, .95, 2)]
    [InlineData(0, 4, .95, 1)]
    public void Power_and_level_for_a_decision_rule(int success, int guardrails, double power, int alphaOver)
    {
        PlannedMetric[] metrics =
        [
            .. Enumerable.Range(0, success).Select(i => new PlannedMetric($"s{i}", MetricRole.Success)),
            .. Enumerable.Range(0, guardrails).Select(i => new PlannedMetric($"g{i}", MetricRole.Guardrail, Margin: .01)),
        ];
        var plan = new DecisionPlan(metrics) { ExpectedUnits = 1000, CustomRule = Rule.Standard(metrics, vetoes: false) };
        foreach (var share in Budget.Of(plan).Value)
        {
            share.Power.ShouldBe(power, 1e-5);
            share.Alpha.ShouldBe(share.Leaf.Question == Question.Superior ? .05 / alphaOver : .05, 1e-12);
        }

        // With vetoes the uncharged power is the same, and the charged one a little higher.
        foreach (var share in Budget.Of(plan with { CustomRule = null }).Value.Where(b => !b.Leaf.IsVeto))
        {
            share.PowerWithoutVetoes.ShouldBe(power, 1e-5);
            share.Power.ShouldBeGreaterThan(share.PowerWithoutVetoes);
        }
    }
}
