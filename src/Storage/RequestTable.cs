using Npgsql;
using NpgsqlTypes;

namespace Busker.Storage;

/// <summary>The only file that writes storage.request: one row per mutation already made, or under way.</summary>
internal static class RequestTable
{
    /// <param name="Scope">The tenant's live or test scope.</param>
    /// <param name="Name">Digest of principal, method and request id.</param>
    /// <param name="Fingerprint">Digest of the request's body.</param>
    /// <param name="Answer">The first answer; null while the work is under way.</param>
    /// <param name="BusyUntil">While under way: when a repeat may take the work up.</param>
    internal readonly record struct Row(
        Guid Scope, Guid Name, Guid Fingerprint, byte[]? Answer, DateTimeOffset? BusyUntil = null);

    private const string Insert = """
        insert into storage.request (tenant_id, request, fingerprint, at, busy_until, answer)
        select tenant_id, request, fingerprint, $4, busy_until, answer
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::timestamptz[], $6::bytea[])
            as r (tenant_id, request, fingerprint, busy_until, answer)
        """;

    // Laterally and one by one: a plan made while the table was empty would else read all of it, from then on.
    internal const string Find = """
        select k.tenant_id, k.request, r.fingerprint, r.answer, r.busy_until
        from unnest($1::uuid[], $2::uuid[]) as k (tenant_id, request)
        cross join lateral (select * from storage.request r where r.tenant_id = k.tenant_id and r.request = k.request limit 1) r
        """;

    /// <summary>The first round trip of a batch: its transaction's id, and the rows there are.</summary>
    public static async Task<(ulong TransactionId, List<Row> Rows)> BeginAsync(Tx tx, Guid[] scopes, Guid[] names)
    {
        await using var batch = new NpgsqlBatch(tx.Connection, tx.Transaction)
        {
            BatchCommands =
            {
                new("select pg_current_xact_id()"),
                new(Find) { Parameters = { new() { Value = scopes }, new() { Value = names } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.ReadAsync();
        var id = reader.GetFieldValue<ulong>(0);
        await reader.NextResultAsync();
        var rows = new List<Row>();
        while (await reader.ReadAsync()) rows.Add(Read(reader));
        return (id, rows);
    }

    /// <returns>The rows there are, in no order.</returns>
    public static Task<List<Row>> FindAsync(Tx tx, Guid[] scopes, Guid[] names, CancellationToken ct) =>
        tx.QueryAsync(Find, [scopes, names], Read, ct);

    /// <summary>Inserts, or takes the place of a row of the same name.</summary>
    public static Task WriteAsync(Tx tx, Row row, CancellationToken ct) => WriteAsync(tx, [row],
        $"{Insert} on conflict (tenant_id, request) do update " +
        "set busy_until = excluded.busy_until, answer = excluded.answer, at = excluded.at", ct);

    /// <summary>
    /// Queues the rows, which must be new: a row that is there means that another host did the same request just now, and
    /// counts as a conflict. Order them, or two hosts may lock each other out.
    /// </summary>
    public static void QueueInsert(Tx tx, IReadOnlyList<Row> rows) => tx.Queue(Insert, Columns(tx, rows));

    /// <returns>How many rows were deleted.</returns>
    public static Task<int> DeleteAsync(Tx tx, DateTimeOffset before, int most, CancellationToken ct) => tx.ExecuteAsync(
        """
        delete from storage.request where ctid = any (array(
            select ctid from storage.request where at < $1 and (busy_until is null or busy_until < $2) limit $3))
        """, [before, tx.Now, most], ct);

    private static async Task WriteAsync(Tx tx, IReadOnlyList<Row> rows, string sql, CancellationToken ct) =>
        await tx.ExecuteAsync(sql, Columns(tx, rows), ct);

    private static object?[] Columns(Tx tx, IReadOnlyList<Row> rows)
    {
        var (scopes, names, prints) = (new Guid[rows.Count], new Guid[rows.Count], new Guid[rows.Count]);
        var (answers, busy) = (new byte[]?[rows.Count], new DateTimeOffset?[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
            (scopes[i], names[i], prints[i], answers[i], busy[i]) =
                (rows[i].Scope, rows[i].Name, rows[i].Fingerprint, rows[i].Answer, rows[i].BusyUntil);
        return [scopes, names, prints, tx.Now, busy, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = answers }];
    }

    private static Row Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetGuid(2),
        r.IsDBNull(3) ? null : r.GetFieldValue<byte[]>(3),
        r.IsDBNull(4) ? null : r.GetFieldValue<DateTimeOffset>(4));
}
