using System.Diagnostics;
using Busker.Statistics.Decisions;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Tests;

public sealed class DecisionTests
{
    private static readonly DecisionPlan Plan = new(
    [
        new("minutes", MetricRole.Success, Effect: .02),
        new("crashes", MetricRole.Guardrail, Preferred.Decrease, Margin: .05),
    ])
    { ExpectedUnits = 10_000 };

    private static Reading Minutes(double effect, double units) => new(new Estimate(effect, .4 * Math.Sqrt(10_000 / units), double.PositiveInfinity), 60, units);
    private static Reading Crashes(double effect, double units) => new(new Estimate(effect, .005 * Math.Sqrt(10_000 / units), double.PositiveInfinity), .5, units);

    private static Decision Decide(bool final, bool alarm, params (Reading Minutes, Reading Crashes)[] looks) =>
        DecisionEngine.Create(Plan, final).Value.Decide(new TreatmentEvidence("blue", new Dictionary<string, Reading[]>
        {
            ["minutes"] = [.. looks.Select(l => l.Minutes)],
            ["crashes"] = [.. looks.Select(l => l.Crashes)],
        }, alarm, alarm ? .0001 : .6)).Value;

    [Fact]
    public void It_ships_when_everything_is_shown()
    {
        var decision = Decide(true, false, (Minutes(1.2, 10_000), Crashes(0, 10_000)));
        decision.Verdict.ShouldBe(Verdict.Ship);
        decision.Sentence.ShouldBe("Ship blue: minutes improved (+2 %, between +0.9 % and +3.1 %), crashes is not worse than allowed (0 %, between -1.64 % and +1.64 %) and nothing deteriorated and quality holds.");
        decision.Outcomes[0].AfterStopping!.MedianUnbiased.ShouldBe(1.2, 1e-6);
    }

    [Fact]
    public void It_keeps_running_while_something_is_open_and_stops_at_the_end()
    {
        var running = Decide(false, false, (Minutes(.3, 5000), Crashes(0, 5000)));
        running.Verdict.ShouldBe(Verdict.KeepRunning);
        running.Sentence.ShouldStartWith("Keep running blue: minutes has not been shown to improve");
        Decide(true, false, (Minutes(.3, 5000), Crashes(0, 5000))).Verdict.ShouldBe(Verdict.DoNotShip);
    }

    [Fact]
    public void Harm_and_bad_traffic_stop_it_at_once()
    {
        var harm = Decide(false, false, (Minutes(1.5, 5000), Crashes(.05, 5000)));
        harm.Verdict.ShouldBe(Verdict.DoNotShip);
        harm.Sentence.ShouldStartWith("Do not ship blue: crashes deteriorated (+10 %");
        Decide(false, true, (Minutes(1.5, 10_000), Crashes(0, 10_000))).Sentence.ShouldBe("Do not ship blue: the traffic split is not as planned (p = 0.0001).");
    }

    [Fact]
    public void What_an_earlier_look_showed_stays_shown()
    {
        var decision = Decide(true, false, (Minutes(3, 5000), Crashes(0, 5000)), (Minutes(.2, 10_000), Crashes(0, 10_000)));
        decision.Outcomes[0].Look.ShouldBe(0);
        decision.Verdict.ShouldBe(Verdict.Ship);
    }

    [Fact]
    public void A_rule_of_ones_own_splits_the_level_over_or_and_the_power_over_and()
    {
        PlannedMetric[] metrics = [new("a", MetricRole.Success), new("b", MetricRole.Success), new("c", MetricRole.Guardrail, Margin: .1), new("d", MetricRole.Guardrail, Margin: .1)];
        var rule = new Rule.Any(
            new Rule.All(new Rule.Leaf("a", Question.Superior), new Rule.Leaf("c", Question.NonInferior)),
            new Rule.All(new Rule.Leaf("b", Question.Superior), new Rule.Leaf("d", Question.NonInferior)));
        rule.Text().ShouldBe("(a superior and c non-inferior) or (b superior and d non-inferior)");
        var budget = Budget.Of(new DecisionPlan(metrics) { CustomRule = rule, ExpectedUnits = 100 }).Value;
        budget.ShouldAllBe(b => Math.Abs(b.Alpha - .025) < 1e-12 && Math.Abs(b.Power - .9) < 1e-12);
    }

    [Fact]
    public void Bad_plans_are_refused_in_a_sentence()
    {
        string Refused(DecisionPlan plan) => Budget.Of(plan).Fault!.Message;
        Refused(Plan with { ExpectedUnits = 0 }).ShouldContain("needs the expected number of units");
        Refused(Plan with { Power = .995 }).ShouldContain("cannot be promised");
        Refused(Plan with { CustomRule = new Rule.Leaf("x", Question.Superior) }).ShouldBe("The rule names the metric x, which is not planned.");
        Refused(Plan with { CustomRule = new Rule.Leaf("minutes", Question.NonInferior) }).ShouldContain("has no margin");
        Refused(new DecisionPlan([new("x", MetricRole.Deterioration)]) { ExpectedUnits = 1 }).ShouldContain("shows nothing");
        Refused(new DecisionPlan([new("x", MetricRole.Success), new("x", MetricRole.Success)]) { ExpectedUnits = 1 }).ShouldContain("planned twice");
        DecisionEngine.Create(Plan, false).Value.Decide(new TreatmentEvidence("blue", new Dictionary<string, Reading[]>(), false, 1))
            .Fault!.Message.ShouldBe("There are no data for the metric minutes of blue.");
    }

    [Fact]
    public void A_hundred_metrics_in_ten_arms_take_less_than_a_hundred_milliseconds()
    {
        var metrics = Enumerable.Range(0, 100).Select(i => new PlannedMetric($"m{i}", i < 5 ? MetricRole.Success : MetricRole.Guardrail, Margin: i < 5 ? null : .02)).ToArray();
        var plan = new DecisionPlan(metrics) { Treatments = 9, ExpectedUnits = 1_000_000, DeteriorationAlpha = .01 };
        var seeded = new Seeded(9);
        var tallies = new Tally[100, 10];
        foreach (var (m, a) in from m in Enumerable.Range(0, 100) from a in Enumerable.Range(0, 10) select (m, a))
        {
            tallies[m, a] = Tally.FromSums(100_000, [100_000 * (10 + (.01 * seeded.Normal())), 1_000_000],
                new double[,] { { 14_000_000, 12_000_000 }, { 12_000_000, 12_500_000 } }).Value;
        }

        var best = double.MaxValue;
        for (var round = 0; round < 20 && best >= 100; round++)
        {
            var watch = Stopwatch.StartNew();
            Analyse(plan, tallies).ShouldBe(9);
            best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
        }

        best.ShouldBeLessThan(100, $"100 metrics in 10 arms took {best:0.0} ms");
    }

    private static int Analyse(DecisionPlan plan, Tally[,] tallies)
    {
        var engine = DecisionEngine.Create(plan, false).Value;
        var readings = Enumerable.Range(1, 9).Select(_ => new Dictionary<string, Reading[]>()).ToArray();
        for (var m = 0; m < 100; m++)
        {
            var arms = Enumerable.Range(0, 10).Select(a => tallies[m, a]).ToArray();
            for (var a = 1; a < 10; a++)
            {
                var effect = Adjustment.Full([arms[0], arms[a]], 0, 1).Value;
                readings[a - 1][$"m{m}"] = [new Reading(effect, arms[0].Mean(0), 1_000_000)];
            }
        }

        return readings.Count(r => engine.Decide(new TreatmentEvidence("t", r, false, 1)).Fault is null);
    }
}
