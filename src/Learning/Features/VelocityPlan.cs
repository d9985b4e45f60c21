using Busker.Kernel;

namespace Busker.Learning.Features;

/// <summary>What a velocity feature measures. Windows are (t − delay − window, t − delay]; NaN when there is nothing to measure.</summary>
public enum Measure
{
    /// <summary>The payment's own amount, minor units / 100.</summary>
    Amount,
    HourOfDay,
    Weekend,

    /// <summary>1 from 00:00 to 06:59.</summary>
    Night,

    Count,
    Sum,
    Mean,

    /// <summary>Amount over the mean of the entity's payments in the window, this one left out.</summary>
    AmountRatio,

    /// <summary>(Amount − mean) / (deviation + 1) over the entity's payments in the window, this one left out.</summary>
    AmountZ,

    /// <summary>Window count per day over the entity's own all-time count per day.</summary>
    CountRatio,

    DaysSinceLast,
    DaysSinceFirst,

    /// <summary>How many different values of another entity were met in the window (sketch, in eighths of the window).</summary>
    Distinct,

    /// <summary>Payments, each halved in weight every window.</summary>
    DecayedCount,

    /// <summary>Mean amount with weights halved every window.</summary>
    DecayedMean,

    /// <summary>Payments of the window known by now to be fraud.</summary>
    KnownFrauds,

    /// <summary>(known frauds + strength · prior) / (payments + strength) of the window; 0 when that is 0/0.</summary>
    Risk,
    DaysSinceKnownFraud,

    /// <summary>Days since the oldest known fraud of the window.</summary>
    DaysSinceFirstKnownFraud,
    TotalCount,
    TotalKnownFrauds,

    /// <summary>How many of the window's newest payments are known frauds without a good one between.</summary>
    FraudRun,

    /// <summary>Days since that run began.</summary>
    DaysSinceRun,

    /// <summary>Days since the window's newest payment that is not known as fraud, when a run of frauds follows it or not.</summary>
    DaysSinceGood,

    /// <summary>Amount over the median of the entity's longest window without delay. A median is not moved by a few large frauds, as a mean is.</summary>
    MedianRatio,

    /// <summary>Share of the window's payments with a smaller amount.</summary>
    MedianRank,

    /// <summary>Payments of the window above <see cref="VelocityFeature.Strength"/> × the median of the entity's longest window.</summary>
    Outliers,

    /// <summary>Largest amount of the window over the median of the entity's longest window.</summary>
    LargestRatio,
}

/// <summary>
/// One feature. <paramref name="Entity"/> and <paramref name="Other"/> name entities of the plan; windows and delays are seconds.
/// <paramref name="WithCurrent"/>: the payment being scored counts as well (only without a delay).
/// </summary>
public sealed record VelocityFeature(string Name, Measure Measure, string Entity = "", long Window = 0)
{
    /// <summary>Seconds that the window lies back; for outcomes that take so long to be known.</summary>
    public long Delay { get; init; }

    /// <summary>The payment being scored counts as well.</summary>
    public bool WithCurrent { get; init; }

    /// <summary>For <see cref="Measure.Distinct"/>: the entity whose values are counted.</summary>
    public string Other { get; init; } = "";

    /// <summary>Of the prior of a risk, in payments; of an outlier, in medians.</summary>
    public double Strength { get; init; }

    /// <summary>Risk before anything is known.</summary>
    public double Prior { get; init; }
}

/// <summary>The features of a model, in order, over named entities (card, account, device, IP, merchant, BIN…).</summary>
public sealed class VelocityPlan
{
    /// <summary>Seconds of a day.</summary>
    public const long Day = 86_400;

    /// <param name="Counts">Answers 0 (or the prior) for an entity never seen; other measures have nothing to measure then.</param>
    internal readonly record struct Step(Measure Measure, int Entity, int Window, long Length, bool WithCurrent, double Strength, double Prior, bool Counts);

    private VelocityPlan(string[] entities, VelocityFeature[] features) => (Entities, Features) = (entities, features);

    /// <summary>Names, in the order of the keys of an attempt.</summary>
    public string[] Entities { get; }

    /// <summary>In the order of the numbers that are read.</summary>
    public IReadOnlyList<VelocityFeature> Features { get; }

    /// <summary>Names of the features, in order.</summary>
    public string[] Names => [.. Features.Select(f => f.Name)];

    internal Step[] Steps { get; private init; } = [];

    /// <summary>Places of the features that need no entity, and of those of each entity.</summary>
    internal int[] ContextSteps { get; private init; } = [];
    internal int[][] StepsOf { get; private init; } = [];
    internal EntityPlan[] Plans { get; private init; } = [];

