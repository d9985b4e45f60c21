using Busker.Kernel;
using Busker.Statistics.Decisions;
using Busker.Statistics.Effects;
using Busker.Statistics.Multiplicity;
using Busker.Statistics.Samples;
using Busker.Statistics.Traffic;

namespace Busker.Cli.Stats;

/// <summary>From sufficient statistics to effects and decisions: pure.</summary>
internal static class StatsAnalysis
{
    public static Result<AnalysisResult> Run(AnalysisFile file, IReadOnlyList<MetricData> metrics, UnitFile? units = null)
    {
        if (metrics.Count == 0) return StatsReader.Wrong("metrics", "The file has no metrics.");
        string[] arms = [.. metrics[0].Looks[^1].Keys];
        var control = file.Control ?? (arms.Contains("control") ? "control" : arms[0]);
        if (!arms.Contains(control)) return StatsReader.Wrong("control", $"There is no arm {control}; the arms are {string.Join(", ", arms)}.");
        foreach (var metric in metrics)
        {
            foreach (var look in metric.Looks)
            {
                if (arms.FirstOrDefault(a => !look.ContainsKey(a)) is { } absent)
                {
                    return StatsReader.Wrong(metric.Metric.Name, $"{metric.Metric.Name} has no sums for the arm {absent}.");
                }
            }
        }

        var traffic = Traffic(file, metrics[0], arms);
        if (traffic.Fault is { } fault) return fault;
        var treatments = arms.Where(a => a != control).ToArray();
        var rows = Rows(file, metrics, control, treatments, units);
        if (rows.Fault is { } rowFault) return rowFault;
        var decisions = Decide(file, metrics, control, treatments, traffic.Value);
        if (decisions.Fault is { } refused) return refused;
        var posteriors = new List<PosteriorRow>();
        foreach (var metric in file.Posteriors ? metrics : [])
        {
            var believed = StatsEffects.Posteriors(metric, arms);
            if (believed.Fault is { } noPosterior) return noPosterior;
            posteriors.AddRange(believed.Value);
        }

        return Explored(new AnalysisResult(rows.Value, decisions.Value.Rows, traffic.Value, decisions.Value.Rule)
        {
            Posteriors = file.Posteriors ? posteriors : null,
        }, file, units, control, treatments);
    }

    private static Result<AnalysisResult> Explored(AnalysisResult result, AnalysisFile file, UnitFile? units, string control, string[] treatments)
    {
        if (units is null) return result;
        if (units.Asked.By.Count > 0)
        {
            var breakdowns = StatsExplore.Breakdowns(units, file, control, treatments);
            if (breakdowns.Fault is { } fault) return fault;
            result = result with { Breakdowns = breakdowns.Value };
        }

        if (units.Asked.Other is not null)
        {
            var interactions = StatsExplore.Interactions(units, file.Alpha, control, treatments);
            if (interactions.Fault is { } fault) return fault;
            result = result with { Interactions = interactions.Value };
        }

        if (units.Asked.OpenWindow is null) return result;
        var looks = StatsExplore.OpenWindow(units, file, control, treatments);
        return looks.Fault is { } refused ? refused : result with { OpenWindow = looks.Value };
    }

    private static Result<EffectRow[]> Rows(AnalysisFile file, IReadOnlyList<MetricData> metrics, string control, string[] treatments, UnitFile? units)
    {
        var rows = new List<EffectRow>();
        foreach (var metric in metrics)
        {
            foreach (var arm in treatments)
            {
                var row = StatsEffects.Row(metric, control, arm, file.Alpha);
                if (row.Fault is { } fault) return fault;
                rows.Add(row.Value);
            }
        }

        foreach (var (name, q) in units?.Asked.Quantiles ?? [])
        {
            foreach (var arm in treatments)
            {
                var row = StatsEffects.Quantile(units!, name, q, control, arm, file.Alpha);
                if (row.Fault is { } fault) return fault;
                rows.Add(row.Value);
            }
        }

        var adjusted = Correction.Adjust([.. rows.Select(r => r.PValue)], file.Correction, file.Alpha);
        return adjusted.Fault is { } bad ? bad : rows.Select((r, i) => r with { AdjustedPValue = adjusted.Value[i] }).ToArray();
    }

