using Busker.Kernel;
using Busker.Statistics.Bayes;
using Busker.Statistics.Effects;
using Busker.Statistics.Samples;

namespace Busker.Cli.Stats;

/// <summary>One metric of two arms, whatever its kind, as means, an effect and a row of the table.</summary>
internal static class StatsEffects
{
    public static Result<(ArmMean Control, ArmMean Treatment)> Means(MetricData metric, Dictionary<string, Tally> look, string control, string arm)
    {
        var means = Means(metric, look, [control, arm]);
        return means.Fault is { } fault ? fault : (means.Value[0], means.Value[1]);
    }

    public static Result<ArmMean[]> Means(MetricData metric, Dictionary<string, Tally> look, IReadOnlyList<string> arms)
    {
        var name = metric.Metric.Name;
        if (metric.Kind == MetricKind.Adjusted) return Adjustment.FullMeans([.. arms.Select(a => look[a])], name);
        var means = new ArmMean[arms.Count];
        for (var i = 0; i < means.Length; i++)
        {
            var (tally, what) = (look[arms[i]], $"{name} in {arms[i]}");
            var mean = metric.Kind switch
            {
                MetricKind.Ratio => ArmMean.Ratio(tally, 0, 1, what),
                MetricKind.Clustered => ArmMean.Clustered(tally, what),
                _ => ArmMean.Average(tally, 0, what),
            };
            if (mean.Fault is { } fault) return fault;
            means[i] = mean.Value;
        }

        return means;
    }

    public static Result<Estimate> Effect(MetricData metric, Dictionary<string, Tally> look, string control, string arm)
    {
        if (metric.Kind == MetricKind.Adjusted) return Adjustment.Full([look[control], look[arm]], 0, 1, metric.Metric.Name);
        var means = Means(metric, look, control, arm);
        return means.Fault is { } fault ? fault : Difference.Welch(means.Value.Control, means.Value.Treatment, metric.Metric.Name);
    }

    public static Result<EffectRow> Row(MetricData metric, string control, string arm, double alpha)
    {
        var look = metric.Looks[^1];
        var (means, effect) = (Means(metric, look, control, arm), Effect(metric, look, control, arm));
        if ((means.Fault ?? effect.Fault) is { } fault) return fault;
        return Row((metric.Metric.Name, metric.Metric.Role.ToString(), arm), means.Value, effect.Value, alpha, metric.Metric.Absolute);
    }

    /// <summary>The row of a quantile, compared by its order-statistics error.</summary>
    public static Result<EffectRow> Quantile(UnitFile file, string name, double q, string control, string arm, double alpha)
    {
        var values = file.Numbers(name);
        if (values.Fault is { } fault) return fault;
        if (file.Asked.Cluster is not null) return StatsReader.Wrong(name, $"A quantile of {name} by cluster needs a design effect, which a file of units does not give.");
        var arms = new[] { control, arm }.Select(a =>
        {
            var sketch = new QuantileSketch();
            for (var r = 0; r < values.Value.Length; r++)
            {
                if (file.ArmOf[r] == a && sketch.Add(values.Value[r]) is { } refused) return refused;
            }

            return ArmMean.Quantile(sketch, q, 1, $"{name} in {a}");
        }).ToArray();
        if ((arms[0].Fault ?? arms[1].Fault) is { } bad) return bad;
        var effect = Difference.Z(arms[0].Value, arms[1].Value, name);
        return effect.Fault is { } none ? none : Row((FormattableString.Invariant($"{name} p{100 * q:0.##}"), "Quantile", arm), (arms[0].Value, arms[1].Value), effect.Value, alpha, true);
    }

    /// <summary>Each arm's chance of being best in the metric's preferred direction, under flat priors.</summary>
    public static Result<PosteriorRow[]> Posteriors(MetricData metric, IReadOnlyList<string> arms)
    {
        var (look, sign) = (metric.Looks[^1], metric.Metric.Preferred == Preferred.Decrease ? -1 : 1);
        var means = Means(metric, look, arms);
        if (means.Fault is { } fault) return fault;
        var believed = new IPosterior[arms.Count];
        for (var i = 0; i < believed.Length; i++)
        {
            var (tally, mean) = (look[arms[i]], means.Value[i]);
            if (metric.Kind == MetricKind.Average && arms.All(a => look[a].IsBinary(0)))
            {
                believed[i] = BetaPosterior.Of(sign > 0 ? tally.Sum(0) : tally.Count - tally.Sum(0), tally.Count).Value;
                continue;
            }

            var posterior = NormalPosterior.Of(mean with { Mean = sign * mean.Mean });
            if (posterior.Fault is { } refused) return refused with { Message = $"{metric.Metric.Name} in {arms[i]}: {refused.Message}" };
            believed[i] = posterior.Value;
        }

        var comparison = Comparison.Of(believed);
        return comparison.Fault is { } bad ? bad : arms.Select((a, i) => new PosteriorRow(metric.Metric.Name, a, means.Value[i].Mean,
            believed[i].Deviation, comparison.Value.ProbabilityBest[i], comparison.Value.ExpectedLoss[i])).ToArray();
    }

    private static Result<EffectRow> Row((string Metric, string Role, string Arm) of, (ArmMean Control, ArmMean Treatment) means, Estimate e, double alpha, bool absolute)
    {
        var ((c, t), interval) = (means, e.Interval(alpha));
        var row = new EffectRow
        {
            Metric = of.Metric,
            Role = of.Role,
            Arm = of.Arm,
            Units = c.Units + t.Units,
            ControlMean = c.Mean,
            ArmMean = t.Mean,
            Effect = e.Value,
            StandardError = e.StandardError,
            Low = interval.Low,
            High = interval.High,
            PValue = e.PValue(),
        };
        if (c.Mean == 0) return absolute ? row : Difference.Relative(c, t, of.Metric).Fault!;
        var scaled = Difference.Relative(c, t with { Mean = c.Mean + e.Value }, of.Metric);
        if (scaled.Fault is { } relativeFault) return relativeFault;
        var relative = scaled.Value.Interval(alpha);
        return row with { Relative = scaled.Value.Value, RelativeLow = relative.Low, RelativeHigh = relative.High };
    }
}
