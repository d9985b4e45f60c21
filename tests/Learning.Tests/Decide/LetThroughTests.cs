using Busker.Learning.Decide;
using Busker.Learning.Linear;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Decide;

/// <summary>Corrections for payments that were stopped, against a world whose every outcome is known.</summary>
public sealed class LetThroughTests
{
    private sealed record World(double[] X, double[] Score, double[] Labels, double[] Propensity, bool[] Seen);

    /// <summary>A model that misreads the payments stops the worst fifth; 5 to 20 % of those are let through, the riskier the fewer.</summary>
    private static World Make(ulong seed, int rows)
    {
        var rng = new Rng(seed);
        double[] x = [.. Enumerable.Range(0, rows).Select(_ => rng.NextGaussian())], score = [.. x.Select(v => v + rng.NextGaussian())];
        double[] labels = [.. x.Select(v => rng.NextBool(1 / (1 + Math.Exp(-(1.5 * v - 1.5)))) ? 1.0 : 0)];
        double[] propensity = [.. score.Select(s => s < 1.2 ? 1 : s < 2 ? 0.2 : 0.05)];
        return new World(x, score, labels, propensity, [.. propensity.Select((e, r) => e == 1 || new LetThrough(e, seed).Lets((ulong)r))]);
    }

    [Fact]
    public void The_draw_is_uniform_reproducible_and_not_that_of_another_salt()
    {
        var (policy, other) = (new LetThrough(0.1, 5), new LetThrough(0.1, 6));
        var both = 0;
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var let = Enumerable.Range(tenth * 10_000, 10_000).Count(i => policy.Lets((ulong)i));
            let.ShouldBeInRange(880, 1120); // four deviations
            both += Enumerable.Range(tenth * 10_000, 10_000).Count(i => policy.Lets((ulong)i) && other.Lets((ulong)i));
        }

        both.ShouldBeInRange(870, 1130);
        policy.Lets(123).ShouldBe(new LetThrough(0.1, 5).Lets(123));
    }

    [Fact]
    public void Weighted_by_inverse_propensity_the_measures_of_what_was_seen_are_those_of_all()
    {
        const int runs = 16, rows = 20_000;
        double ap = 0, loss = 0, plain = 0;
        for (var run = 0; run < runs; run++)
        {
            var world = Make((ulong)run, rows);
            int[] seen = [.. Enumerable.Range(0, rows).Where(r => world.Seen[r])];
            double[] Of(double[] all) => Array.ConvertAll(seen, r => all[r]);
            double[] chances = [.. world.Score.Select(s => 1 / (1 + Math.Exp(2 - s)))], weights = [.. seen.Select(r => LetThrough.Weight(world.Propensity[r]))];
            ap += (RankMetrics.AveragePrecision(Of(world.Score), Of(world.Labels), weights) - RankMetrics.AveragePrecision(world.Score, world.Labels)) / runs;
            loss += (ChanceMetrics.LogLoss(Of(chances), Of(world.Labels), weights) - ChanceMetrics.LogLoss(chances, world.Labels)) / runs;
            plain += (RankMetrics.AveragePrecision(Of(world.Score), Of(world.Labels)) - RankMetrics.AveragePrecision(world.Score, world.Labels)) / runs;
        }

        ap.ShouldBe(0, 0.005);
        loss.ShouldBe(0, 0.002);
        plain.ShouldBeLessThan(-0.1); // unweighted, the stopped ones are missing where precision is decided
    }

    [Fact]
    public void Trained_by_inverse_propensity_a_model_finds_what_all_outcomes_would_have_taught()
    {
        // Which payments are seen depends on the score alone; the score carries what x does not, so a model of x is led astray.
        double weighted = 0, approved = 0, oracle = 0;
        const int runs = 12;
        for (var run = 0; run < runs; run++)
        {
            var rng = new Rng(900 + (ulong)run);
            double[] x = [.. Enumerable.Range(0, 8000).Select(_ => rng.NextGaussian())], z = [.. x.Select(_ => rng.NextGaussian())];
            double[] labels = [.. x.Select((v, r) => rng.NextBool(1 / (1 + Math.Exp(-(v + z[r] - 1)))) ? 1.0 : 0)];
            double[] propensity = [.. z.Select(v => v < 0.8 ? 1 : 0.1)];
            bool[] seen = [.. propensity.Select((e, r) => e == 1 || new LetThrough(e, (ulong)run).Lets((ulong)r))];
            double Intercept(Func<int, bool> kept, Func<int, double> weight)
            {
                int[] rows = [.. Enumerable.Range(0, x.Length).Where(kept)];
                var examples = Examples.Of(Table.Of(["x"], [Array.ConvertAll(rows, r => x[r])]).Value, Array.ConvertAll(rows, r => labels[r]), Array.ConvertAll(rows, r => weight(r))).Value;
                return LogisticRegression.Fit(examples).Value.Margin([0.0]);
            }

            oracle += Intercept(_ => true, _ => 1) / runs;
            weighted += Intercept(r => seen[r], r => LetThrough.Weight(propensity[r])) / runs;
            approved += Intercept(r => propensity[r] == 1, _ => 1) / runs;
        }

        weighted.ShouldBe(oracle, 0.03);
        approved.ShouldBeLessThan(oracle - 0.2);
    }

    [Theory]
    [InlineData(0.9, 0.5)]
    [InlineData(0.5, 0.97)]
    public void The_interval_of_the_stops_precision_holds_the_truth_95_times_in_a_hundred_with_unequal_propensities(double risky, double other)
    {
        const int trials = 1200;
        var (covered, bias) = (0, 0.0);
        for (var trial = 0; trial < trials; trial++)
        {
            var rng = new Rng(4000 + (ulong)trial);
            var payments = new List<WouldStop>();
            for (var n = 0; n < 1500; n++)
            {
                var (e, fraud) = rng.NextBool(0.5) ? (0.04, risky) : (0.3, other); // what is riskier is let through less often
                payments.Add(new WouldStop(e, rng.NextBool(e), rng.NextBool(fraud)));
            }

            var truth = payments.Average(p => p.Fraud ? 1.0 : 0);
            var estimate = LetThrough.StoppedPrecision(payments);
            bias += (estimate.Value - truth) / trials;
            if (estimate.Low <= truth && truth <= estimate.High) covered++;
        }

        bias.ShouldBe(0, 0.01);
        (covered / (double)trials).ShouldBeInRange(0.93, 0.98);
    }

    [Fact]
    public void A_weight_needs_a_propensity()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => LetThrough.Weight(0));
        Should.Throw<ArgumentOutOfRangeException>(() => LetThrough.Weight(1.5));
        Should.Throw<ArgumentOutOfRangeException>(() => LetThrough.Weight(double.NaN));
    }
}
