using Busker.Statistics.Decisions;
using Busker.Statistics.Effects;
using Busker.Statistics.Multiplicity;
using Busker.Statistics.Samples;

namespace Busker.Cli.Stats;

/// <summary>What `stats analyze` reads from JSON. Unknown properties are refused.</summary>
internal sealed record AnalysisFile
{
    public double Alpha { get; init; } = 0.05;
    public double Power { get; init; } = 0.8;
    public PeekingMethod? Method { get; init; }
    public double ExpectedUnits { get; init; }
    public bool Final { get; init; } = true;
    public string? Control { get; init; }
    public CorrectionMethod Correction { get; init; } = CorrectionMethod.Holm;

    /// <summary>Planned traffic shares by arm; equal when absent.</summary>
    public Dictionary<string, double>? Shares { get; init; }

    /// <summary>How the error is spent over looks: power:2 (the default), obrienFleming, pocock or hwangShihDeCani:-4.</summary>
    public string? Spending { get; init; }

    /// <summary>A rule of one's own; the standard rule when absent.</summary>
    public RuleFile? Rule { get; init; }

    /// <summary>Whether each arm's chance of being best and its expected loss are wanted.</summary>
    public bool Posteriors { get; init; }
    public List<MetricFile> Metrics { get; init; } = [];
}

internal sealed record MetricFile
{
    public required string Name { get; init; }
    public MetricRole Role { get; init; } = MetricRole.Success;
    public Preferred Preferred { get; init; } = Preferred.Increase;
    public double? Margin { get; init; }
    public double? Effect { get; init; }
    public bool Absolute { get; init; }

    /// <summary>Sums by arm at the present look; or <see cref="Looks"/>, the last of which is the present one.</summary>
    public Dictionary<string, SumsFile>? Arms { get; init; }
    public List<Dictionary<string, SumsFile>>? Looks { get; init; }

    public PlannedMetric Planned => new(Name, Role, Preferred, Margin, Effect) { Absolute = Absolute };
}

/// <summary>One arm's sums. A denominator makes the metric a ratio, a covariate adjusts it.</summary>
internal sealed record SumsFile
{
    public long N { get; init; }
    public double Sum { get; init; }
    public double SumOfSquares { get; init; }
    public double? DenominatorSum { get; init; }
    public double? DenominatorSumOfSquares { get; init; }
    public double? CovariateSum { get; init; }
    public double? CovariateSumOfSquares { get; init; }

    /// <summary>Σ of the metric times its denominator or covariate.</summary>
    public double? CrossSum { get; init; }
}

internal enum MetricKind
{
    Average,
    Ratio,
    Adjusted,
    Clustered,
}

/// <summary>A metric ready for analysis: per look, per arm, its sufficient statistics.</summary>
internal sealed record MetricData(PlannedMetric Metric, MetricKind Kind, IReadOnlyList<Dictionary<string, Tally>> Looks);

/// <summary>One line of the result table. Effects are treatment − control; relative ones are fractions of the control's mean.</summary>
internal sealed record EffectRow
{
    public required string Metric { get; init; }
    public required string Role { get; init; }
    public required string Arm { get; init; }
    public required double Units { get; init; }
    public required double ControlMean { get; init; }
    public required double ArmMean { get; init; }
    public required double Effect { get; init; }
    public required double StandardError { get; init; }
    public required double Low { get; init; }
    public required double High { get; init; }
    public double? Relative { get; init; }
    public double? RelativeLow { get; init; }
    public double? RelativeHigh { get; init; }
    public required double PValue { get; init; }
    public double AdjustedPValue { get; init; }
}

internal sealed record DecisionRow(string Arm, string Verdict, string Sentence, IReadOnlyList<string> Reasons)
{
    public double? MedianUnbiasedEffect { get; init; }
}

internal sealed record AnalysisResult(IReadOnlyList<EffectRow> Effects, IReadOnlyList<DecisionRow> Decisions, TrafficResult Traffic, string Rule)
{
    public IReadOnlyList<PosteriorRow>? Posteriors { get; init; }
    public IReadOnlyList<BreakdownRow>? Breakdowns { get; init; }
    public IReadOnlyList<InteractionRow>? Interactions { get; init; }
    public IReadOnlyList<OpenLookRow>? OpenWindow { get; init; }
}

/// <summary>An arm after the data, under a flat prior: the chance that it is the best one, and the loss expected from choosing it.</summary>
internal sealed record PosteriorRow(string Metric, string Arm, double Mean, double Deviation, double ProbabilityBest, double ExpectedLoss);

/// <summary>A breakdown of one metric's effect by one dimension; values with fewer than two units in an arm are left out and named.</summary>
internal sealed record BreakdownRow(string Metric, string Arm, string By, double HeterogeneityPValue, string Sentence, IReadOnlyList<BreakdownValue> Values, IReadOnlyList<string> TooSmall);

internal sealed record BreakdownValue(string Name, double Effect, double Low, double High, double AdjustedPValue, double Shrunken);

/// <summary>Whether another experiment on the same units changed the effect.</summary>
internal sealed record InteractionRow(string Metric, string With, double PValue, double IndependencePValue, string Sentence);

/// <summary>One look of a metric whose units keep producing; the bound is on |z|, for all looks together.</summary>
internal sealed record OpenLookRow(string Metric, string Arm, int Look, double Effect, double StandardError, double Z, double Bound, bool Crossed);

internal sealed record TrafficResult(IReadOnlyList<string> Arms, IReadOnlyList<long> Counts, IReadOnlyList<double> Shares)
{
    public required double ChiSquare { get; init; }
    public required double PValue { get; init; }

    /// <summary>The p-value that may be read at every look.</summary>
    public required double AlwaysValidPValue { get; init; }
    public required bool Mismatch { get; init; }
    public required string Sentence { get; init; }
}
