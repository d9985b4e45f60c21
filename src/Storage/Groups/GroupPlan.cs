using Busker.Kernel;

namespace Busker.Storage;

/// <summary>What becomes of one unit of a batch: its answer, and the facts that commit with it.</summary>
/// <param name="Answer">A fault refuses: its facts and request id are not kept.</param>
/// <param name="Facts">Null or empty when there is nothing to tell.</param>
public readonly record struct Outcome<TAnswer>(Result<TAnswer> Answer, IReadOnlyList<NewFact>? Facts = null)
{
    /// <summary>A bug met while deciding this unit. Its caller alone sees it.</summary>
    internal Exception? Bug { get; init; }
}

/// <summary>How the units of one kind are committed together.</summary>
/// <param name="Name">Names the group in telemetry: <c>entitlements.consume_cap</c>.</param>
/// <param name="Lane">
/// A hash of the row the unit guards. Units of one hash are committed by one lane, in the order submitted.
/// </param>
/// <param name="ApplyAsync">
/// Locks, decides and writes a list of units with set-based statements, and returns their outcomes in the same order.
/// May run more than once for the same units, so it keeps nothing outside the transaction.
/// </param>
public sealed record GroupPlan<TUnit, TAnswer>(
    string Name,
    Func<TUnit, int> Lane,
    Func<Tx, IReadOnlyList<TUnit>, CancellationToken, Task<IReadOnlyList<Outcome<TAnswer>>>> ApplyAsync);

/// <summary>What a pure decision says: the row as it is to be, the answer, the facts.</summary>
/// <param name="Row">The new row; null leaves it as it was. Give a new object, never the old one changed.</param>
public readonly record struct Decision<TRow, TAnswer>(
    TRow? Row, Result<TAnswer> Answer, IReadOnlyList<NewFact>? Facts = null) where TRow : class;

/// <summary>The usual plan: each unit guards one row.</summary>
public static class GroupPlan
{
    /// <param name="name">Names the group in telemetry: <c>entitlements.consume_cap</c>.</param>
    /// <param name="key">The row that a unit guards.</param>
    /// <param name="lockAsync">Locks the rows of these keys <i>in the order given</i> and reads them; absent rows are left out.</param>
    /// <param name="decide">Pure. Gets the unit, its row as the units before it left it (null: none yet), and the time.</param>
    /// <param name="saveAsync">
    /// Writes the changed rows in one statement. Throws <see cref="StaleReadException"/> when it wrote fewer than given, or queues
    /// it with <see cref="Tx.QueueExpecting"/>.
    /// </param>
    /// <param name="memory">Remembers rows between batches; then the writing must be guarded by a version.</param>
    public static GroupPlan<TUnit, TAnswer> Of<TUnit, TAnswer, TKey, TRow>(
        string name,
        Func<TUnit, TKey> key,
        Func<Tx, IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TRow>>> lockAsync,
        Func<TUnit, TRow?, DateTimeOffset, Decision<TRow, TAnswer>> decide,
        Func<Tx, IReadOnlyList<TRow>, CancellationToken, Task> saveAsync,
        RowMemory<TKey, TRow>? memory = null)
        where TKey : IComparable<TKey>
        where TRow : class
    {
        return new(name, unit => key(unit).GetHashCode(), ApplyAsync);

        async Task<IReadOnlyList<Outcome<TAnswer>>> ApplyAsync(Tx tx, IReadOnlyList<TUnit> units, CancellationToken ct)
        {
            var keys = units.Select(key).Distinct().Order().ToList();
            var rows = memory is null ? new Dictionary<TKey, TRow>(await lockAsync(tx, keys, ct)) : await memory.LoadAsync(tx, keys, lockAsync, ct);
            var before = memory is null ? null : new Dictionary<TKey, TRow>(rows);
            var changed = new HashSet<TKey>();
            var outcomes = new Outcome<TAnswer>[units.Count];
            for (var i = 0; i < outcomes.Length; i++)
                outcomes[i] = Decide(units[i], rows, changed, tx.Now);
            if (changed.Count > 0) await saveAsync(tx, keys.Where(changed.Contains).Select(k => rows[k]).ToList(), ct);
            memory?.Remember(tx, before!, rows, changed);
            return outcomes;
        }

        Outcome<TAnswer> Decide(TUnit unit, Dictionary<TKey, TRow> rows, HashSet<TKey> changed, DateTimeOffset now)
        {
            try
            {
                var at = key(unit);
                var decision = decide(unit, rows.GetValueOrDefault(at), now);
                if (decision.Answer.Fault is null && decision.Row is { } row)
                {
                    rows[at] = row;
                    changed.Add(at);
                }

                return new(decision.Answer, decision.Facts);
            }
#pragma warning disable CA1031 // whatever one unit's decision throws is its own caller's to see, not its neighbours'
            catch (Exception bug)
#pragma warning restore CA1031
            {
                return new() { Bug = bug };
            }
        }
    }
}
