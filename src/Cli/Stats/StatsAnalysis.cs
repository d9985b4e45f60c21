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
    public static Result<AnalysisResult> Run(AnalysisFile file, IReadOnlyList<MetricData> metrics)
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
        var rows = Rows(file, metrics, control, treatments);
        if (rows.Fault is { } rowFault) return rowFault;
        var decisions = Decide(file, metrics, control, treatments, traffic.Value);
        if (decisions.Fault is { } refused) return refused;
        return new AnalysisResult(rows.Value, decisions.Value.Rows, traffic.Value, decisions.Value.Rule);
    }

    private static Result<EffectRow[]> Rows(AnalysisFile file, IReadOnlyList<MetricData> metrics, string control, string[] treatments)
    {
        var rows = new List<EffectRow>();
        foreach (var metric in metrics)
        {
            foreach (var arm in treatments)
            {
                var row = Row(file, metric, control, arm);
                if (row.Fault is { } fault) return fault;
                rows.Add(row.Value);
            }
        }

        var adjusted = Correction.Adjust([.. rows.Select(r => r.PValue)], file.Correction, file.Alpha);
        return adjusted.Fault is { } bad ? bad : rows.Select((r, i) => r with { AdjustedPValue = adjusted.Value[i] }).ToArray();
    }

    private static Result<EffectRow> Row(AnalysisFile file, MetricData metric, string control, string arm)
    {
        var look = metric.Looks[^1];
        var means = Means(metric, look, control, arm);
        if (means.Fault is { } fault) return fault;
        var effect = Effect(metric, look, control, arm);
        if (effect.Fault is { } refused) return refused;
        var (c, t) = (means.Value.Control, means.Value.Treatment);
        var (e, interval) = (effect.Value, effect.Value.Interval(file.Alpha));
        var row = new EffectRow
        {
            Metric = metric.Metric.Name,
            Role = metric.Metric.Role.ToString(),
            Arm = arm,
            Units = c.Units + t.Units,
            ControlMean = c.Mean,
            ArmMean = t.Mean,
            Effect = e.Value,
            StandardError = e.StandardError,
            Low = interval.Low,
            High = interval.High,
            PValue = e.PValue(),
        };
        if (c.Mean == 0) return metric.Metric.Absolute ? row : Difference.Relative(c, t, metric.Metric.Name).Fault!;
        var scaled = Difference.Relative(c, t with { Mean = c.Mean + e.Value }, metric.Metric.Name);
        if (scaled.Fault is { } relativeFault) return relativeFault;
        var relative = scaled.Value.Interval(file.Alpha);
        return row with { Relative = scaled.Value.Value, RelativeLow = relative.Low, RelativeHigh = relative.High };
    }

    private static Result<(ArmMean Control, ArmMean Treatment)> Means(MetricData metric, Dictionary<string, Tally> look, string control, string arm)
    {
        var name = metric.Metric.Name;
        if (metric.Kind == MetricKind.Adjusted)
        {
            var adjusted = Adjustment.FullMeans([look[control], look[arm]], name);
            return adjusted.Fault is { } fault ? fault : (adjusted.Value[0], adjusted.Value[1]);
        }

        Result<ArmMean> Mean(string a) => metric.Kind == MetricKind.Ratio
            ? ArmMean.Ratio(look[a], 0, 1, $"{name} in {a}") : ArmMean.Average(look[a], 0, $"{name} in {a}");
        var (c, t) = (Mean(control), Mean(arm));
        return (c.Fault ?? t.Fault) is { } bad ? bad : (c.Value, t.Value);
    }

    private static Result<Estimate> Effect(MetricData metric, Dictionary<string, Tally> look, string control, string arm)
    {
        if (metric.Kind == MetricKind.Adjusted) return Adjustment.Full([look[control], look[arm]], 0, 1, metric.Metric.Name);
        var means = Means(metric, look, control, arm);
        return means.Fault is { } fault ? fault : Difference.Welch(means.Value.Control, means.Value.Treatment, metric.Metric.Name);
    }

    private static Result<(DecisionRow[] Rows, string Rule)> Decide(
        AnalysisFile file, IReadOnlyList<MetricData> metrics, string control, string[] treatments, TrafficResult traffic)
    {
        var plan = new DecisionPlan([.. metrics.Select(m => m.Metric)])
        {
            Alpha = file.Alpha,
            Power = file.Power,
            Treatments = treatments.Length,
            ExpectedUnits = file.ExpectedUnits,
            Method = file.Method ?? (file.ExpectedUnits > 0 ? PeekingMethod.GroupSequential : PeekingMethod.FixedHorizon),
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
            var (effect, means) = (Effect(metric, look, control, arm), Means(metric, look, control, arm));
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
