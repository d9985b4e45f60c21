using Busker.Learning.Numbers;
using Busker.Learning.OffPolicy;

namespace Busker.Learning.Tests.OffPolicy;

/// <summary>Estimators in a world with contexts whose true value is known, and against their definitions written out.</summary>
public sealed class KnownTruthTests
{
    private const int Arms = 3;
    private static readonly double[][] Rates = [[0.1, 0.3, 0.6], [0.5, 0.2, 0.1]]; // per context
    private static readonly double[][] Logging = [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]], Judged = [[0.1, 0.2, 0.7], [0.7, 0.2, 0.1]];
    private static readonly double Truth = Enumerable.Range(0, 2).Average(c => Judged[c].Zip(Rates[c], (p, r) => p * r).Sum());

    /// <param name="model">q̂ per context and arm.</param>
    private static List<LoggedDecision> Log(Rng rng, int n, double[][] model)
    {
        var log = new List<LoggedDecision>(n);
        for (var t = 0; t < n; t++)
        {
            var (c, a, u) = (rng.NextInt(2), 0, rng.NextDouble());
            while (a < Arms - 1 && u >= Logging[c][a]) u -= Logging[c][a++];
            log.Add(new LoggedDecision(a, rng.NextBool(Rates[c][a]) ? 1 : 0, Logging[c][a], Judged[c][a], model[c][a], Judged[c].Zip(model[c], (p, q) => p * q).Sum()));
        }

        return log;
    }

    private static readonly double[][] Wrong = [[0.3, 0.3, 0.3], [0.1, 0.4, 0.4]];

    [Fact]
    public void Over_many_logs_the_unbiased_are_right_on_average_and_their_intervals_hold_the_truth_as_often_as_they_say()
    {
        const int logs = 250, n = 400;
        var (values, covered) = (new Dictionary<string, List<double>>(), new Dictionary<string, int>());
        for (var l = 0; l < logs; l++)
        {
            var rng = new Rng((ulong)l);
            foreach (var e in OffPolicyEvaluation.Estimate(Log(rng, n, Wrong), rng, clip: 2, shrink: 5, rounds: 120))
            {
                values.TryAdd(e.Name, []);
                values[e.Name].Add(e.Value);
                covered[e.Name] = covered.GetValueOrDefault(e.Name) + (e.Low <= Truth && Truth <= e.High ? 1 : 0);
            }
        }

        double Bias(string name) => values[name].Average() - Truth;
        double Error(string name) => Math.Sqrt(values[name].Sum(v => Math.Pow(v - values[name].Average(), 2)) / logs / logs);
        foreach (var name in new[] { "IPS", "DR", "SNIPS" }) Bias(name).ShouldBe(0, 4 * Error(name) + (name == "SNIPS" ? 0.005 : 0), name);
        foreach (var name in new[] { "IPS", "DR", "SNIPS" }) (covered[name] / (double)logs).ShouldBeInRange(0.9, 0.985, name);
        Bias("clipped IPS").ShouldBeLessThan(-0.1); // clips what matters
        values["DM"].Average().ShouldBe(Enumerable.Range(0, 2).Average(c => Judged[c].Zip(Wrong[c], (p, q) => p * q).Sum()), 0.005);
        Math.Abs(Bias("DRos")).ShouldBeLessThan(Math.Abs(Bias("DM")));
    }

    [Fact]
    public void Each_estimate_is_its_formula()
    {
        var log = Log(new Rng(9), 300, Wrong);
        var estimates = OffPolicyEvaluation.Estimate(log, new Rng(1), clip: 2, shrink: 5, rounds: 5).ToDictionary(e => e.Name, e => e.Value);
        double W(LoggedDecision e) => e.Target / e.Propensity;
        estimates["IPS"].ShouldBe(log.Average(e => W(e) * e.Reward), 1e-12);
        estimates["clipped IPS"].ShouldBe(log.Average(e => Math.Min(2, W(e)) * e.Reward), 1e-12);
        estimates["SNIPS"].ShouldBe(log.Sum(e => W(e) * e.Reward) / log.Sum(W), 1e-12);
        estimates["DM"].ShouldBe(log.Average(e => e.PredictedTarget), 1e-12);
        estimates["DR"].ShouldBe(log.Average(e => e.PredictedTarget) + log.Average(e => W(e) * (e.Reward - e.Predicted)), 1e-12);
        estimates["switch-DR"].ShouldBe(log.Average(e => e.PredictedTarget + (W(e) <= 2 ? W(e) * (e.Reward - e.Predicted) : 0)), 1e-12);
        estimates["DRos"].ShouldBe(log.Average(e => e.PredictedTarget + 5 * W(e) / (W(e) * W(e) + 5) * (e.Reward - e.Predicted)), 1e-12);
        var overlap = OffPolicyEvaluation.Diagnose(log);
        overlap.EffectiveSampleSize.ShouldBe(Math.Pow(log.Sum(W), 2) / log.Sum(e => W(e) * W(e)), 1e-9);
        overlap.MaxWeight.ShouldBe(log.Max(W));
        overlap.MeanWeight.ShouldBe(log.Average(W), 1e-12);
    }

    [Fact]
    public void Slates_are_judged_rightly_by_the_estimator_whose_assumption_holds()
    {
        // A listener reads from the top and stops after a hit: a reward depends on what stands above, so single positions mislead.
        const int logs = 60, n = 1500;
        double[] Pick(double p) => [p, 1 - p];
        var (logged, judged) = (Pick(0.7), Pick(0.2));
        double[] hit = [0.2, 0.6];
        var (top, below) = (judged.Zip(hit, (p, h) => p * h).Sum(), judged.Zip(hit, (p, h) => p * h).Sum());
        var truth = top + (1 - top) * below;
        var (sums, covered) = (new Dictionary<string, double>(), new Dictionary<string, int>());
        for (var l = 0; l < logs; l++)
        {
            var rng = new Rng(500 + (ulong)l);
            var slates = new List<LoggedSlate>();
            for (var t = 0; t < n; t++)
            {
                int[] shown = [rng.NextBool(logged[0]) ? 0 : 1, rng.NextBool(logged[0]) ? 0 : 1];
                var first = rng.NextBool(hit[shown[0]]);
                var second = !first && rng.NextBool(hit[shown[1]]);
                slates.Add(new LoggedSlate([first ? 1 : 0, second ? 1 : 0], [.. shown.Select(a => logged[a])], [.. shown.Select(a => judged[a])]));
            }

            foreach (var e in SlateEvaluation.Estimate(slates, rng, rounds: 100))
            {
                sums[e.Name] = sums.GetValueOrDefault(e.Name) + e.Value / logs;
                covered[e.Name] = covered.GetValueOrDefault(e.Name) + (e.Low <= truth && truth <= e.High ? 1 : 0);
            }

            if (l > 0) continue;
            var (positions, whole) = SlateEvaluation.Diagnose(slates);
            positions.Reliable.ShouldBeTrue();
            whole.EffectiveSampleSize.ShouldBeLessThan(positions.EffectiveSampleSize);
            whole.EffectiveSampleSize.ShouldBe(Math.Pow(slates.Sum(Product), 2) / slates.Sum(s => Math.Pow(Product(s), 2)), 1e-6);
            SlateEvaluation.Whole(slates).ShouldBe(slates.Average(s => s.Rewards.Sum() * Product(s)), 1e-12);
            SlateEvaluation.Independent(slates).ShouldBe(slates.Average(s => s.Rewards[0] * s.Targets[0] / s.Propensities[0] + s.Rewards[1] * s.Targets[1] / s.Propensities[1]), 1e-12);
        }

        sums["RIPS"].ShouldBe(truth, 0.012);
        sums["slate IPS"].ShouldBe(truth, 0.02);
        Math.Abs(sums["IIPS"] - truth).ShouldBeGreaterThan(0.03);
        covered["RIPS"].ShouldBeGreaterThanOrEqualTo(52);
        covered["slate IPS"].ShouldBeGreaterThanOrEqualTo(50);
    }

    private static double Product(LoggedSlate slate) => slate.Targets.Zip(slate.Propensities, (t, p) => t / p).Aggregate(1.0, (a, b) => a * b);

    [Fact]
    public void Slates_without_chances_or_of_different_lengths_are_refused_by_name()
    {
        Should.Throw<ArgumentException>(() => SlateEvaluation.Diagnose([])).Message.ShouldContain("empty");
        Should.Throw<ArgumentException>(() => SlateEvaluation.Diagnose([new([1], [0], [1])])).Message.ShouldContain("slate 0, position 0");
        Should.Throw<ArgumentException>(() => SlateEvaluation.Estimate([new([1], [1], [1]), new([1, 1], [1, 1], [1, 1])], new Rng(1))).Message.ShouldContain("slate 1");
    }
}
