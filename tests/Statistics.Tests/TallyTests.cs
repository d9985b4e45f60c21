using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Statistics.Tests;

public sealed class TallyTests
{
    private static double[] Values(ulong seed, int count)
    {
        var seeded = new Seeded(seed);
        return [.. Enumerable.Range(0, count).Select(_ => seeded.Normal() * Math.Pow(10, seeded.Below(25) - 12))];
    }

    [Fact]
    public void Hourly_partials_sum_to_the_day_bit_for_bit() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var values = Values((uint)Math.Abs((long)seed), 480);
            var day = new Tally(2);
            var hours = Enumerable.Range(0, 24).Select(_ => new Tally(2)).ToArray();
            var seeded = new Seeded((uint)Math.Abs((long)seed) + 1);
            for (var i = 0; i < values.Length; i += 2)
            {
                day.Add(values[i], values[i + 1]).ShouldBeNull();
                hours[seeded.Below(24)].Add(values[i], values[i + 1]).ShouldBeNull();
            }

            var merged = new Tally(2);
            foreach (var hour in hours.OrderBy(_ => seeded.Next())) merged.Merge(hour);
            merged.Fingerprint().ShouldBe(day.Fingerprint());
            merged.Sum(0).ShouldBe(day.Sum(0));
            merged.Covariance(0, 1).ShouldBe(day.Covariance(0, 1));
            return merged.Mean(1) == day.Mean(1);
        }));

    [Fact]
    public void A_sum_has_no_rounding_until_it_is_read()
    {
        var sum = ExactSum.Of(1e100, 1, -1e100, 1e-30, -1, 3);
        sum.Value.ShouldBe(3);
        sum.Components().ShouldBe([3, 1e-30]);
        ExactSum.Of(.1, .1, .1, .1, .1, .1, .1, .1, .1, .1).Value.ShouldBe(1);
        ExactSum.Of(1, Math.Pow(2, -53), Math.Pow(2, -106)).Value.ShouldBe(1 + Math.Pow(2, -52), "a tie is decided by what lies below");
    }

    [Fact]
    public void A_variance_survives_a_huge_offset()
    {
        var tally = new Tally(1);
        for (var i = 0; i < 1000; i++) tally.Add(1e9 + (i % 2)).ShouldBeNull();
        tally.Covariance(0, 0).ShouldBe(1000.0 / 999 / 4, 1e-15);
    }

    [Fact]
    public void Impossible_input_is_refused_in_a_sentence()
    {
        Tally.FromSums(10, 100, 10).Fault!.Message.ShouldContain("below zero; check its sum of squares");
        Tally.FromSums(10, double.NaN, 10).Fault!.Message.ShouldBe("The sum of metric is NaN; a finite number is needed.");
        Tally.FromSums(-1, 0, 0).Fault!.Reason.ShouldBe("OUT_OF_RANGE");
        new Tally(1).Add(double.PositiveInfinity)!.Reason.ShouldBe("NOT_A_NUMBER");
        new Tally(2).Add(1)!.Reason.ShouldBe("WRONG_SHAPE");
        ArmMean.Average(Tally.FromSums(1, 1, 1).Value).Fault!.Message.ShouldBe("metric has n = 1; at least 2 units are needed.");
        var constant = new ArmMean(10, 3, 0);
        Difference.Z(constant, constant, "minutes").Fault!.Message.ShouldBe("minutes has the same value for every unit, so no test is possible.");
        Difference.Relative(new ArmMean(10, 0, 1), new ArmMean(10, 1, 1), "minutes").Fault!.Message.ShouldContain("control mean of zero");
        ArmMean.Ratio(Tally.FromSums(5, [1, 0], new double[,] { { 1, 0 }, { 0, 0 } }).Value).Fault!.Message.ShouldContain("denominator");
    }

    [Fact]
    public void A_constant_metric_from_rounded_sums_has_variance_zero() =>
        Tally.FromSums(1000, 100.00000000000007, 10.000000000000002).Value.Covariance(0, 0).ShouldBe(0, 1e-12);

    [Fact]
    public void Sketch_quantiles_are_within_their_accuracy_and_merge_exactly()
    {
        var seeded = new Seeded(5);
        var values = Enumerable.Range(0, 20_000).Select(_ => Math.Exp(2 * seeded.Normal()) - 1).ToArray();
        var (whole, parts) = (new QuantileSketch(), new[] { new QuantileSketch(), new QuantileSketch(), new QuantileSketch() });
        for (var i = 0; i < values.Length; i++)
        {
            whole.Add(values[i]).ShouldBeNull();
            parts[i % 3].Add(values[i]).ShouldBeNull();
        }

        var merged = new QuantileSketch();
        foreach (var part in parts) merged.Merge(part);
        Array.Sort(values);
        foreach (var q in new[] { 0, .01, .25, .5, .9, .99, 1 })
        {
            var exact = values[(int)Math.Clamp(Math.Ceiling(q * values.Length), 1, values.Length) - 1];
            whole.Quantile(q).Value.ShouldBe(exact, (.0011 * Math.Abs(exact)) + 1e-12);
            merged.Quantile(q).Value.ShouldBe(whole.Quantile(q).Value);
        }
    }

    [Fact]
    public void Winsorising_clamps_to_pooled_quantiles()
    {
        var (a, b) = (new QuantileSketch(), new QuantileSketch());
        for (var i = 1; i <= 50; i++) { a.Add(i).ShouldBeNull(); b.Add(50 + i).ShouldBeNull(); }
        var winsor = Winsor.Of([a, b], 0, .9).Value;
        winsor.Apply(1000).ShouldBe(90, .1);
        winsor.Apply(-5).ShouldBe(-5);
        Winsor.Of([a], .9, .1).Fault!.Reason.ShouldBe("WRONG_SHAPE");
    }
}
