using Busker.Catalog.V1;
using Busker.Storage;
using Google.Protobuf;
using Npgsql;

namespace Busker.Catalog;

/// <summary>The only file that writes catalog.version.</summary>
internal static class VersionTable
{
    private const string Columns = "number, effective_at, published_at, withdrawn_at, note, hash, document, changes";

    internal sealed record Row(
        int Number, DateTimeOffset EffectiveAt, DateTimeOffset PublishedAt, DateTimeOffset? WithdrawnAt, string Note, string Hash,
        Document Document, IReadOnlyList<Change> Changes);

    public static Task<int> InsertAsync(Tx tx, Guid scope, Row row, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into catalog.version (tenant_id, number, effective_at, published_at, note, hash, document, changes)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [scope, row.Number, row.EffectiveAt, row.PublishedAt, row.Note, row.Hash, row.Document.ToBytes(),
            new DiffVersionsResponse { Changes = { row.Changes } }.ToByteArray()], ct);

    public static Task<int> WithdrawAsync(Tx tx, Guid scope, int number, CancellationToken ct) => tx.ExecuteAsync(
        "update catalog.version set withdrawn_at = $3 where tenant_id = $1 and number = $2", [scope, number, tx.Now], ct);

    public static Task<Row?> FindAsync(Tx tx, Guid scope, int number, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from catalog.version where tenant_id = $1 and number = $2", [scope, number], Read, ct);

    /// <summary>The newest that was not withdrawn; null when there is none.</summary>
    public static Task<Row?> NewestAsync(Tx tx, Guid scope, CancellationToken ct) => tx.OneAsync(
        $"select {Columns} from catalog.version where tenant_id = $1 and withdrawn_at is null order by number desc limit 1", [scope], Read, ct);

    /// <summary>The one in force at a moment; null when none was.</summary>
    public static Task<Row?> AsOfAsync(Tx tx, Guid scope, DateTimeOffset at, CancellationToken ct) => tx.OneAsync(
        $"""
        select {Columns} from catalog.version
        where tenant_id = $1 and withdrawn_at is null and effective_at <= $2 order by number desc limit 1
        """, [scope, at], Read, ct);

    public static Task<int> LastNumberAsync(Tx tx, Guid scope, CancellationToken ct) =>
        tx.OneAsync("select coalesce(max(number), 0) from catalog.version where tenant_id = $1", [scope], r => r.GetInt32(0), ct);

    /// <summary>Newest first, from below a number.</summary>
    public static Task<List<Row>> ListAsync(Tx tx, Guid scope, int below, int most, CancellationToken ct) => tx.QueryAsync(
        $"select {Columns} from catalog.version where tenant_id = $1 and number < $2 order by number desc limit $3", [scope, below, most], Read, ct);

    private static Row Read(NpgsqlDataReader r) => new(
        r.GetInt32(0), r.GetFieldValue<DateTimeOffset>(1), r.GetFieldValue<DateTimeOffset>(2),
        r.IsDBNull(3) ? null : r.GetFieldValue<DateTimeOffset>(3), r.GetString(4), r.GetString(5),
        Document.Parser.ParseFrom(r.GetFieldValue<byte[]>(6)),
        DiffVersionsResponse.Parser.ParseFrom(r.GetFieldValue<byte[]>(7)).Changes);
}
