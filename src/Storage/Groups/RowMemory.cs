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

    internal TRow? Find(TKey key, DateTimeOffset now)
    {
        if (_young.TryGetValue(key, out var row)) return Holds(row, now) ? row : null;
        if (!_old.TryRemove(key, out row) || !Holds(row, now)) return null;
        Keep(key, row);
        return row;
    }

    internal void Keep(TKey key, TRow row)
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

    internal void Forget(TKey key)
    {
        _young.TryRemove(key, out _);
        _old.TryRemove(key, out _);
    }
}
