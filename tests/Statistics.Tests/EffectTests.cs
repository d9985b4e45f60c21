using Busker.Statistics.Bayes;
using Busker.Statistics.Design;
using Busker.Statistics.Effects;
using Busker.Statistics.Exploration;
using Busker.Statistics.Multiplicity;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Tests;

public sealed class EffectTests
{
    [Fact]
    public void Intervals_exclude_exactly_what_tests_reject()
    {
        var e = new Estimate(1.3, .6, 11);
        foreach (var side in new[] { Alternative.TwoSided, Alternative.Larger, Alternative.Smaller })
        {
            var p = e.PValue(0, side);
            e.Interval(p * 1.0001, side).Contains(0).ShouldBeFalse();
            e.Interval(p * .9999, side).Contains(0).ShouldBeTrue();
        }
    }

    [Fact]
    public void Equivalence_needs_both_sides()
    {
        var equivalence = new Hypothesis(HypothesisKind.Equivalence, Preferred.Either, 1);
        equivalence.Test(new Estimate(.1, .3, double.PositiveInfinity), .05).Value.Shown.ShouldBeTrue();
        equivalence.Test(new Estimate(.9, .3, double.PositiveInfinity), .05).Value.Shown.ShouldBeFalse();
        equivalence.Test(new Estimate(-.9, .3, double.PositiveInfinity), .05).Value.Shown.ShouldBeFalse();
        new Hypothesis(HypothesisKind.NonInferiority, Preferred.Either, 1).Test(new Estimate(0, 1, 9), .05).Fault!.Message.ShouldContain("direction");
        new Hypothesis(HypothesisKind.Equivalence, Preferred.Either).Test(new Estimate(0, 1, 9), .05).Fault!.Field.ShouldBe("margin");
    }

    [Fact]
    public void Full_adjustment_with_one_slope_agrees_with_a_direct_regression()
    {
        // ŷ = 1 + 2x in control, 3 + 4x in treatment, no noise: the effect at the pooled mean of x (1.5 here) is 2 + 2·1.5 = 5.
        var (control, treatment) = (new Tally(2), new Tally(2));
        foreach (var x in new double[] { 0, 1, 2, 3, 0, 3 })
        {
            control.Add(1 + (2 * x) + (x is 0 or 3 ? .1 : -.2), x).ShouldBeNull();
            treatment.Add(3 + (4 * x), x).ShouldBeNull();
        }

        Adjustment.Full([control, treatment], 0, 1).Value.Value.ShouldBe(5, .11);
        Adjustment.Explained(treatment).ShouldBe(1, 1e-12);
        Adjustment.Full([control, new Tally(1)], 0, 1).Fault!.Message.ShouldContain("different covariates");
        Adjustment.PooledSlope([new Tally(2), new Tally(2)]).Fault!.Reason.ShouldBe("TOO_FEW_UNITS");
    }

    [Fact]
    public void Constant_and_collinear_covariates_are_left_out()
    {
        var (a, b) = (new Tally(4), new Tally(4));
        var seeded = new Seeded(3);
        for (var i = 0; i < 50; i++)
        {
            var x = seeded.Normal();
            (i % 2 == 0 ? a : b).Add(x + seeded.Normal(), x, 2 * x, 7).ShouldBeNull();
        }

        double.IsFinite(Adjustment.Full([a, b], 0, 1).Value.StandardError).ShouldBeTrue();
    }

    [Fact]
    public void A_mean_over_clusters_has_the_clusters_error()
    {
        // Every cluster of ten repeats one number: the error is that of 40 numbers, not of 400.
        var seeded = new Seeded(11);
        var (clusters, heads) = (new Tally(2), new Tally(1));
        for (var g = 0; g < 40; g++)
        {
            var y = seeded.Normal();
            clusters.Add(10 * y, 10).ShouldBeNull();
            heads.Add(y).ShouldBeNull();
        }

        var (robust, plain) = (ArmMean.Clustered(clusters).Value, ArmMean.Average(heads).Value);
        robust.Mean.ShouldBe(plain.Mean, 1e-12);
        robust.Uncertainty.ShouldBe(plain.Uncertainty * 40 / 39, 1e-9);
    }

    [Fact]
    public void Bayes_agrees_with_closed_forms()
    {
        var (a, b) = (NormalPosterior.Of(new ArmMean(100, 0, 100)).Value, NormalPosterior.Of(new ArmMean(100, 1, 100)).Value);
        var comparison = Comparison.Of([a, b]).Value;
        comparison.ProbabilityBest[1].ShouldBe(Normal.Cdf(1 / Math.Sqrt(2)), 1e-6);
        var s = Math.Sqrt(2);
        comparison.ExpectedLoss[1].ShouldBe((s * Normal.Density(1 / s)) - Normal.Upper(1 / s), 1e-5);
        comparison.ExpectedLoss[0].ShouldBe(comparison.ExpectedLoss[1] + 1, 1e-9);

        // Two Beta(1,1) and Beta(2,1): P(second is larger) = 2/3.
        Comparison.Of([BetaPosterior.Of(0, 0).Value, BetaPosterior.Of(1, 1).Value]).Value.ProbabilityBest[1].ShouldBe(2.0 / 3, 1e-5);
        NormalPosterior.Of(new ArmMean(4, 10, 4), 0, 1).Value.Mean.ShouldBe(5, 1e-12);
        BetaPosterior.Of(5, 3).Fault!.Message.ShouldContain("between 0 and 3");
    }

