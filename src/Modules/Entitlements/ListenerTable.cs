using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>The only file that writes entitlements.listener: the row whose lock guards all that decides about a listener.</summary>
internal static class ListenerTable
{
    /// <summary>Makes the row when it is not there, and holds its lock until the transaction ends.</summary>
    public static async Task LockOrMakeAsync(Tx tx, Guid scope, string listener, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            "insert into entitlements.listener (tenant_id, listener_id, created_at) values ($1, $2, $3) on conflict do nothing",
            [scope, listener, tx.Now], ct);
        await LockAsync(tx, scope, listener, ct);
    }

    /// <returns>False when there is no such listener.</returns>
    public static Task<bool> LockAsync(Tx tx, Guid scope, string listener, CancellationToken ct) => tx.OneAsync(
        "select true from entitlements.listener where tenant_id = $1 and listener_id = $2 for no key update",
        [scope, listener], r => r.GetBoolean(0), ct);

    /// <summary>Ids in order, from after one.</summary>
    public static Task<List<string>> ListAsync(Tx tx, Guid scope, string after, int most, CancellationToken ct) => tx.QueryAsync(
        "select listener_id from entitlements.listener where tenant_id = $1 and listener_id > $2 order by listener_id limit $3",
        [scope, after, most], r => r.GetString(0), ct);
}
