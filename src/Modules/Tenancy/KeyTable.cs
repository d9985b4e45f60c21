using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;
using Npgsql;
using NpgsqlTypes;

namespace Busker.Tenancy;

/// <summary>The only file that writes tenancy.api_key. Secrets never reach it, only their hashes.</summary>
internal static class KeyTable
{
    private const string Columns =
        "key_id, name, environment, role, hint, rate_per_second, rate_burst, created_at, used_at, revoked_at, previous_until";

    internal sealed record Row(
        Id<KeyKind> Id, string Name, KeyEnvironment Environment, Role Role, string Hint, int RatePerSecond, int RateBurst,
        DateTimeOffset CreatedAt, DateTimeOffset? UsedAt = null, DateTimeOffset? RevokedAt = null, DateTimeOffset? PreviousUntil = null);

    /// <summary>A key that a secret opened, with its tenant's scopes.</summary>
    internal sealed record Opened(Row Key, Guid Tenant, Guid TestScope, Guid LiveScope, bool ByPrevious);

    public static Task<int> InsertAsync(Tx tx, Guid tenant, Row row, byte[] hash, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into tenancy.api_key
            (tenant_id, key_id, name, environment, role, hint, rate_per_second, rate_burst, created_at, secret_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [tenant, row.Id.Value, row.Name, (short)row.Environment, (short)row.Role, row.Hint, row.RatePerSecond, row.RateBurst, row.CreatedAt, hash], ct);

    /// <summary>Puts a new secret in front of the present one, which works until the time given. Null when there is no such key or it is revoked.</summary>
    public static Task<Row?> RotateAsync(Tx tx, Guid tenant, Id<KeyKind> key, string hint, byte[] hash, DateTimeOffset until, CancellationToken ct) =>
        tx.OneAsync(
            $"""
            update tenancy.api_key set previous_hash = secret_hash, previous_until = $5, secret_hash = $4, hint = $3
            where tenant_id = $1 and key_id = $2 and revoked_at is null returning {Columns}
            """, [tenant, key.Value, hint, hash, until], Read, ct);

    public static Task<Row?> RevokeAsync(Tx tx, Guid tenant, Id<KeyKind> key, CancellationToken ct) =>
        tx.OneAsync(
            $"""
            update tenancy.api_key set revoked_at = coalesce(revoked_at, $3), previous_until = null
            where tenant_id = $1 and key_id = $2 returning {Columns}
            """, [tenant, key.Value, tx.Now], Read, ct);

    public static Task<Row?> FindAsync(Tx tx, Guid tenant, Id<KeyKind> key, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from tenancy.api_key where tenant_id = $1 and key_id = $2", [tenant, key.Value], Read, ct);

    /// <summary>Newest first, from below an id.</summary>
    public static Task<List<Row>> ListAsync(Tx tx, Guid tenant, Guid below, int most, CancellationToken ct) =>
        tx.QueryAsync(
            $"select {Columns} from tenancy.api_key where tenant_id = $1 and key_id < $2 order by key_id desc limit $3",
            [tenant, below, most], Read, ct);

    /// <summary>The working key that a secret with this hash opens now; null when there is none.</summary>
    public static Task<Opened?> OpenAsync(Tx tx, byte[] hash, CancellationToken ct) => tx.OneAsync(
        """
        select k.key_id, k.name, k.environment, k.role, k.hint, k.rate_per_second, k.rate_burst, k.created_at, k.used_at,
               k.revoked_at, k.previous_until, t.tenant_id, t.test_scope, t.live_scope, k.secret_hash <> $1
        from tenancy.api_key k join tenancy.tenant t using (tenant_id)
        where k.revoked_at is null and (k.secret_hash = $1 or (k.previous_hash = $1 and k.previous_until > $2))
        """, [hash, tx.Now], r => new Opened(Read(r), r.GetGuid(11), r.GetGuid(12), r.GetGuid(13), r.GetBoolean(14)), ct);

    /// <summary>Notes when keys were last used, all in one statement; an older time never replaces a newer.</summary>
    public static async Task TouchAsync(Tx tx, IReadOnlyList<(Guid Tenant, Guid Key, DateTimeOffset At)> uses, CancellationToken ct)
    {
        await using var command = tx.Command(
            """
            update tenancy.api_key k set used_at = greatest(k.used_at, u.at)
            from (select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as u (tenant_id, key_id, at) order by 1, 2) u
            where k.tenant_id = u.tenant_id and k.key_id = u.key_id
            """, uses.Select(u => u.Tenant).ToArray(), uses.Select(u => u.Key).ToArray());
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Value = uses.Select(u => u.At).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static Row Read(NpgsqlDataReader r) => new(
        new Id<KeyKind>(r.GetGuid(0)), r.GetString(1), (KeyEnvironment)r.GetInt16(2), (Role)r.GetInt16(3), r.GetString(4),
        r.GetInt32(5), r.GetInt32(6), r.GetFieldValue<DateTimeOffset>(7), Time(r, 8), Time(r, 9), Time(r, 10));

    private static DateTimeOffset? Time(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetFieldValue<DateTimeOffset>(column);
}
