using System.Runtime.CompilerServices;

namespace Busker.Learning.Features;

/// <summary>One entity as of the attempt: windows advanced to its time. Slot −1: never seen.</summary>
internal readonly ref struct EntityView
{
    private readonly ref readonly EntityHead _head;

    public EntityView(EntityStore store, int slot, ReadOnlySpan<WindowSums> windows, ReadOnlySpan<Int128> squares)
    {
        (Store, Slot) = (store, slot);
        Windows = windows;
        Squares = squares;
        _head = ref slot < 0 ? ref Unsafe.NullRef<EntityHead>() : ref store.Heads[slot];
        Median = store.Plan.MedianWindow is var w and >= 0 && slot >= 0 ? MedianAmount.Of(_head.Entries.AsSpan(windows[w].Tail, windows[w].Count)) : double.NaN;
    }

    public EntityStore Store { get; }
    public int Slot { get; }
    public bool Seen => Slot >= 0;
    public ref readonly EntityHead Head => ref _head;
    public ReadOnlySpan<WindowSums> Windows { get; }
    public ReadOnlySpan<Int128> Squares { get; }

    /// <summary>Median amount of the entity's longest window; NaN when that is empty or no feature asks.</summary>
    public double Median { get; }
}

/// <summary>Turns the sums of an entity into one feature of one attempt.</summary>
internal readonly ref struct FeatureReader(Attempt attempt)
{
    private readonly Attempt _attempt = attempt;

    public double Context(Measure measure)
    {
        var second = ((_attempt.Time % VelocityPlan.Day) + VelocityPlan.Day) % VelocityPlan.Day;
        return measure switch
        {
            Measure.Amount => _attempt.Amount / 100.0,
            Measure.HourOfDay => second / 3600,
            Measure.Night => second < 7 * 3600 ? 1 : 0,
            // 1970-01-01 was a Thursday.
            _ => ((((_attempt.Time - second) / VelocityPlan.Day + 3) % 7) + 7) % 7 >= 5 ? 1 : 0,
        };
    }

    public double Of(in VelocityPlan.Step step, in EntityView entity, ReadOnlySpan<ulong> keys)
    {
        if (!entity.Seen && !step.WithCurrent && !step.Counts) return double.NaN;
        var (own, ownAmount) = step.WithCurrent ? (1, _attempt.Amount) : (0, 0L);
        switch (step.Measure)
        {
            case Measure.Count: return entity.Windows[step.Window].Count + own;
            case Measure.Sum: return (entity.Windows[step.Window].Sum + ownAmount) / 100.0;
            case Measure.Mean:
                var n = entity.Windows[step.Window].Count + own;
                return n == 0 ? double.NaN : (entity.Windows[step.Window].Sum + ownAmount) / 100.0 / n;
            case Measure.Risk:
                var all = entity.Windows[step.Window].Count + step.Strength;
                return all == 0 ? 0 : (entity.Windows[step.Window].Frauds + step.Strength * step.Prior) / all;
            case Measure.KnownFrauds: return entity.Windows[step.Window].Frauds;
            case Measure.AmountRatio: return Ratio(entity.Windows[step.Window]);
            case Measure.AmountZ: return Deviation(entity.Windows[step.Window], entity.Squares[step.Window]);
            case Measure.CountRatio: return CountRatio(step, entity.Head, entity.Windows[step.Window]);
            case Measure.Distinct:
                var other = entity.Store.Plan.Sketches[step.Window].Other;
                return entity.Seen ? entity.Store.Sketches[entity.Slot][step.Window].Count(_attempt.Time, step.WithCurrent ? keys[other] : 0) : keys[other] == 0 ? 0 : own;
            case Measure.DecayedCount or Measure.DecayedMean: return Halved(step, entity, own, ownAmount);
            case Measure.TotalCount: return entity.Seen ? entity.Head.Total : 0;
            case Measure.TotalKnownFrauds: return entity.Seen ? entity.Head.Frauds : 0;
            case Measure.DaysSinceLast: return Days(entity.Head.Last);
            case Measure.DaysSinceFirst: return Days(entity.Head.First);
            case Measure.DaysSinceKnownFraud: return entity.Head.Known is { Count: > 0 } known ? Days(known[^1].Time) : double.NaN;
            default: return Scan(step, entity);
        }
    }

    private double Ratio(in WindowSums window) =>
        window.Count == 0 || window.Sum == 0 ? double.NaN : _attempt.Amount * (double)window.Count / window.Sum;

    private double Deviation(in WindowSums window, Int128 squares)
    {
        if (window.Count == 0) return double.NaN;
        var mean = window.Sum / 100.0 / window.Count;
        var variance = (double)(squares * window.Count - (Int128)window.Sum * window.Sum) / 1e4 / ((double)window.Count * window.Count);
        return (_attempt.Amount / 100.0 - mean) / (Math.Sqrt(Math.Max(0, variance)) + 1);
    }

    private double CountRatio(in VelocityPlan.Step step, in EntityHead head, in WindowSums window)
    {
        var age = Math.Max(VelocityPlan.Day, _attempt.Time - head.First);
        return window.Count / (double)step.Length * age / head.Total;
    }

    private double Halved(in VelocityPlan.Step step, in EntityView entity, int own, long ownAmount)
    {
        Decayed past = default;
        if (entity.Seen)
        {
            var keep = Math.Pow(0.5, (_attempt.Time - entity.Head.Last) / (double)step.Length);
            past = entity.Store.DecaysOf(entity.Slot)[step.Window];
            past = new Decayed { Count = past.Count * keep, Sum = past.Sum * keep };
        }

        var count = past.Count + own;
        if (step.Measure == Measure.DecayedCount) return count;
        return count == 0 ? double.NaN : (past.Sum + ownAmount) / 100.0 / count;
    }

    /// <summary>Measures that look at the window's payments one by one.</summary>
    private double Scan(in VelocityPlan.Step step, in EntityView entity)
    {
        var window = entity.Windows[step.Window];
        var entries = entity.Head.Entries.AsSpan(window.Tail, window.Count);
        switch (step.Measure)
        {
            case Measure.DaysSinceFirstKnownFraud:
                if (window.Frauds == 0) return double.NaN;
                foreach (ref readonly var entry in entries)
                {
                    if (entry.Fraud > 0) return Days(entity.Store.Origin + entry.Second);
                }

                return double.NaN;
            case Measure.FraudRun: return entries.Length - RunStart(entries);
            case Measure.DaysSinceRun: return RunStart(entries) is var start && start < entries.Length ? Days(entity.Store.Origin + entries[start].Second) : double.NaN;
            case Measure.DaysSinceGood: return RunStart(entries) is > 0 and var begun ? Days(entity.Store.Origin + entries[begun - 1].Second) : double.NaN;
            case Measure.MedianRatio: return _attempt.Amount / entity.Median;
            case Measure.MedianRank: return Below(entries) / (double)entries.Length;
            case Measure.Outliers: return Above(entries, step.Strength * entity.Median);
            default: return Largest(entries) / entity.Median;
        }
    }

    /// <summary>Where the unbroken run of known frauds at the end begins.</summary>
    private static int RunStart(ReadOnlySpan<Entry> entries)
    {
        var start = entries.Length;
        while (start > 0 && entries[start - 1].Fraud > 0) start--;
        return start;
    }

    private int Below(ReadOnlySpan<Entry> entries)
    {
        var below = 0;
        foreach (ref readonly var entry in entries) below += entry.Amount < _attempt.Amount ? 1 : 0;
        return below;
    }

    private static int Above(ReadOnlySpan<Entry> entries, double limit)
    {
        var above = 0;
        foreach (ref readonly var entry in entries) above += entry.Amount > limit ? 1 : 0;
        return above;
    }

    private static long Largest(ReadOnlySpan<Entry> entries)
    {
        var largest = 0L;
        foreach (ref readonly var entry in entries) largest = Math.Max(largest, entry.Amount);
        return largest;
    }

    private double Days(long since) => (_attempt.Time - since) / (double)VelocityPlan.Day;
}