    [Fact]
    public void Optimal_shares_days_and_powered_effects()
    {
        SampleSize.OptimalShares(1, [1, 1]).Value[0].ShouldBe(Math.Sqrt(2) / (2 + Math.Sqrt(2)), 1e-12);
        SampleSize.OptimalShares(1, [1]).Value.ShouldBe([.5, .5]);
        SampleSize.DaysNeeded(1000, [300, 200], 7).Value.ShouldBe(12);
        SampleSize.DaysNeeded(1000, [300, 0]).Fault!.Message.ShouldBe("Arrivals stop at 300 units; 1000 are needed.");
        var size = new SampleSize(.05, .8);
        size.PoweredEffect(100, 17_442, 17_442).Value.ShouldBe(.3, 1e-5);
        var n = size.Proportion(.34, .003).Value / 2.0;
        size.PoweredRise(.34, n, n).Value.ShouldBe(.003, 1e-7);
        size.Mean(-1, .1).Fault!.Reason.ShouldBe("NEGATIVE_VARIANCE");
        size.Mean(1, 0).Fault!.Field.ShouldBe("|effect|");
    }

    [Fact]
    public void A_dimension_is_corrected_for_all_its_values_and_shrunk()
    {
        Estimate E(double v) => new(v, 1, double.PositiveInfinity);
        var dimension = Dimension.Of([("se", E(2.2)), ("no", E(.1)), ("dk", E(-.3)), ("fi", E(.4))]).Value;
        dimension.Segments[0].AdjustedPValue.ShouldBe(4 * E(2.2).PValue(), 1e-12);
        dimension.Segments[0].Interval.Contains(0).ShouldBeTrue("alone it would exclude zero");
        dimension.Segments[0].Shrunken.ShouldBeLessThan(2.2);
        dimension.Sentence().ShouldContain("No single value shows an effect");
        Dimension.Of([("se", E(2.2))]).Fault!.Reason.ShouldBe("WRONG_SHAPE");
        Dimension.Of([("se", E(2.2)), ("no", E(1))], alsoLookedAt: 8).Value.Segments[0].AdjustedPValue.ShouldBe(10 * E(2.2).PValue(), 1e-12);
    }

    [Fact]
    public void An_interaction_is_the_difference_of_differences()
    {
        ArmMean C(double n, double m) => new(n, m, 1);
        var plain = Interaction.Of(new[,] { { C(100, 1), C(100, 2) }, { C(100, 3), C(100, 4) } }).Value;
        plain.Contrasts[0, 0].Value.ShouldBe(0, 1e-12);
        plain.Contrasts[0, 0].StandardError.ShouldBe(.2, 1e-12);
        plain.PValue.ShouldBe(1, 1e-12);
        plain.IndependencePValue.ShouldBe(1, 1e-12);
        var strong = Interaction.Of(new[,] { { C(100, 1), C(100, 2), C(100, 1) }, { C(100, 3), C(100, 7), C(90, 3) } }).Value;
        strong.PValue.ShouldBeLessThan(1e-9);
        var skewed = Interaction.Of(new[,] { { C(150, 1), C(50, 2) }, { C(50, 3), C(150, 4) } }).Value;
        skewed.IndependencePValue.ShouldBeLessThan(1e-9);
    }

    [Theory]
    [InlineData(CorrectionMethod.Bonferroni, .04, .08)]
    [InlineData(CorrectionMethod.Sidak, .03940399, .07763184)]
    [InlineData(CorrectionMethod.HolmSidak, .03940399, .05880800)]
    [InlineData(CorrectionMethod.Hochberg, .03, .03)]
    [InlineData(CorrectionMethod.BenjaminiYekutieli, .0625, .0625)]
    public void Corrections_of_four(CorrectionMethod method, double first, double second)
    {
        var adjusted = Correction.Adjust([.01, .02, .025, .03], method).Value;
        adjusted[0].ShouldBe(first, 1e-6);
        adjusted[1].ShouldBe(second, 1e-6);
    }

    [Fact]
    public void Two_stage_corrections_use_the_estimated_number_of_true_nulls()
    {
        double[] p = [.001, .002, .003, .2, .6];
        var bh = Correction.Adjust(p, CorrectionMethod.BenjaminiHochberg).Value;
        var two = Correction.Adjust(p, CorrectionMethod.TwoStageBenjaminiHochberg).Value;
        var bky = Correction.Adjust(p, CorrectionMethod.TwoStageBenjaminiKriegerYekutieli).Value;
        for (var i = 0; i < p.Length; i++)
        {
            two[i].ShouldBe(bh[i] * 2 / 5, 1e-12);
            bky[i].ShouldBe(bh[i] * 2 / 5 * 1.05, 1e-12);
        }

        Correction.Adjust([.5, double.NaN], CorrectionMethod.Holm).Fault!.Field.ShouldBe("pValues[1]");
    }
}
