using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
    private readonly Dictionary<ulong, EntityState>[] _entities;

    public VelocityState(VelocityPlan plan)
    {
        _plan = plan;
        _entities = [.. plan.Entities.Select(_ => new Dictionary<ulong, EntityState>())];
    }

    /// <summary>Time of the latest payment recorded.</summary>
    public long Now { get; internal set; } = long.MinValue;

    public int Entities => _entities.Sum(e => e.Count);

    internal VelocityPlan Plan => _plan;
    internal Dictionary<ulong, EntityState>[] States => _entities;

    /// <summary>
    /// Features of an attempt as of its time, before it is recorded. <paramref name="keys"/>: one per entity of the plan, 0 =
    /// absent (its features are NaN). An unknown entity has counts of 0 and nothing to measure otherwise.
    /// </summary>
    [SkipLocalsInit]
    public void Read(in Attempt attempt, ReadOnlySpan<ulong> keys, Span<double> into)
    {
        var reader = new FeatureReader(attempt);
        Span<WindowSums> sums = stackalloc WindowSums[32];
        var (loaded, state) = (-1, (EntityState?)null);
        for (var f = 0; f < _plan.Steps.Length; f++)
        {
            ref readonly var step = ref _plan.Steps[f];
            if (step.Entity < 0)
            {
                into[f] = reader.Context(step.Measure);
                continue;
            }

            var plan = _plan.Plans[step.Entity];
            if (loaded != step.Entity)
            {
                loaded = step.Entity;
                state = _entities[loaded].GetValueOrDefault(keys[loaded]);
                if (plan.Windows.Count > sums.Length) sums = new WindowSums[plan.Windows.Count];
                Load(state, plan, attempt.Time, sums);
            }

            into[f] = keys[loaded] == 0 ? double.NaN : reader.Of(step, plan, state, sums, keys);
        }
    }

    private static void Load(EntityState? state, EntityPlan plan, long time, Span<WindowSums> sums)
    {
        var windows = CollectionsMarshal.AsSpan(plan.Windows);
        for (var w = 0; w < windows.Length; w++)
        {
            sums[w] = state is null ? default : state.Windows[w];
            if (state is not null) sums[w].Advance(state, time, windows[w].Length, windows[w].Delay);
        }
    }

    /// <summary>Remembers an attempt. Its time must not lie before <see cref="Now"/>.</summary>
    public void Record(in Attempt attempt, ReadOnlySpan<ulong> keys)
    {
        if (attempt.Time < Now) throw new ArgumentException($"attempt {attempt.Id} at {attempt.Time} comes after one at {Now}");
        Now = attempt.Time;
        for (var e = 0; e < _entities.Length; e++)
        {
            if (keys[e] == 0) continue;
            ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_entities[e], keys[e], out _);
            state ??= new EntityState(_plan.Plans[e]);
            state.Record(_plan.Plans[e], attempt.Time, attempt.Amount, attempt.Id, keys);
        }
    }

    /// <summary>The outcome of an earlier attempt has become known, or is corrected. Call it when it is known, not before.</summary>
    public void Learn(in Attempt attempt, ReadOnlySpan<ulong> keys, bool fraud)
    {
        for (var e = 0; e < _entities.Length; e++)
        {
            if (keys[e] != 0 && _entities[e].TryGetValue(keys[e], out var state)) state.Learn(attempt.Time, attempt.Id, fraud);
        }
    }

    /// <summary>Forgets entities not seen since <paramref name="before"/>; returns how many.</summary>
    public int Evict(long before)
    {
        var gone = 0;
        foreach (var states in _entities)
        {
            foreach (var key in states.Where(s => s.Value.Last < before).Select(s => s.Key).ToList())
            {
                states.Remove(key);
                gone++;
            }
        }

        return gone;
    }

    /// <summary>Takes in a state of the same plan that saw other payments. Windows are then as if one had seen all.</summary>
    public void Merge(VelocityState other)
    {
        if (other._plan.Signature() != _plan.Signature()) throw new ArgumentException("states of two plans cannot be merged");
        Now = Math.Max(Now, other.Now);
        for (var e = 0; e < _entities.Length; e++)
        {
            foreach (var (key, theirs) in other._entities[e])
            {
                ref var mine = ref CollectionsMarshal.GetValueRefOrAddDefault(_entities[e], key, out _);
                mine ??= new EntityState(_plan.Plans[e]);
                mine.Merge(_plan.Plans[e], theirs, Now);
            }
        }
    }
}
