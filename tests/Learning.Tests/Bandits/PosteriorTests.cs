using Busker.Learning.Bandits;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Bandits;

/// <summary>Beliefs of bandits against the posteriors they stand for, and logged chances against what is chosen.</summary>
public sealed class PosteriorTests
{
    [Fact]
    public void Logged_propensities_are_how_often_each_arm_is_chosen_and_none_that_can_be_chosen_is_zero()
    {
        var bandit = new BetaThompson(5, new BetaPrior(0.5, 6));
        foreach (var (arm, successes, trials) in new[] { (0, 30L, 300L), (1, 5L, 60L), (2, 0L, 4L), (3, 900L, 10_000L), (4, 1L, 90L) }) bandit.Count(arm, successes, trials);
        var logged = bandit.Propensities();
        logged.Sum().ShouldBe(1, 1e-9);
        logged.ShouldAllBe(p => p > 0);
        const int rounds = 60_000;
        var (chosen, slate, rng) = (new int[5], new int[2], new Rng(8));
        for (var n = 0; n < rounds; n++)
        {
            bandit.Choose(rng, slate);
            chosen[slate[0]]++;
        }

        for (var a = 0; a < 5; a++) (chosen[a] / (double)rounds).ShouldBe(logged[a], 4.5 * Math.Sqrt(logged[a] / rounds) + 1e-4, $"arm {a}");
    }

    [Fact]
    public void Propensities_of_two_arms_are_the_closed_form_also_of_sharp_and_of_flat_beliefs()
    {
        foreach (var (a1, b1, a2, b2) in new[] { (1, 1, 1, 1), (2, 38, 3, 40), (400, 9600, 420, 9580), (1, 1, 5000, 95_000), (50_000, 950_000, 50_100, 949_900), (3, 2, 1, 30) })
        {
            var bandit = new BetaThompson(2, new BetaPrior(1, 1));
            bandit.Count(0, a1 - 1, a1 + b1 - 2);
            bandit.Count(1, a2 - 1, a2 + b2 - 2);
            var expected = BetterThan(a2, b2, a1, b1);
            bandit.Propensities()[1].ShouldBe(expected, 2e-4 * Math.Max(0.05, expected), $"Beta({a1}, {b1}) and Beta({a2}, {b2})");
        }
    }

    /// <summary>P(second > first) = Σ_i B(α₁ + i, β₁ + β₂) / ((β₂ + i) B(1 + i, β₂) B(α₁, β₁)), i below α₂ (Miller 2015).</summary>
    private static double BetterThan(int a2, int b2, int a1, int b1)
    {
        double sum = 0;
        for (var i = 0; i < a2; i++) sum += Math.Exp(LogBeta(a1 + i, b1 + b2) - Math.Log(b2 + i) - LogBeta(1 + i, b2) - LogBeta(a1, b1));
        return sum;
    }

    private static readonly double[] LogFactorials = Build();

    private static double[] Build()
    {
        var logs = new double[2_100_000];
        for (var n = 2; n < logs.Length; n++) logs[n] = logs[n - 1] + Math.Log(n);
        return logs;
    }

    private static double LogBeta(int a, int b) => LogFactorials[a - 1] + LogFactorials[b - 1] - LogFactorials[a + b - 1];

    [Fact]
    public void A_slate_longer_than_the_arms_holds_each_arm_once()
    {
        var bandit = new BetaThompson(2, new BetaPrior(1, 1));
        Should.Throw<ArgumentException>(() => bandit.Choose(new Rng(1), new int[3])).Message.ShouldContain("2 arms");
        bandit.Pending.ToArray().ShouldBe([0, 0]);
    }