    private static Result<(DecisionRow[] Rows, string Rule)> Decide(
        AnalysisFile file, IReadOnlyList<MetricData> metrics, string control, string[] treatments, TrafficResult traffic)
    {
        var spending = RuleFile.Spending(file.Spending);
        if (spending.Fault is { } unknown) return unknown;
        var rule = file.Rule is null ? null : (Result<Rule>?)RuleFile.Read(file.Rule);
        if (rule?.Fault is { } wrong) return wrong;
        var plan = new DecisionPlan([.. metrics.Select(m => m.Metric)])
        {
            Alpha = file.Alpha,
            Power = file.Power,
            Treatments = treatments.Length,
            ExpectedUnits = file.ExpectedUnits,
            Method = file.Method ?? (file.ExpectedUnits > 0 ? PeekingMethod.GroupSequential : PeekingMethod.FixedHorizon),
            Spending = spending.Value,
            CustomRule = rule?.Value,
        };
        var engine = DecisionEngine.Create(plan, file.Final);
        if (engine.Fault is { } fault) return fault;
        var rows = new List<DecisionRow>();
        foreach (var arm in treatments)
        {
            var readings = new Dictionary<string, Reading[]>();
            foreach (var metric in metrics)
            {
                var series = Readings(metric, control, arm);
                if (series.Fault is { } bad) return bad;
                readings[metric.Metric.Name] = series.Value;
            }

            var decision = engine.Value.Decide(new TreatmentEvidence(arm, readings, traffic.Mismatch, metrics[0].Looks.Count == 1 ? traffic.PValue : traffic.AlwaysValidPValue));
            if (decision.Fault is { } refused) return refused;
            rows.Add(new DecisionRow(arm, decision.Value.Verdict.ToString(), decision.Value.Sentence, [.. decision.Value.Outcomes.Select(o => o.Sentence)])
            {
                MedianUnbiasedEffect = decision.Value.Outcomes.FirstOrDefault(o => o.AfterStopping is not null)?.AfterStopping?.MedianUnbiased,
            });
        }

        return (rows.ToArray(), plan.Rule.Text());
    }

    private static Result<Reading[]> Readings(MetricData metric, string control, string arm)
    {
        var readings = new List<Reading>();
        foreach (var look in metric.Looks)
        {
            var (effect, means) = (StatsEffects.Effect(metric, look, control, arm), StatsEffects.Means(metric, look, control, arm));
            if ((effect.Fault ?? means.Fault) is { } fault) return fault;
            readings.Add(new Reading(effect.Value, means.Value.Control.Mean, look.Values.Sum(t => t.Count)));
        }

        return readings.ToArray();
    }

    private static Result<TrafficResult> Traffic(AnalysisFile file, MetricData metric, string[] arms)
    {
        if (file.Shares?.Keys.FirstOrDefault(a => !arms.Contains(a)) is { } unknown)
        {
            return StatsReader.Wrong("shares", $"The shares name the arm {unknown}; the arms are {string.Join(", ", arms)}.");
        }

        double[] shares = [.. arms.Select(a => file.Shares is null ? 1 : file.Shares.GetValueOrDefault(a))];
        return Check(arms, shares, [.. metric.Looks.Select(l => arms.Select(a => l[a].Count).ToArray())]);
    }

    /// <summary>χ² at the last look and the e-process over all of them.</summary>
    public static Result<TrafficResult> Check(string[] arms, double[] shares, IReadOnlyList<long[]> looks)
    {
        var once = SampleRatio.Of(looks[^1], shares);
        if (once.Fault is { } fault) return fault;
        var monitor = SampleRatioMonitor.Create(shares).Value;
        foreach (var look in looks)
        {
            if (monitor.Look(look).Fault is { } bad) return bad;
        }

        var mismatch = looks.Count == 1 ? once.Value.PValue < 0.001 : monitor.Alarms(0.001);
        return new TrafficResult(arms, looks[^1], [.. shares.Select(s => s / shares.Sum())])
        {
            ChiSquare = once.Value.ChiSquare,
            PValue = once.Value.PValue,
            AlwaysValidPValue = monitor.PValue,
            Mismatch = mismatch,
            Sentence = mismatch
                ? "The traffic split is not as planned: find the cause before reading any effect."
                : "Nothing speaks against the planned traffic split.",
        };
    }
}
