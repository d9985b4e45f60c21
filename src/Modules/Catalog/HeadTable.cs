using Busker.Storage;

namespace Busker.Catalog;

/// <summary>The only file that writes catalog.head.</summary>
internal static class HeadTable
{
    /// <summary>Takes the turn to publish in this scope until the transaction ends, and counts one revision on.</summary>
    /// <returns>The new revision.</returns>
    public static Task<long> NextAsync(Tx tx, Guid scope, CancellationToken ct) => tx.OneAsync(
        """
        insert into catalog.head as h (tenant_id, revision) values ($1, 1)
        on conflict (tenant_id) do update set revision = h.revision + 1
        returning revision
        """, [scope], r => r.GetInt64(0), ct);

    /// <returns>0 when the scope has no catalog yet.</returns>
    public static Task<long> RevisionAsync(Tx tx, Guid scope, CancellationToken ct) =>
        tx.OneAsync("select revision from catalog.head where tenant_id = $1", [scope], r => r.GetInt64(0), ct);
}
