using Busker.Learning.Bandits;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Bandits;

public sealed class BanditTests
{
    [Fact]
    public void An_empirical_prior_recovers_where_the_rates_came_from()
    {
        var rng = new Rng(1);
        var (successes, trials) = (new long[4000], new long[4000]);
        for (var a = 0; a < trials.Length; a++)
        {
            trials[a] = 400;
            var rate = rng.NextBeta(2, 38);
            for (var n = 0; n < 400; n++) if (rng.NextBool(rate)) successes[a]++;
        }

        var prior = BetaPrior.Fit(successes, trials);
        (prior.Alpha / (prior.Alpha + prior.Beta)).ShouldBe(0.05, 0.003);
        (prior.Alpha + prior.Beta).ShouldBe(40, 6);
    }

    [Fact]
    public void Thompson_sampling_loses_far_less_than_chance_and_pending_impressions_are_counted()
    {
        var world = new BanditSimulation(arms: 20, rounds: 3000, runs: 5, lanes: new Lanes(2));
        var chance = world.Chance().Last.Mean;
        var prior = BanditSimulation.FittedPrior(42);
        world.Thompson("at once", prior).Last.Mean.ShouldBeLessThan(0.6 * chance);
        world.Thompson("in batches", prior, batch: 300).Last.Mean.ShouldBeLessThan(0.8 * chance);
        world.Thompson("late", prior, delay: 300).Last.Mean.ShouldBeLessThan(0.8 * chance);
        world.Thompson("at once", prior).Regret.Select(r => r.Mean).ShouldBeInOrder();
        new BanditSimulation(arms: 20, rounds: 3000, runs: 5).Thompson("at once", prior).Last.ShouldBe(world.Thompson("at once", prior).Last);
        var bandit = new BetaThompson(3, new BetaPrior(1, 1));
        var slate = new int[2];
        bandit.Choose(new Rng(1), slate);
        slate.Distinct().Count().ShouldBe(2);
        bandit.Pending.ToArray().Sum().ShouldBe(2);
        bandit.Learn(slate[0], success: true);
        bandit.Pending.ToArray().Sum().ShouldBe(1);
        bandit.Propensities().Sum().ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Upper_confidence_equals_ridge_regression_computed_from_scratch()
    {
        var rng = new Rng(3);
        const int d = 4;
        var bandit = new LinUcb(1, d, alpha: 0.7, ridge: 2);
        var a = new double[d, d];
        var b = new double[d];
        for (var i = 0; i < d; i++) a[i, i] = 2;
        for (var n = 0; n < 30; n++)
        {
            double[] x = [.. Enumerable.Range(0, d).Select(_ => rng.NextGaussian())];
            var reward = rng.NextDouble();
            bandit.Learn(0, x, reward);
            for (var i = 0; i < d; i++)
            {
                b[i] += reward * x[i];
                for (var j = 0; j < d; j++) a[i, j] += x[i] * x[j];
            }
        }

        double[] q = [1, -0.5, 0.3, 2];
        var theta = GaussJordan.Solve(a, b);
        var width = GaussJordan.Solve(a, q);
        var expected = q.Zip(theta, (x, y) => x * y).Sum() + 0.7 * Math.Sqrt(q.Zip(width, (x, y) => x * y).Sum());
        bandit.Score(0, q).ShouldBe(expected, 1e-9);
    }

    [Fact]
    public void Clicks_teach_the_logistic_model_its_weights()
    {
        var rng = new Rng(4);
        var model = new LogisticThompson(2, precision: 0.01);
        double[] truth = [1.5, -1];
        for (var batch = 0; batch < 20; batch++)
        {
            var clicks = new List<(double[], bool)>();
            for (var n = 0; n < 200; n++)
            {
                double[] x = [rng.NextGaussian(), rng.NextGaussian()];
                clicks.Add((x, rng.NextBool(LogisticThompson.Probability(truth, x))));
            }

            model.Learn(clicks);
        }

        model.Mean[0].ShouldBe(1.5, 0.15);
        model.Mean[1].ShouldBe(-1, 0.15);
    }

    [Fact]
    public void A_belief_from_a_prefix_is_gaussian_conditioning_and_narrows()
    {
        var rng = new Rng(5);
        const int t = 6;
        double[][][] items = [.. Enumerable.Range(0, 300).Select(_ =>
        {
            var level = rng.NextGaussian();
            return Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, t).Select(_ => 2 + level + 0.5 * rng.NextGaussian()).ToArray()).ToArray();
        })];
        var model = ProgressiveOutcome.Fit(items);
        var start = model.Start();
        start.Reward.ShouldBe(12, 1);
        start.Variance.ShouldBe(36, 9); // six steps that share one level of variance 1
        var after = start.After([4.0, 4.0]);
        after.Reward.ShouldBeGreaterThan(start.Reward + 5);
        after.Variance.ShouldBeLessThan(start.Variance / 4);
    }

    [Fact]
    public void A_state_goes_on_where_it_was_and_a_damaged_one_is_refused()
    {
        var path = Path.GetTempFileName();
        var state = new BanditState(new BetaPrior(2, 38), [7, 9], [3, 0], [40, 10]);
        state.Write(path);
        var read = BanditState.Read(path).Value;
        read.ArmIds.ShouldBe([7, 9]);
        read.Resume().Mean(0).ShouldBe(5.0 / 80, 1e-12);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^3]);
        BanditState.Read(path).Fault!.Message.ShouldContain("cut short or altered");
        File.Delete(path);
        BanditState.Read(path).Fault!.Message.ShouldContain("does not exist");
    }
}
