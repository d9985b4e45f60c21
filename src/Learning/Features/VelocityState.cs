using System.Runtime.CompilerServices;

namespace Busker.Learning.Features;

/// <summary>
/// A payment attempt. <paramref name="Time"/> is seconds since 1970 (or any fixed start on a Monday-aligned day count; see
/// <see cref="VelocityState"/>), <paramref name="Amount"/> minor units, <paramref name="Id"/> a number that is unique per entity and second.
/// </summary>
public readonly record struct Attempt(long Time, long Amount, int Id);

/// <summary>
/// The one implementation of velocity features, for scoring and for training. Order is (time, arrival): a payment sees
/// those recorded before it, same second included, and labels learned before it. Reading changes nothing. One writer at a time.
/// </summary>
public sealed class VelocityState
{
    private readonly VelocityPlan _plan;
    private readonly EntityStore[] _stores;

    /// <summary>An empty state of a plan.</summary>
    public VelocityState(VelocityPlan plan)
    {
        _plan = plan;
        _stores = [.. plan.Plans.Select(p => new EntityStore(p))];
    }

    /// <summary>Time of the latest payment recorded.</summary>
    public long Now { get; internal set; } = long.MinValue;

    /// <summary>Entities remembered, of all kinds.</summary>
    public int Entities => _stores.Sum(s => s.Keys.Count);

    internal VelocityPlan Plan => _plan;
    internal EntityStore[] Stores => _stores;

    /// <summary>
    /// Features of an attempt as of its time, before it is recorded. <paramref name="keys"/>: one per entity of the plan, 0 =
    /// absent (its features are NaN). An unknown entity has counts of 0 and nothing to measure otherwise.
    /// </summary>
    /// <exception cref="ArgumentException">The attempt lies before <see cref="Now"/>: the windows have moved on, and the answer would look ahead.</exception>
    [SkipLocalsInit]
    public void Read(in Attempt attempt, ReadOnlySpan<ulong> keys, Span<double> into)
    {
        CheckOrder(attempt);
        var reader = new FeatureReader(attempt);
        Span<WindowSums> sums = stackalloc WindowSums[32];
        Span<Int128> squares = stackalloc Int128[32];
        ReadContext(reader, into);
        for (var e = 0; e < _stores.Length; e++)
        {
            var store = _stores[e];
            var slot = store.Keys.Find(keys[e]);
            if (store.Windows > sums.Length)
            {
                sums = new WindowSums[store.Windows];
                squares = new Int128[store.Windows];
            }

            if (slot < 0)
            {
                ReadEntity(reader, e, store.Unseen, keys, into);
                continue;
            }

            var windows = sums[..store.Windows];
            var ownSquares = store.Plan.NeedsSquares ? squares[..store.Windows] : default;
            store.SumsOf(slot).CopyTo(windows);
            store.SquaresOf(slot).CopyTo(ownSquares);
            store.Advance(slot, attempt.Time, windows, ownSquares);
            ReadEntity(reader, e, new EntityView(store, slot, windows, ownSquares), keys, into);
        }
    }

    /// <summary><see cref="Read"/>, then <see cref="Record"/>, in one step: the same bits for about half of the work.</summary>
    public void ReadAndRecord(in Attempt attempt, ReadOnlySpan<ulong> keys, Span<double> into)
    {
        Begin(attempt);
        var reader = new FeatureReader(attempt);
        ReadContext(reader, into);
        for (var e = 0; e < _stores.Length; e++)
        {
            var store = _stores[e];
            var slot = store.Keys.Find(keys[e]);
            if (slot < 0)
            {
                ReadEntity(reader, e, store.Unseen, keys, into);
                if (keys[e] != 0) store.Append(store.FindOrAdd(keys[e]), attempt, keys);
                continue;
            }

            var sums = store.SumsOf(slot);
            var squares = store.SquaresOf(slot);
            store.Advance(slot, attempt.Time, sums, squares);
            ReadEntity(reader, e, new EntityView(store, slot, sums, squares), keys, into);
            store.Append(slot, attempt, keys);
        }
    }

    private void ReadContext(in FeatureReader reader, Span<double> into)
    {
        foreach (var f in _plan.ContextSteps) into[f] = reader.Context(_plan.Steps[f].Measure);
    }

    private void ReadEntity(in FeatureReader reader, int e, in EntityView entity, ReadOnlySpan<ulong> keys, Span<double> into)
    {
        var steps = _plan.Steps;
        foreach (var f in _plan.StepsOf[e]) into[f] = keys[e] == 0 ? double.NaN : reader.Of(steps[f], entity, keys);
    }

    /// <summary>Remembers an attempt. Its time must not lie before <see cref="Now"/>.</summary>
    public void Record(in Attempt attempt, ReadOnlySpan<ulong> keys)
    {
        Begin(attempt);
        for (var e = 0; e < _stores.Length; e++)
        {
            if (keys[e] == 0) continue;
            var store = _stores[e];
            var slot = store.FindOrAdd(keys[e]);
            store.Advance(slot, attempt.Time, store.SumsOf(slot), store.SquaresOf(slot));
            store.Append(slot, attempt, keys);
        }
    }

    private void Begin(in Attempt attempt)
    {
        CheckOrder(attempt);
        if (Now == long.MinValue)
        {
            foreach (var store in _stores) store.Origin = attempt.Time;
        }

        Now = attempt.Time;
    }

    private void CheckOrder(in Attempt attempt)
    {
        if (attempt.Time < Now) throw new ArgumentException($"attempt {attempt.Id} at {attempt.Time} comes after one at {Now}", nameof(attempt));
    }

    /// <summary>
    /// The outcome of an earlier attempt has become known, or is corrected; the same said twice counts once. Call it when it is known, not
    /// before: what is known is what has been learned.
    /// </summary>
    public void Learn(in Attempt attempt, ReadOnlySpan<ulong> keys, bool fraud)
    {
        for (var e = 0; e < _stores.Length; e++)
        {
            if (_stores[e].Keys.Find(keys[e]) is >= 0 and var slot) _stores[e].Learn(slot, attempt, fraud);
        }
    }

    /// <summary>
    /// Forgets entities not seen since <paramref name="before"/>, with their totals; returns how many. Entities that stay answer as before and give back
    /// the memory of payments that every window has passed.
    /// </summary>
    public int Evict(long before) => _stores.Sum(s => s.Evict(before, Now));

    /// <summary>Takes in a state of the same plan that saw other payments. Windows are then as if one had seen all.</summary>
    public void Merge(VelocityState other)
    {
        if (other._plan.Signature() != _plan.Signature()) throw new ArgumentException("states of two plans cannot be merged");
        Now = Math.Max(Now, other.Now);
        for (var e = 0; e < _stores.Length; e++) _stores[e].Merge(other._stores[e], Now);
    }
}
