using Busker.Kernel;
using Busker.Storage;
using Busker.Tenancy.V1;
using Npgsql;

namespace Busker.Tenancy;

/// <summary>The only file that writes tenancy.member. A removed member leaves no row behind.</summary>
internal static class MemberTable
{
    private const string Columns = "member_id, email, role, created_at";

    internal sealed record Row(Id<MemberKind> Id, string Email, Role Role, DateTimeOffset CreatedAt);

    /// <returns>False when the address is a member already.</returns>
    public static async Task<bool> InsertAsync(Tx tx, Guid tenant, Row row, CancellationToken ct) => await tx.ExecuteAsync(
        $"insert into tenancy.member (tenant_id, {Columns}) values ($1, $2, $3, $4, $5) on conflict (tenant_id, email) do nothing",
        [tenant, row.Id.Value, row.Email, (short)row.Role, row.CreatedAt], ct) == 1;

    public static Task<Row?> SetRoleAsync(Tx tx, Guid tenant, Id<MemberKind> member, Role role, CancellationToken ct) =>
        tx.OneAsync($"update tenancy.member set role = $3 where tenant_id = $1 and member_id = $2 returning {Columns}", [tenant, member.Value, (short)role], Read, ct);

    public static Task<int> DeleteAsync(Tx tx, Guid tenant, Id<MemberKind> member, CancellationToken ct) =>
        tx.ExecuteAsync("delete from tenancy.member where tenant_id = $1 and member_id = $2", [tenant, member.Value], ct);

    public static Task<Row?> FindAsync(Tx tx, Guid tenant, Id<MemberKind> member, CancellationToken ct) =>
        tx.OneAsync($"select {Columns} from tenancy.member where tenant_id = $1 and member_id = $2", [tenant, member.Value], Read, ct);

    public static Task<long> OwnersAsync(Tx tx, Guid tenant, CancellationToken ct) =>
        tx.OneAsync("select count(*) from tenancy.member where tenant_id = $1 and role = $2", [tenant, (short)Role.Owner], r => r.GetInt64(0), ct);

    /// <summary>Oldest first, from above an id.</summary>
    public static Task<List<Row>> ListAsync(Tx tx, Guid tenant, Guid above, int most, CancellationToken ct) =>
        tx.QueryAsync(
            $"select {Columns} from tenancy.member where tenant_id = $1 and member_id > $2 order by member_id limit $3",
            [tenant, above, most], Read, ct);

    private static Row Read(NpgsqlDataReader r) =>
        new(new Id<MemberKind>(r.GetGuid(0)), r.GetString(1), (Role)r.GetInt16(2), r.GetFieldValue<DateTimeOffset>(3));
}
