using System.Collections.Concurrent;

namespace Busker.Storage;

/// <summary>
/// Rows as this host last wrote or read them, so that a batch need not read what it knows. What is remembered is never believed:
/// every row a decision used is written under a guard, or verified, in the transaction of the decision, and a row that somebody
/// else changed fails it. So each row needs a version that every writer moves.
/// </summary>
public sealed class RowMemory<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    private const int RowsMax = 50_000; // in each generation
    private ConcurrentDictionary<TKey, TRow> _young = new();
    private ConcurrentDictionary<TKey, TRow> _old = new();
    private int _count;

    /// <summary>Reads rows without locking them; absent ones are left out. The version is read first.</summary>
    public required Func<Tx, IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TRow>>> ReadAsync { get; init; }

    /// <summary>Queues what fails the transaction unless these rows are in the database as they are here.</summary>
    public required Action<Tx, IReadOnlyList<TRow>> Verify { get; init; }

    /// <summary>The row as it is in the database after it was saved.</summary>
    public required Func<TRow, TRow> Saved { get; init; }

    /// <summary>Whether a row that nobody changed still says what holds at this time.</summary>
    public required Func<TRow, DateTimeOffset, bool> Holds { get; init; }

    /// <summary>Those it remembers, and the rest read; all of them locked and read anew when a trusting try has failed.</summary>
    internal async Task<Dictionary<TKey, TRow>> LoadAsync(
        Tx tx, List<TKey> keys, Func<Tx, IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TRow>>> lockAsync, CancellationToken ct)
    {
        if (!tx.Trusting)
        {
            foreach (var key in keys) Forget(key);
            return new(await lockAsync(tx, keys, ct));
        }

        var (rows, unknown) = (new Dictionary<TKey, TRow>(keys.Count), new List<TKey>());
        foreach (var key in keys)
        {
            if (Find(key, tx.Now) is { } row) rows.Add(key, row);
            else unknown.Add(key);
        }

        if (unknown.Count == 0) return rows;
        foreach (var (key, row) in await ReadAsync(tx, unknown, ct)) rows.Add(key, row);
        return rows;
    }

    /// <summary>Has what was used and not changed verified, and keeps all of it once it is committed.</summary>
    internal void Remember(Tx tx, Dictionary<TKey, TRow> before, Dictionary<TKey, TRow> rows, HashSet<TKey> changed)
    {
        var used = before.Where(r => !changed.Contains(r.Key)).Select(r => r.Value).ToList();
        if (tx.Trusting && used.Count > 0) Verify(tx, used);
        tx.OnCommitted(() =>
        {
            foreach (var (key, row) in rows) Keep(key, changed.Contains(key) ? Saved(row) : row);
        });
    }

    private TRow? Find(TKey key, DateTimeOffset now)
    {
        if (_young.TryGetValue(key, out var row)) return Holds(row, now) ? row : null;
        if (!_old.TryRemove(key, out row) || !Holds(row, now)) return null;
        Keep(key, row);
        return row;
    }

    private void Keep(TKey key, TRow row)
    {
        if (!_young.TryAdd(key, row))
        {
            _young[key] = row;
            return;
        }

        if (Interlocked.Increment(ref _count) < RowsMax) return;
        _count = 0;
        (_old, _young) = (_young, new ConcurrentDictionary<TKey, TRow>()); // a race loses rows, which are read again
    }

    private void Forget(TKey key)
    {
        _young.TryRemove(key, out _);
        _old.TryRemove(key, out _);
    }
}
