using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Storage;
using Npgsql;

namespace Busker.Catalog;

/// <summary>The only file that writes catalog.draft.</summary>
internal static class DraftTable
{
    private const string Columns =
        "draft_id, state, note, base_version, published_version, etag, document, created_at, updated_at";

    internal sealed record Row(
        Id<DraftKind> Id, Draft.Types.State State, string Note, int BaseVersion, int PublishedVersion, Guid Etag,
        Document Document, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    public static Task<int> InsertAsync(Tx tx, Guid scope, Row row, CancellationToken ct) => tx.ExecuteAsync(
        $"insert into catalog.draft (tenant_id, {Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [scope, row.Id.Value, (short)row.State, row.Note, row.BaseVersion, row.PublishedVersion, row.Etag,
            row.Document.ToBytes(), row.CreatedAt, row.UpdatedAt], ct);

    /// <summary>Writes what may change of a draft that was read with its lock.</summary>
    public static Task<int> UpdateAsync(Tx tx, Guid scope, Row row, CancellationToken ct) => tx.ExecuteAsync(
        """
        update catalog.draft set state = $3, note = $4, published_version = $5, etag = $6, document = $7, updated_at = $8
        where tenant_id = $1 and draft_id = $2
        """,
        [scope, row.Id.Value, (short)row.State, row.Note, row.PublishedVersion, row.Etag, row.Document.ToBytes(), row.UpdatedAt], ct);

    public static Task<Row?> FindAsync(Tx tx, Guid scope, Id<DraftKind> id, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from catalog.draft where tenant_id = $1 and draft_id = $2", [scope, id.Value], Read, ct);

    public static Task<Row?> LockAsync(Tx tx, Guid scope, Id<DraftKind> id, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from catalog.draft where tenant_id = $1 and draft_id = $2 for update", [scope, id.Value], Read, ct);

    /// <summary>Newest first, from below an id.</summary>
    public static Task<List<Row>> ListAsync(Tx tx, Guid scope, Guid below, Draft.Types.State state, int most, CancellationToken ct) =>
        tx.QueryAsync(
            $"""
            select {Columns} from catalog.draft
            where tenant_id = $1 and draft_id < $2 and ($3::smallint = 0 or state = $3) order by draft_id desc limit $4
            """, [scope, below, (short)state, most], Read, ct);

    private static Row Read(NpgsqlDataReader r) => new(
        new Id<DraftKind>(r.GetGuid(0)), (Draft.Types.State)r.GetInt16(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4),
        r.GetGuid(5), Document.Parser.ParseFrom(r.GetFieldValue<byte[]>(6)),
        r.GetFieldValue<DateTimeOffset>(7), r.GetFieldValue<DateTimeOffset>(8));
}
