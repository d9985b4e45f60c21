using Busker.Entitlements.Caps;
using Busker.Kernel;
using Busker.Storage;
using Npgsql;

namespace Busker.Entitlements;

/// <summary>The only file that writes entitlements.allowance.</summary>
internal static class AllowanceTable
{
    public const string Columns = "allowance_id, feature, amount, used, priority, promotional, effective_at, expires_at";

    public static Task<int> InsertAsync(Tx tx, Guid scope, string listener, Grant grant, CancellationToken ct)
    {
        var expires = new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz, Value = (object?)grant.Expires ?? DBNull.Value };
        var command = tx.Command(
            $"insert into entitlements.allowance (tenant_id, listener_id, created_at, {Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            scope, listener, tx.Now, grant.Id.Value, grant.Feature, grant.Amount, grant.Used, grant.Priority, grant.Promotional, grant.Effective);
        command.Parameters.Add(expires);
        return RunAsync(command, ct);
    }

    /// <summary>Queues what was consumed of allowances whose listeners are guarded, in one statement.</summary>
    public static void QueueSave(Tx tx, IReadOnlyList<(Guid Scope, string Listener, Grant Grant)> rows)
    {
        if (rows.Count == 0) return;
        tx.Queue(
            """
            update entitlements.allowance a set used = n.used
            from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[]) as n (tenant_id, listener_id, allowance_id, used)
            where a.tenant_id = n.tenant_id and a.listener_id = n.listener_id and a.allowance_id = n.allowance_id
            """,
            rows.Select(r => r.Scope).ToArray(), rows.Select(r => r.Listener).ToArray(),
            rows.Select(r => r.Grant.Id.Value).ToArray(), rows.Select(r => r.Grant.Used).ToArray());
    }

    internal static Grant Read(NpgsqlDataReader r, int at) => new(
        new Id<AllowanceKind>(r.GetGuid(at)), r.GetString(at + 1), r.GetInt64(at + 2), r.GetInt64(at + 3), r.GetInt32(at + 4),
        r.GetBoolean(at + 5), r.GetFieldValue<DateTimeOffset>(at + 6),
        r.IsDBNull(at + 7) ? null : r.GetFieldValue<DateTimeOffset>(at + 7));

    private static async Task<int> RunAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using (command) return await command.ExecuteNonQueryAsync(ct);
    }
}
