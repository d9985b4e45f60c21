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
}

/// <summary>
/// One feature. <paramref name="Entity"/> and <paramref name="Other"/> name entities of the plan; windows and delays are seconds.
/// <paramref name="WithCurrent"/>: the payment being scored counts as well (only without a delay).
/// </summary>
public sealed record VelocityFeature(string Name, Measure Measure, string Entity = "", long Window = 0)
{
    public long Delay { get; init; }
    public bool WithCurrent { get; init; }
    public string Other { get; init; } = "";
    public double Strength { get; init; }
    public double Prior { get; init; }
}

/// <summary>The features of a model, in order, over named entities (card, account, device, IP, merchant, BIN…).</summary>
public sealed class VelocityPlan
{
    public const long Day = 86_400;

    internal readonly record struct Step(Measure Measure, int Entity, int Window, long Length, bool WithCurrent, double Strength, double Prior);

    private VelocityPlan(string[] entities, VelocityFeature[] features) => (Entities, Features) = (entities, features);

    public string[] Entities { get; }
    public IReadOnlyList<VelocityFeature> Features { get; }
    public string[] Names => [.. Features.Select(f => f.Name)];

    internal Step[] Steps { get; private init; } = [];
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

            steps.Add(new Step(feature.Measure, entity, window, feature.Window, feature.WithCurrent, feature.Strength, feature.Prior));
        }

        return new VelocityPlan([.. entities], [.. features]) { Steps = [.. steps], Plans = plans };
    }

    private static bool NeedsWindow(Measure measure) =>
        measure is Measure.Count or Measure.Sum or Measure.Mean or Measure.AmountRatio or Measure.AmountZ or Measure.CountRatio or Measure.Distinct
            or Measure.DecayedCount or Measure.DecayedMean or Measure.KnownFrauds or Measure.Risk or Measure.DaysSinceFirstKnownFraud;

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

    public int Slot(VelocityFeature feature, int other) => feature.Measure switch
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