    [Fact]
    public void Feedback_in_any_order_and_batch_leaves_the_same_belief()
    {
        var rng = new Rng(3);
        var outcomes = Enumerable.Range(0, 200).Select(_ => (Arm: rng.NextInt(3), Success: rng.NextBool(0.3))).ToArray();
        var (atOnce, late, counted) = (new BetaThompson(3, new BetaPrior(2, 5)), new BetaThompson(3, new BetaPrior(2, 5)), new BetaThompson(3, new BetaPrior(2, 5)));
        foreach (var (arm, success) in outcomes) atOnce.Learn(arm, success);
        foreach (var (arm, success) in outcomes.Reverse()) late.Learn(arm, success);
        for (var a = 0; a < 3; a++) counted.Count(a, outcomes.Count(o => o.Arm == a && o.Success), outcomes.Count(o => o.Arm == a));
        for (var a = 0; a < 3; a++)
        {
            var (n, s) = (outcomes.Count(o => o.Arm == a), outcomes.Count(o => o.Arm == a && o.Success));
            var expected = (2.0 + s) / (7 + n);
            foreach (var bandit in new[] { atOnce, late, counted }) bandit.Mean(a).ShouldBe(expected, 1e-12);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void The_logistic_mean_is_the_mode_of_the_posterior_also_when_features_say_the_same(int copies)
    {
        var rng = new Rng(5);
        var d = copies + 1;
        var model = new LogisticThompson(d, precision: 0.5);
        var batch = new List<(double[] X, bool Success)>();
        for (var n = 0; n < 300; n++)
        {
            var z = rng.NextGaussian();
            batch.Add(([.. Enumerable.Repeat(z, copies), 1.0], rng.NextBool(1 / (1 + Math.Exp(-2 * z + 1)))));
        }

        model.Learn(batch);
        var mode = model.Mean.ToArray();
        double Loss(double[] w) => w.Sum(v => 0.25 * v * v) - batch.Sum(b => Math.Log(b.Success ? LogisticThompson.Probability(w, b.X) : 1 - LogisticThompson.Probability(w, b.X)));
        for (var i = 0; i < d; i++)
        {
            double[] up = [.. mode], down = [.. mode];
            (up[i], down[i]) = (up[i] + 1e-4, down[i] - 1e-4);
            ((Loss(up) - Loss(down)) / 2e-4).ShouldBe(0, 1e-3, $"slope of weight {i}");
        }

        // The second derivative along each axis is the precision that the draws have.
        var (rounds, spread) = (4000, 0.0);
        for (var n = 0; n < rounds; n++) spread += Math.Pow(model.Draw(rng)[d - 1] - mode[d - 1], 2) / rounds;
        double[] above = [.. mode[..^1], mode[^1] + 1e-3], below = [.. mode[..^1], mode[^1] - 1e-3];
        (spread * (Loss(above) + Loss(below) - 2 * Loss(mode)) / 1e-6).ShouldBe(1, 0.1);
    }

    [Fact]
    public void Progress_seen_listener_by_listener_is_the_conditional_of_the_joint_normal()
    {
        const int t = 3, items = 400, each = 6;
        var rng = new Rng(9);
        double[][][] past = [.. Enumerable.Range(0, items).Select(_ =>
        {
            var (level, trend) = (rng.NextGaussian(), rng.NextGaussian());
            double[] days = [.. Enumerable.Range(0, t).Select(_ => rng.NextGaussian())];
            return Enumerable.Range(0, each).Select(_ =>
            {
                var person = rng.NextGaussian();
                return Enumerable.Range(0, t).Select(s => 1 + level + 0.5 * s * trend + days[s] + 0.7 * person + 0.6 * rng.NextGaussian()).ToArray();
            }).ToArray();
        })];
        var belief = ProgressiveOutcome.Fit(past).Start();
        double[][] seen = [[2.0, 1.5, 3], [0.5, 1], [4]];
        foreach (var prefix in seen) belief = belief.After(prefix);

        // μ, Σ and V again, from their definitions; observations stacked: prefix k is θ's first entries plus noise of its own.
        var means = past.Select(i => Enumerable.Range(0, t).Select(s => i.Average(z => z[s])).ToArray()).ToArray();
        var mu = Enumerable.Range(0, t).Select(s => means.Average(m => m[s])).ToArray();
        double V(int a, int b) => past.Select((i, k) => i.Sum(z => (z[a] - means[k][a]) * (z[b] - means[k][b]))).Sum() / (items * (each - 1));
        double S(int a, int b) => means.Sum(m => (m[a] - mu[a]) * (m[b] - mu[b])) / (items - 1) - V(a, b) / each;
        var stacked = seen.SelectMany((p, k) => p.Select((z, s) => (Listener: k, Step: s, Z: z))).ToArray();
        var n = stacked.Length;
        var system = new double[n, n];
        for (var a = 0; a < n; a++)
            for (var b = 0; b < n; b++) system[a, b] = S(stacked[a].Step, stacked[b].Step) + (stacked[a].Listener == stacked[b].Listener ? V(stacked[a].Step, stacked[b].Step) : 0);
        double[] cross = [.. stacked.Select(o => Enumerable.Range(0, t).Sum(s => S(s, o.Step)))];
        var weights = GaussJordan.Solve(system, cross);
        belief.Reward.ShouldBe(mu.Sum() + weights.Select((w, a) => w * (stacked[a].Z - mu[stacked[a].Step])).Sum(), 1e-3);
        var whole = Enumerable.Range(0, t * t).Sum(c => S(c / t, c % t));
        belief.Variance.ShouldBe(whole - weights.Zip(cross, (w, c) => w * c).Sum(), 1e-3);
    }

    [Fact]
    public void A_belief_learnt_from_few_old_items_narrows_with_every_listener_and_comes_to_their_mean()
    {
        const int t = 20;
        for (var seed = 0UL; seed < 20; seed++)
        {
            var rng = new Rng(seed);
            double[] Listener(double level)
            {
                var stays = 0.5 + 0.4 * rng.NextDouble();
                return [.. Enumerable.Range(0, t).Select(s => rng.NextBool(Math.Clamp(level, 0.02, 0.98) * Math.Pow(stays, s / 6.0)) ? 1.0 : 0)];
            }

            double[][][] past = [.. Enumerable.Range(0, 5).Select(_ =>
            {
                var level = rng.NextDouble();
                return Enumerable.Range(0, 10).Select(_ => Listener(level)).ToArray();
            })];
            var belief = ProgressiveOutcome.Fit(past).Start();
            var (sum, variance) = (0.0, belief.Variance);
            for (var n = 1; n <= 300; n++)
            {
                var z = Listener(0.5);
                sum += z.Sum();
                belief = belief.After(z);
                belief.Variance.ShouldBeLessThanOrEqualTo(variance + 1e-9, $"seed {seed}, listener {n}");
                variance = belief.Variance;
            }

            belief.Reward.ShouldBe(sum / 300, 3, $"seed {seed}");
        }
    }
}
