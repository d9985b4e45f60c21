using Busker.Learning.Decide;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Decide;

public sealed class LabelDelayTests
{
    [Fact]
    public void The_curve_is_the_chain_ladder_on_a_small_case()
    {
        // Cohorts of age 3, 2 and 1; reports after 1, 2, 3 days: 4+2+2, 6+3, 5. The product limit of late to early:
        // after 2 days known: 1 − 2/8 = 3/4 of the oldest; after 1 day: 10 of the 15 that both older cohorts had by then, of 3/4.
        var (delays, ages) = (new List<double>(), new List<double>());
        foreach (var (age, delay, count) in new[] { (3, 1, 4), (3, 2, 2), (3, 3, 2), (2, 1, 6), (2, 2, 3), (1, 1, 5) })
        {
            for (var n = 0; n < count; n++)
            {
                delays.Add(delay);
                ages.Add(age);
            }
        }

        var curve = LabelDelay.Fit([.. delays], [.. ages]);
        curve.Known(3).ShouldBe(1, 1e-12);
        curve.Known(2).ShouldBe(3 / 4.0, 1e-12);
        curve.Known(1).ShouldBe(3 / 4.0 * 10 / 15, 1e-12);
        curve.Known(0.5).ShouldBe(0);
    }

    [Fact]
    public void Half_a_million_reports_are_fitted_at_once_and_equal_the_plain_product()
    {
        var rng = new Rng(5);
        double[] ages = [.. Enumerable.Range(0, 500_000).Select(_ => 100 * rng.NextDouble())], delays = Array.ConvertAll(ages, a => a * rng.NextDouble());
        LabelDelay.Fit(delays, ages).Known(100).ShouldBe(1, 1e-9);
        var (few, fewAges) = (Array.ConvertAll(delays[..400], Math.Ceiling), Array.ConvertAll(ages[..400], a => Math.Ceiling(a) + 1));
        var curve = LabelDelay.Fit(few, fewAges);
        foreach (var age in few.Distinct())
        {
            double expected = 1;
            foreach (var later in few.Distinct().Where(d => d > age))
                expected *= 1 - few.Count(d => d == later) / (double)Enumerable.Range(0, 400).Count(r => few[r] <= later && fewAges[r] >= later);
            curve.Known(age).ShouldBe(expected, 1e-9);
        }
    }

    [Fact]
    public void A_payment_not_reported_so_far_is_fraud_as_often_as_said()
    {
        var rng = new Rng(6);
        var (delays, ages, open) = (new List<double>(), new List<double>(), new List<(double Age, bool Fraud)>());
        for (var n = 0; n < 200_000; n++)
        {
            var (age, fraud) = (1.0 + rng.NextInt(30), rng.NextBool(0.2));
            var delay = Math.Ceiling(rng.NextExponential(0.15));
            if (fraud && delay <= age)
            {
                delays.Add(delay);
                ages.Add(age);
            }
            else
            {
                open.Add((age, fraud));
            }
        }

        var curve = LabelDelay.Fit([.. delays], [.. ages]);
        foreach (var age in new[] { 2.0, 5, 12 })
        {
            var seen = open.Where(o => o.Age == age).Average(o => o.Fraud ? 1.0 : 0);
            curve.StillFraud(0.2, age).ShouldBe(seen, 0.02);
        }
    }

    [Fact]
    public void No_fold_trains_on_a_label_that_was_not_known_when_its_test_began()
    {
        var set = new CardTown(Customers: 60, Terminals: 60, Days: 120, Seed: 4) { Reach = 60 }.Make();
        for (var start = 28; start <= 95; start += 3)
        {
            foreach (var days in new[] { 7, 28 })
            {
                var fold = Prequential.At(set, "fold", start, days);
                var begins = fold.Test.Min(r => set.History.Time[r]);
                fold.Train.ShouldAllBe(r => set.History.KnownAt[r] <= begins);
                fold.Train.Max(r => set.History.Time[r]).ShouldBeLessThan(begins);
            }
        }
    }

    [Fact]
    public void Ages_and_delays_that_make_no_sense_are_refused() =>
        Should.Throw<ArgumentException>(() => LabelDelay.Fit([5], [4])).Message.ShouldContain("row 1");
}
