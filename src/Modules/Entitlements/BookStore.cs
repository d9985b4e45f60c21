using Busker.Entitlements.Caps;
using Busker.Storage;
using Npgsql;

namespace Busker.Entitlements;

/// <summary>A listener within a scope; the order in which locks are taken.</summary>
internal readonly record struct BookKey(Guid Scope, string Listener) : IComparable<BookKey>
{
    public int CompareTo(BookKey other)
    {
        var order = Scope.CompareTo(other.Scope);
        return order == 0 ? string.CompareOrdinal(Listener, other.Listener) : order;
    }

    public static bool operator <(BookKey left, BookKey right) => left.CompareTo(right) < 0;
    public static bool operator >(BookKey left, BookKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(BookKey left, BookKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(BookKey left, BookKey right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// Loads and saves whole books, a list at a time. Each batch of consumptions is one guarded statement, when this host remembers
/// the books; else what it does not remember is read first, in one round trip.
/// </summary>
internal static class BookStore
{
    private const string Keys = "unnest($1::uuid[], $2::text[]) with ordinality as k (tenant_id, listener_id, n)";

    // Comes first, so that what the next statements read is at least as new as the version.
    private const string Listeners = $"""
        select k.n, l.version, l.counts from {Keys} join entitlements.listener l using (tenant_id, listener_id)
        order by k.n
        """;

    private const string Assignments = $"""
        select k.n, next.effective_at, a.plan, a.add_ons, a.market, a.time_zone, a.billing_anchor_at, a.clock_since, a.effective_at
        from {Keys} cross join lateral (
            select * from entitlements.assignment a
            where a.tenant_id = k.tenant_id and a.listener_id = k.listener_id and a.superseded_at is null and a.effective_at <= $3
            order by a.effective_at desc limit 1) a
        left join lateral (
            select min(f.effective_at) as effective_at from entitlements.assignment f
            where f.tenant_id = k.tenant_id and f.listener_id = k.listener_id and f.superseded_at is null and f.effective_at > $3) next on true
        """;

    private const string Allowances = $"""
        select k.n, {AllowanceTable.Columns} from {Keys} join entitlements.allowance a using (tenant_id, listener_id)
        where a.used < a.amount and (a.expires_at is null or a.expires_at > $3)
        """;

    /// <summary>What a host remembers of books between batches.</summary>
    public static RowMemory<BookKey, ListenerBook> Memory() => new()
    {
        ReadAsync = (tx, keys, ct) => LoadAsync(tx, keys, locked: false, ct),
        Verify = ListenerTable.QueueVerify,
        Saved = book => book with { Version = book.Version + 1, ChangedGrants = [] },
        Holds = (book, now) => book.Until is not { } until || now < until,
    };

    /// <summary>Books of those listeners that hold something at the transaction's time, locked in the order given.</summary>
    public static Task<IReadOnlyDictionary<BookKey, ListenerBook>> LockAsync(Tx tx, IReadOnlyList<BookKey> keys, CancellationToken ct) =>
        LoadAsync(tx, keys, locked: true, ct);

    /// <summary>The same without locks: a moment's view.</summary>
    public static async Task<ListenerBook?> ReadAsync(Tx tx, BookKey key, CancellationToken ct) =>
        (await LoadAsync(tx, [key], locked: false, ct)).GetValueOrDefault(key);

    public static Task SaveAsync(Tx tx, IReadOnlyList<ListenerBook> books, CancellationToken ct)
    {
        ListenerTable.QueueSave(tx, books);
        AllowanceTable.QueueSave(tx, [.. books.SelectMany(b => b.ChangedGrants.Select(g => (b.Scope, b.Listener, g)))]);
        return Task.CompletedTask;
    }

    private static async Task<IReadOnlyDictionary<BookKey, ListenerBook>> LoadAsync(
        Tx tx, IReadOnlyList<BookKey> keys, bool locked, CancellationToken ct)
    {
        var (scopes, listeners) = (new Guid[keys.Count], new string[keys.Count]);
        for (var i = 0; i < keys.Count; i++) (scopes[i], listeners[i]) = (keys[i].Scope, keys[i].Listener);
        await using var batch = new NpgsqlBatch(tx.Connection, tx.Transaction);
        Add(locked ? $"{Listeners} for no key update of l" : Listeners);
        Add(Assignments, tx.Now);
        Add(Allowances, tx.Now);

        await using var reader = await batch.ExecuteReaderAsync(ct);
        var rows = (await RowsAsync(reader, (r, at) => (Version: r.GetInt64(at), Counts: CounterText.Read(r.GetString(at + 1))), ct)).ToDictionary(r => r.At, r => r.Row);
        await reader.NextResultAsync(ct);
        var assignments = await RowsAsync(reader, (r, at) => (Until: r.IsDBNull(at) ? default(DateTimeOffset?) : r.GetFieldValue<DateTimeOffset>(at), Held: AssignmentTable.Read(r, at + 1)), ct);
        await reader.NextResultAsync(ct);
        var grants = (await RowsAsync(reader, AllowanceTable.Read, ct)).ToLookup(r => r.At, r => r.Row);
        return assignments.Where(a => rows.ContainsKey(a.At)).ToDictionary(a => keys[a.At], a => new ListenerBook(
            scopes[a.At], listeners[a.At], rows[a.At].Version, a.Row.Held, a.Row.Until, rows[a.At].Counts, [.. grants[a.At]]));

        void Add(string sql, DateTimeOffset? now = null)
        {
            var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = scopes }, new() { Value = listeners } } };
            if (now is { } time) command.Parameters.Add(new NpgsqlParameter { Value = time });
            batch.BatchCommands.Add(command);
        }
    }

    private static async Task<List<(int At, T Row)>> RowsAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, int, T> read, CancellationToken ct)
    {
        var rows = new List<(int, T)>();
        while (await reader.ReadAsync(ct)) rows.Add(((int)reader.GetInt64(0) - 1, read(reader, 1)));
        return rows;
    }
}
