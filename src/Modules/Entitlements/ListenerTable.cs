using Busker.Entitlements.Caps;
using Busker.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Busker.Entitlements;

/// <summary>
/// The only file that writes entitlements.listener. The row's lock guards all that decides about a listener, and its version
/// moves with every change of it, so that a remembered book can be checked.
/// </summary>
internal static class ListenerTable
{
    /// <summary>Makes the row when it is not there, moves its version, and holds its lock until the transaction ends.</summary>
    public static async Task LockOrMakeAsync(Tx tx, Guid scope, string listener, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            "insert into entitlements.listener (tenant_id, listener_id, created_at) values ($1, $2, $3) on conflict do nothing",
            [scope, listener, tx.Now], ct);
        await LockAsync(tx, scope, listener, ct);
    }

    /// <summary>For a change of anything about a listener: moves the version and holds the lock until the transaction ends.</summary>
    /// <returns>False when there is no such listener.</returns>
    public static Task<bool> LockAsync(Tx tx, Guid scope, string listener, CancellationToken ct) => tx.OneAsync(
        "update entitlements.listener set version = version + 1 where tenant_id = $1 and listener_id = $2 returning true",
        [scope, listener], r => r.GetBoolean(0), ct);

    /// <summary>Queues the counts of books whose version is the one they were read with; any other fails the transaction.</summary>
    public static void QueueSave(Tx tx, IReadOnlyList<ListenerBook> books)
    {
        var (scopes, listeners, versions) = Columns(books);
        var counts = new string[books.Count];
        for (var i = 0; i < counts.Length; i++) counts[i] = CounterText.Write(books[i].Counters);
        tx.QueueExpecting(books.Count,
            """
            update entitlements.listener l set version = l.version + 1, counts = b.counts
            from unnest($1::uuid[], $2::text[], $3::bigint[], $4::json[]) as b (tenant_id, listener_id, version, counts)
            where l.tenant_id = b.tenant_id and l.listener_id = b.listener_id and l.version = b.version returning 1
            """, scopes, listeners, versions, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json, Value = counts });
    }

    /// <summary>Queues a check that nobody has changed anything about these listeners since their books were read.</summary>
    public static void QueueVerify(Tx tx, IReadOnlyList<ListenerBook> books)
    {
        var (scopes, listeners, versions) = Columns(books);
        tx.QueueExpecting(books.Count,
            """
            select 1 from unnest($1::uuid[], $2::text[], $3::bigint[]) as b (tenant_id, listener_id, version)
            join entitlements.listener l on l.tenant_id = b.tenant_id and l.listener_id = b.listener_id and l.version = b.version
            """, scopes, listeners, versions);
    }

    /// <summary>Ids in order, from after one.</summary>
    public static Task<List<string>> ListAsync(Tx tx, Guid scope, string after, int most, CancellationToken ct) => tx.QueryAsync(
        "select listener_id from entitlements.listener where tenant_id = $1 and listener_id > $2 order by listener_id limit $3",
        [scope, after, most], r => r.GetString(0), ct);

    private static (Guid[], string[], long[]) Columns(IReadOnlyList<ListenerBook> books)
    {
        var (scopes, listeners, versions) = (new Guid[books.Count], new string[books.Count], new long[books.Count]);
        for (var i = 0; i < books.Count; i++) (scopes[i], listeners[i], versions[i]) = (books[i].Scope, books[i].Listener, books[i].Version);
        return (scopes, listeners, versions);
    }
}
