using Busker.Learning.Decide;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Decide;

/// <summary>Intervals and bounds against the rates they promise, in many seeded repetitions.</summary>
public sealed class SamplingTests
{
    private static int Hits(int trials, Func<Rng, bool> trial)
    {
        var hits = 0;
        new Lanes(2).For(trials, t =>
        {
            if (trial(new Rng(77).Fork((ulong)t))) Interlocked.Increment(ref hits);
        });
        return hits;
    }

    [Fact]
    public void A_bootstrap_interval_of_payments_grouped_by_card_holds_the_truth_95_times_in_a_hundred()
    {
        const int trials = 1000, cards = 120;
        var covered = Hits(trials, rng =>
        {
            // Payments of a card share its level, so that rows drawn one by one would give too narrow an interval.
            var (values, groups) = (new List<double>(), new List<ulong>());
            for (var c = 0; c < cards; c++)
            {
                var level = rng.NextGaussian();
                for (var n = 0; n < 3; n++)
                {
                    values.Add(level + 0.3 * rng.NextGaussian());
                    groups.Add((ulong)c);
                }
            }

            var interval = new Bootstrap(250, rng.Next(), Lanes.One).Of([.. groups], rows =>
            {
                double sum = 0;
                foreach (var r in rows) sum += values[r];
                return sum / rows.Length;
            });
            return interval.Low <= 0 && interval.High >= 0;
        });
        (covered / (double)trials).ShouldBeInRange(0.925, 0.97);
    }

    [Fact]
    public void A_paired_comparison_of_two_equal_models_finds_a_difference_one_time_in_twenty()
    {
        const int trials = 400, rows = 200;
        var apart = Hits(trials, rng =>
        {
            double[] signal = [.. Enumerable.Range(0, rows).Select(_ => rng.NextGaussian())], labels = [.. signal.Select(s => rng.NextBool(1 / (1 + Math.Exp(-s))) ? 1.0 : 0)];
            double[] first = [.. signal.Select(s => s + 0.5 * rng.NextGaussian())], second = [.. signal.Select(s => s + 0.5 * rng.NextGaussian())];
            ulong[] groups = [.. Enumerable.Range(0, rows).Select(r => (ulong)r)];
            var difference = new Bootstrap(150, rng.Next(), Lanes.One).Compare(groups, first, second, labels, (s, y) => RankMetrics.Auc(s, y));
            return difference.Low > 0 || difference.High < 0;
        });
        (apart / (double)trials).ShouldBeInRange(0.02, 0.09);
    }

    [Theory]
    [InlineData(200, 200, 10)]
    [InlineData(1500, 200, 10)]
    [InlineData(1500, 60, 10)]
    [InlineData(600, 600, 20)]
    public void Drift_without_a_change_alarms_about_once_in_a_thousand(int reference, int current, int cells)
    {
        const int trials = 3000;
        double[] Sample(Rng rng, int rows) => [.. Enumerable.Range(0, rows).Select(_ => rng.NextDouble())];
        var (psi, ks) = (0, 0);
        Hits(trials, rng =>
        {
            var drift = new Drift(Sample(rng, reference), cells);
            var now = Sample(rng, current);
            if (drift.Psi(now).Alarms) Interlocked.Increment(ref psi);
            if (drift.Ks(now).Alarms) Interlocked.Increment(ref ks);
            return true;
        });
        psi.ShouldBeLessThanOrEqualTo(11, "PSI"); // 3 expected; more than 11 has a chance of one in ten thousand
        ks.ShouldBeLessThanOrEqualTo(11, "KS");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Drift_bounds_hold_for_columns_of_few_values_and_with_missing_ones(bool missing)
    {
        const int trials = 2000;
        var alarms = Hits(trials, rng =>
        {
            double Draw() => missing && rng.NextBool(0.1) ? double.NaN : rng.NextInt(3);
            var drift = new Drift([.. Enumerable.Range(0, 2000).Select(_ => Draw())]);
            double[] now = [.. Enumerable.Range(0, 400).Select(_ => Draw())];
            return drift.Psi(now).Alarms || drift.Ks(now).Alarms;
        });
        alarms.ShouldBeLessThanOrEqualTo(10);
    }

    [Fact]
    public void Psi_of_few_cells_is_its_sum_written_out()
    {
        // Cells of the reference 1…4 cut at 2, 3, 4; nothing missing. Half a row is added to each of the five cells.
        var psi = new Drift([1, 2, 3, 4], 4).Psi([1, 1, 1, 4]).Value;
        double[] p = [1.5, 1.5, 1.5, 1.5], q = [3.5, 0.5, 0.5, 1.5];
        p.Zip(q, (r, n) => (n / 6.5 - r / 6.5) * Math.Log(n / r)).Sum().ShouldBe(psi, 1e-12);
    }

    [Fact]
    public void The_distance_of_two_samples_is_the_largest_gap_of_their_shares_below_any_value()
    {
        for (var seed = 0UL; seed < 100; seed++)
        {
            var rng = new Rng(seed);
            double[] a = [.. Enumerable.Range(0, 1 + rng.NextInt(50)).Select(_ => (double)rng.NextInt(15))], b = [.. Enumerable.Range(0, 1 + rng.NextInt(50)).Select(_ => (double)rng.NextInt(20))];
            var expected = a.Concat(b).Max(v => Math.Abs(a.Count(x => x <= v) / (double)a.Length - b.Count(x => x <= v) / (double)b.Length));
            new Drift(a).Ks(b).Value.ShouldBe(expected, 1e-12);
        }
    }
}
