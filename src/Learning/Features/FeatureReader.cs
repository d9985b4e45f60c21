namespace Busker.Learning.Features;

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

    public double Of(in VelocityPlan.Step step, EntityPlan plan, EntityState? state, ReadOnlySpan<WindowSums> windows, ReadOnlySpan<ulong> keys)
    {
        if (state is null && !step.WithCurrent && step.Measure is not (Measure.Count or Measure.Sum or Measure.Distinct or Measure.DecayedCount
            or Measure.KnownFrauds or Measure.Risk or Measure.TotalCount or Measure.TotalKnownFrauds)) return double.NaN;
        var (own, ownAmount) = step.WithCurrent ? (1, _attempt.Amount) : (0, 0L);
        switch (step.Measure)
        {
            case Measure.Count: return windows[step.Window].Count + own;
            case Measure.Sum: return (windows[step.Window].Sum + ownAmount) / 100.0;
            case Measure.Mean:
                var n = windows[step.Window].Count + own;
                return n == 0 ? double.NaN : (windows[step.Window].Sum + ownAmount) / 100.0 / n;
            case Measure.AmountRatio: return Ratio(windows[step.Window]);
            case Measure.AmountZ: return Deviation(windows[step.Window]);
            case Measure.CountRatio: return CountRatio(step, state!, windows[step.Window]);
            case Measure.KnownFrauds: return windows[step.Window].Frauds;
            case Measure.Risk:
                var all = windows[step.Window].Count + step.Strength;
                return all == 0 ? 0 : (windows[step.Window].Frauds + step.Strength * step.Prior) / all;
            case Measure.DaysSinceFirstKnownFraud: return FirstFraud(state!, windows[step.Window]);
            case Measure.Distinct:
                var other = plan.Sketches[step.Window].Other;
                return state?.Sketches[step.Window].Count(_attempt.Time, step.WithCurrent ? keys[other] : 0) ?? (keys[other] == 0 ? 0 : own);
            case Measure.DecayedCount: return (state is null ? 0 : state.Decays[step.Window].Count * Keep(state, step.Length)) + own;
            case Measure.DecayedMean: return DecayedMean(step, state, own, ownAmount);
            default: return AllTime(step.Measure, state);
        }
    }

    private double AllTime(Measure measure, EntityState? state) => measure switch
    {
        Measure.TotalCount => state?.Total ?? 0,
        Measure.TotalKnownFrauds => state?.TotalFrauds ?? 0,
        Measure.DaysSinceLast => Days(state!.Last),
        Measure.DaysSinceFirst => Days(state!.First),
        _ => state!.LastFraud == long.MinValue ? double.NaN : Days(state.LastFraud),
    };

    private double Ratio(in WindowSums window) =>
        window.Count == 0 || window.Sum == 0 ? double.NaN : _attempt.Amount * (double)window.Count / window.Sum;

    private double Deviation(in WindowSums window)
    {
        if (window.Count == 0) return double.NaN;
        var mean = window.Sum / 100.0 / window.Count;
        var variance = (double)(window.Squares * window.Count - (Int128)window.Sum * window.Sum) / 1e4 / ((double)window.Count * window.Count);
        return (_attempt.Amount / 100.0 - mean) / (Math.Sqrt(Math.Max(0, variance)) + 1);
    }

    private double CountRatio(in VelocityPlan.Step step, EntityState state, in WindowSums window)
    {
        var age = Math.Max(VelocityPlan.Day, _attempt.Time - state.First);
        return window.Count / (double)step.Length * age / state.Total;
    }

    private double FirstFraud(EntityState state, in WindowSums window)
    {
        if (window.Frauds == 0) return double.NaN;
        for (var i = window.Tail; i < window.Head; i++)
        {
            if (state.Entries[i].Fraud > 0) return Days(state.Entries[i].Time);
        }

        return double.NaN;
    }

    private double DecayedMean(in VelocityPlan.Step step, EntityState? state, int own, long ownAmount)
    {
        var keep = state is null ? 0 : Keep(state, step.Length);
        var count = (state is null ? 0 : state.Decays[step.Window].Count * keep) + own;
        return count == 0 ? double.NaN : ((state is null ? 0 : state.Decays[step.Window].Sum * keep) + ownAmount) / 100.0 / count;
    }

    private double Keep(EntityState state, long halfLife) => Math.Pow(0.5, (_attempt.Time - state.Last) / (double)halfLife);

    private double Days(long since) => (_attempt.Time - since) / (double)VelocityPlan.Day;
}
