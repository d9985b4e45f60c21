using Busker.Statistics.Effects;
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
}
