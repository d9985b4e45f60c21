using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Decisions;

/// <summary>The score processes of a planned experiment: per arm a correlated Gaussian walk over metrics; a treatment's z compares its walk with the control's.</summary>
internal sealed class World
{
    private sealed record Question(int Metric, bool Veto, bool TwoSided, double Sign, double Shift, double[] Bounds);

    private readonly DecisionPlan _plan;
    private readonly double[,] _factor;
    private readonly double[] _finalErrors;
    private readonly double _step;
    private readonly int _looks;
    private readonly Question?[] _questions;
    private readonly Dictionary<Rule.Leaf, int> _index;

    private World(DecisionPlan plan, double[,] factor, double[] finalErrors, int looks, Question?[] questions, Dictionary<Rule.Leaf, int> index)
    {
        (_plan, _factor, _finalErrors, _looks, _questions, _index) = (plan, factor, finalErrors, looks, questions, index);
        _step = Math.Sqrt(1.0 / looks);
    }

    public static Result<World> Create(DecisionPlan plan, IReadOnlyList<Baseline> baselines, int looks, double[,]? correlation)
    {
        var budgets = Budget.Of(plan);
        if (budgets.Fault is { } fault) return fault;
        var count = plan.Metrics.Count;
        if (correlation is not null && (correlation.GetLength(0) != count || correlation.GetLength(1) != count))
        {
            return Refusals.Wrong("correlation", $"The correlation table must be {count} by {count}, one row per metric.");
        }

        var (errors, means) = (new double[count], new double[count]);
        var perArm = plan.ExpectedUnits / (plan.Treatments + 1);
        for (var m = 0; m < count; m++)
        {
            var name = plan.Metrics[m].Name;
            if (baselines.FirstOrDefault(b => b.Metric == name) is not { } baseline) return Refusals.Wrong(name, $"The metric {name} has no baseline.");
            if (Refusals.Positive($"The baseline variance of {name}", baseline.Variance) is { } bad) return bad;
            errors[m] = Math.Sqrt(2 * baseline.Variance / perArm);
            means[m] = baseline.Mean;
        }

        var thresholds = new Thresholds(plan, final: true);
        double[] units = [.. Enumerable.Range(1, looks).Select(k => plan.ExpectedUnits * k / looks)];
        var (questions, index) = (new Question?[budgets.Value.Count], new Dictionary<Rule.Leaf, int>());
        for (var q = 0; q < questions.Length; q++)
        {
            var budget = budgets.Value[q];
            index[budget.Leaf] = q;
            if (budget.Leaf.Question == Decisions.Question.SampleRatioHolds) continue;
            var asked = Ask(plan, budget, errors, means, thresholds, units);
            if (asked.Fault is { } refused) return refused;
            questions[q] = asked.Value;
        }

        return new World(plan, Symmetric.FactorSemi(correlation ?? Identity(count)), errors, looks, questions, index);
    }

    public Scenario Simulate(string name, bool right, double[] effects, int replications, Seeded seeded)
    {
        var drifts = effects.Select((e, m) => (_plan.Metrics[m].Preferred == Preferred.Decrease ? -e : e) / _finalErrors[m]).ToArray();
        var (shipped, share) = (0, 0.0);
        for (var r = 0; r < replications; r++)
        {
            var look = ShipsAt(drifts, seeded);
            if (look > 0) shipped++;
            share += (look > 0 ? look : _looks) / (double)_looks;
        }

        var rate = (double)shipped / replications;
        return new Scenario(name, right, rate, Math.Sqrt(Math.Max(rate * (1 - rate), 1.0 / replications) / replications), share / replications);
    }

    // Arms' walks have variance ½ at the end, so that a difference of two has variance 1 and expectation drift.
    private int ShipsAt(double[] drifts, Seeded seeded)
    {
        var (arms, metrics, leaves) = (_plan.Treatments + 1, drifts.Length, _questions.Length);
        var (walk, raw, crossed) = (new double[arms * metrics], new double[metrics], new bool[arms * leaves]);
        for (var q = 0; q < leaves; q++)
        {
            if (_questions[q] is not null) continue;
            for (var a = 1; a < arms; a++) crossed[(a * leaves) + q] = seeded.Uniform() < _plan.QualityAlpha;
        }

        for (var k = 1; k <= _looks; k++)
        {
            Advance(walk, raw, arms, seeded);
            var root = Math.Sqrt((double)k / _looks);
            for (var a = 1; a < arms; a++)
            {
                if (Ships(walk, drifts, crossed, a, k, root)) return k;
            }
        }

        return 0;
    }

    private bool Ships(double[] walk, double[] drifts, bool[] crossed, int arm, int look, double root)
    {
        var (metrics, leaves, changed) = (drifts.Length, _questions.Length, look == 1);
        for (var q = 0; q < leaves; q++)
        {
            ref var done = ref crossed[(arm * leaves) + q];
            if (done || _questions[q] is not { } question || double.IsPositiveInfinity(question.Bounds[look - 1])) continue;
            var m = question.Metric;
            var z = ((walk[(arm * metrics) + m] - walk[m]) / root) + (drifts[m] * root);
            z = (question.Sign * z) + (question.Shift * root);
            if ((question.TwoSided ? Math.Abs(z) : z) >= question.Bounds[look - 1]) done = changed = true;
        }

        return changed && _plan.Rule.Holds(l => crossed[(arm * leaves) + _index[l]] != l.IsVeto);
    }

    private void Advance(double[] walk, double[] raw, int arms, Seeded seeded)
    {
        var scale = _step * 0.70710678118654752440;
        for (var a = 0; a < arms; a++)
        {
            for (var m = 0; m < raw.Length; m++) raw[m] = seeded.Normal() * scale;
            for (var m = 0; m < raw.Length; m++)
            {
                for (var j = 0; j <= m; j++) walk[(a * raw.Length) + m] += _factor[m, j] * raw[j];
            }
        }
    }

    private static Result<Question> Ask(
        DecisionPlan plan, LeafBudget budget, double[] errors, double[] means, Thresholds thresholds, double[] units)
    {
        var (leaf, m) = (budget.Leaf, plan.Metrics.ToList().FindIndex(x => x.Name == budget.Leaf.Metric));
        var metric = plan.Metrics[m];
        var twoSided = leaf.Question == Decisions.Question.QualityHolds || metric.Preferred == Preferred.Either;
        var entry = thresholds.Of(twoSided ? budget.Alpha / 2 : budget.Alpha, leaf.IsVeto, units);
        if (entry.Fault is { } fault) return fault;
        var sign = (metric.Preferred == Preferred.Decrease ? -1 : 1) * (leaf.Question == Decisions.Question.NotDeteriorated ? -1 : 1);
        var shift = leaf.Question == Decisions.Question.NonInferior ? metric.Margin!.Value * metric.Scale(means[m]) / errors[m] : 0;
        return new Question(m, leaf.IsVeto, twoSided, sign, shift, entry.Value.Z);
    }

    private static double[,] Identity(int n)
    {
        var table = new double[n, n];
        for (var i = 0; i < n; i++) table[i, i] = 1;
        return table;
    }
}