    /// <summary>Refuses doubled names, entities that are not named, and windows that make no sense.</summary>
    public static Result<VelocityPlan> Of(IReadOnlyList<string> entities, IReadOnlyList<VelocityFeature> features)
    {
        if (features.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) return Bad($"feature {twice.Key} appears twice", twice.Key);
        var plans = entities.Select(_ => new EntityPlan()).ToArray();
        var steps = new List<Step>();
        foreach (var feature in features)
        {
            var entity = entities.ToList().IndexOf(feature.Entity);
            if (feature.Measure > Measure.Night && entity < 0) return Bad($"feature {feature.Name}: entity {feature.Entity} is not in the plan", feature.Name);
            if (feature.WithCurrent && feature.Delay > 0) return Bad($"feature {feature.Name}: a delayed window cannot hold the current payment", feature.Name);
            if (feature.Window < 0 || feature.Delay < 0 || (NeedsWindow(feature.Measure) && feature.Window < 1)) return Bad($"feature {feature.Name}: its window must be at least a second", feature.Name);
            var window = -1;
            if (entity >= 0)
            {
                var other = entities.ToList().IndexOf(feature.Other);
                if (feature.Measure == Measure.Distinct && other < 0) return Bad($"feature {feature.Name}: entity {feature.Other} is not in the plan", feature.Name);
                window = plans[entity].Slot(feature, other);
            }

            steps.Add(new Step(feature.Measure, entity, window, feature.Window, feature.WithCurrent, feature.Strength, feature.Prior, Counted(feature.Measure)));
        }

        int[] Places(int entity) => [.. Enumerable.Range(0, steps.Count).Where(f => steps[f].Entity == entity)];
        return new VelocityPlan([.. entities], [.. features])
        {
            Steps = [.. steps], Plans = plans, ContextSteps = Places(-1), StepsOf = [.. Enumerable.Range(0, plans.Length).Select(Places)],
        };
    }

    private static bool Counted(Measure measure) =>
        measure is Measure.Count or Measure.Sum or Measure.Distinct or Measure.DecayedCount or Measure.KnownFrauds or Measure.Risk
            or Measure.TotalCount or Measure.TotalKnownFrauds;

    private static bool NeedsWindow(Measure measure) =>
        measure is Measure.Count or Measure.Sum or Measure.Mean or Measure.AmountRatio or Measure.AmountZ or Measure.CountRatio or Measure.Distinct
            or Measure.DecayedCount or Measure.DecayedMean or Measure.KnownFrauds or Measure.Risk or Measure.DaysSinceFirstKnownFraud
            or >= Measure.FraudRun;

    /// <summary>Says whether a stored state belongs to this plan.</summary>
    internal string Signature() => string.Join('|', Entities) + "#" + string.Join('|', Features.Select(f => f.ToString()));

    private static Fault Bad(string message, string field) => new(Code.InvalidArgument, "LEARNING_BAD_PLAN", message, field);
}

/// <summary>What one kind of entity must keep: its windows, half-lives and distinct sketches.</summary>
internal sealed class EntityPlan
{
    public List<(long Length, long Delay)> Windows { get; } = [];
    public List<long> HalfLives { get; } = [];
    public List<(int Other, long Length)> Sketches { get; } = [];
    private bool _medians;

    /// <summary>Some feature needs sums of squares.</summary>
    public bool NeedsSquares { get; private set; }

    /// <summary>The window whose median is taken: the longest without a delay; −1 when no feature asks.</summary>
    public int MedianWindow { get; private set; } = -1;

    public int Slot(VelocityFeature feature, int other)
    {
        NeedsSquares |= feature.Measure == Measure.AmountZ;
        _medians |= feature.Measure is Measure.MedianRatio or Measure.Outliers or Measure.LargestRatio;
        var slot = Place(feature, other);
        if (!_medians) return slot;
        for (var w = 0; w < Windows.Count; w++)
        {
            if (Windows[w].Delay == 0 && (MedianWindow < 0 || Windows[w].Length > Windows[MedianWindow].Length)) MedianWindow = w;
        }

        return slot;
    }

    private int Place(VelocityFeature feature, int other) => feature.Measure switch
    {
        Measure.DecayedCount or Measure.DecayedMean => Place(HalfLives, feature.Window),
        Measure.Distinct => Place(Sketches, (other, feature.Window)),
        _ when feature.Window > 0 => Place(Windows, (feature.Window, feature.Delay)),
        _ => -1,
    };

    private static int Place<T>(List<T> list, T item)
    {
        if (!list.Contains(item)) list.Add(item);
        return list.IndexOf(item);
    }
}
