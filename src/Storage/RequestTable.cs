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

    /// <returns>The rows there are, in no order.</returns>
    public static Task<List<Row>> FindAsync(Tx tx, Guid[] scopes, Guid[] names, CancellationToken ct) => tx.QueryAsync(
        """
        select r.tenant_id, r.request, r.fingerprint, r.answer, r.busy_until
        from unnest($1::uuid[], $2::uuid[]) as k (tenant_id, request)
        join storage.request r on r.tenant_id = k.tenant_id and r.request = k.request
        """, [scopes, names], Read, ct);

    /// <summary>Inserts, or takes the place of a row of the same name.</summary>
    public static Task WriteAsync(Tx tx, Row row, CancellationToken ct) => WriteAsync(tx, [row],
        $"{Insert} on conflict (tenant_id, request) do update " +
        "set busy_until = excluded.busy_until, answer = excluded.answer, at = excluded.at", ct);

    /// <summary>Inserts the rows that are not there. Order them, or two hosts may lock each other out.</summary>
    /// <returns>How many were inserted; fewer than given means that another host did the same requests just now.</returns>
    public static Task<int> InsertAsync(Tx tx, IReadOnlyList<Row> rows, CancellationToken ct) =>
        WriteAsync(tx, rows, $"{Insert} on conflict (tenant_id, request) do nothing", ct);

    /// <returns>How many rows were deleted.</returns>
    public static Task<int> DeleteAsync(Tx tx, DateTimeOffset before, int most, CancellationToken ct) => tx.ExecuteAsync(
        """
        delete from storage.request where ctid = any (array(
            select ctid from storage.request where at < $1 and (busy_until is null or busy_until < $2) limit $3))
        """, [before, tx.Now, most], ct);

    private static async Task<int> WriteAsync(Tx tx, IReadOnlyList<Row> rows, string sql, CancellationToken ct)
    {
        var (scopes, names, prints) = (new Guid[rows.Count], new Guid[rows.Count], new Guid[rows.Count]);
        var (answers, busy) = (new byte[]?[rows.Count], new DateTimeOffset?[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
            (scopes[i], names[i], prints[i], answers[i], busy[i]) =
                (rows[i].Scope, rows[i].Name, rows[i].Fingerprint, rows[i].Answer, rows[i].BusyUntil);

        await using var command = tx.Command(sql, scopes, names, prints, tx.Now, busy);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = answers });
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static Row Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetGuid(2),
        r.IsDBNull(3) ? null : r.GetFieldValue<byte[]>(3),
        r.IsDBNull(4) ? null : r.GetFieldValue<DateTimeOffset>(4));
}
