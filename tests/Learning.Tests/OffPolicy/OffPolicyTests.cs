using Busker.Learning.Numbers;
using Busker.Learning.OffPolicy;

namespace Busker.Learning.Tests.OffPolicy;

public sealed class OffPolicyTests
{
    private static readonly double[] Logging = [0.7, 0.2, 0.1], Judged = [0.1, 0.3, 0.6], Rates = [0.1, 0.2, 0.4];
    private static readonly double Truth = Judged.Zip(Rates, (p, r) => p * r).Sum();

    private static List<LoggedDecision> Log(int n, ulong seed)
    {
        var rng = new Rng(seed);
        var log = new List<LoggedDecision>();
        for (var t = 0; t < n; t++)
        {
            var u = rng.NextDouble();
            var action = u < 0.7 ? 0 : u < 0.9 ? 1 : 2;
            double[] model = [0.12, 0.18, 0.35];
            log.Add(new LoggedDecision(action, rng.NextBool(Rates[action]) ? 1 : 0, Logging[action], Judged[action], model[action], Judged.Zip(model, (p, q) => p * q).Sum()));
        }

        return log;
    }

    [Fact]
    public void Estimators_that_are_unbiased_find_the_truth_and_the_direct_method_its_models()
    {
        var log = Log(20_000, 1);
        foreach (var e in OffPolicyEvaluation.Estimate(log, new Rng(2), rounds: 200))
        {
            e.Value.ShouldBe(e.Name == "DM" ? 0.276 : Truth, 0.02, e.Name);
            (e.Low <= e.Value && e.Value <= e.High).ShouldBeTrue(e.Name);
        }

        OffPolicyEvaluation.Diagnose(log).Reliable.ShouldBeTrue();
    }

    [Fact]
    public void Judging_the_logging_policy_itself_gives_the_plain_mean()
    {
        var log = Log(500, 3).ConvertAll(e => e with { Target = e.Propensity });
        var mean = log.Average(e => e.Reward);
        OffPolicyEvaluation.Estimate(log, new Rng(1), rounds: 10).Where(e => e.Name is "IPS" or "SNIPS" or "DRos").Take(2).ShouldAllBe(e => Math.Abs(e.Value - mean) < 1e-12);
        var overlap = OffPolicyEvaluation.Diagnose(log);
        overlap.EffectiveSampleSize.ShouldBe(500, 1e-6);
        overlap.MeanWeight.ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Logs_that_cannot_answer_say_so()
    {
        var log = Log(2000, 4);
        log[0] = log[0] with { Propensity = 1e-6, Target = 0.9 };
        var overlap = OffPolicyEvaluation.Diagnose(log);
        overlap.Reliable.ShouldBeFalse();
        overlap.Warnings.ShouldContain(w => w.Contains("effective sample size"));
        Should.Throw<ArgumentException>(() => OffPolicyEvaluation.Diagnose([log[1] with { Propensity = 0 }])).Message.ShouldContain("decision 0");
    }

    [Fact]
    public void Slate_estimators_agree_when_positions_do_not_matter_to_one_another()
    {
        var rng = new Rng(6);
        var log = new List<LoggedSlate>();
        for (var t = 0; t < 40_000; t++)
        {
            var (rewards, logged, judged) = (new double[3], new double[3], new double[3]);
            for (var k = 0; k < 3; k++)
            {
                var action = rng.NextBool(0.5) ? 0 : 1;
                (logged[k], judged[k]) = (0.5, action == 0 ? 0.3 : 0.7);
                rewards[k] = rng.NextBool(action == 0 ? 0.2 : 0.5) ? 1 : 0;
            }

            log.Add(new LoggedSlate(rewards, logged, judged));
        }

        var truth = 3 * (0.3 * 0.2 + 0.7 * 0.5);
        SlateEvaluation.Independent(log).ShouldBe(truth, 0.03);
        SlateEvaluation.RewardInteraction(log).ShouldBe(truth, 0.03);
        SlateEvaluation.Whole(log).ShouldBe(truth, 0.05);
    }
}
