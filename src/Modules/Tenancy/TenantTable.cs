using Busker.Kernel;
using Busker.Storage;
using Npgsql;

namespace Busker.Tenancy;

/// <summary>The only file that writes tenancy.tenant.</summary>
internal static class TenantTable
{
    private const string Columns = "tenant_id, test_scope, live_scope, name, created_at";

    internal sealed record Row(Id<TenantKind> Id, Guid TestScope, Guid LiveScope, string Name, DateTimeOffset CreatedAt);

    public static Task<int> InsertAsync(Tx tx, Row row, CancellationToken ct) => tx.ExecuteAsync(
        $"insert into tenancy.tenant ({Columns}) values ($1, $2, $3, $4, $5)",
        [row.Id.Value, row.TestScope, row.LiveScope, row.Name, row.CreatedAt], ct);

    public static Task<Row?> RenameAsync(Tx tx, Guid tenant, string name, CancellationToken ct) =>
        tx.OneAsync($"update tenancy.tenant set name = $2 where tenant_id = $1 returning {Columns}", [tenant, name], Read, ct);

    public static Task<Row?> FindAsync(Tx tx, Guid tenant, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from tenancy.tenant where tenant_id = $1", [tenant], Read, ct);

    /// <summary>Waits for whoever else changes this tenant's keys or members, and returns the tenant.</summary>
    public static Task<Row?> LockAsync(Tx tx, Guid tenant, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from tenancy.tenant where tenant_id = $1 for update", [tenant], Read, ct);

    /// <summary>Oldest first, from above an id.</summary>
    public static Task<List<Row>> ListAsync(Tx tx, Guid above, int most, CancellationToken ct) =>
        tx.QueryAsync($"select {Columns} from tenancy.tenant where tenant_id > $1 order by tenant_id limit $2", [above, most], Read, ct);

    private static Row Read(NpgsqlDataReader r) =>
        new(new Id<TenantKind>(r.GetGuid(0)), r.GetGuid(1), r.GetGuid(2), r.GetString(3), r.GetFieldValue<DateTimeOffset>(4));
}
