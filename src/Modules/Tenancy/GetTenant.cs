using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>The caller's tenant; another's is not there, unless an operator asks.</summary>
internal sealed class GetTenant(Db db) : IRpc<GetTenantRequest, Tenant>
{
    public async Task<Result<Tenant>> HandleAsync(GetTenantRequest request, Call call, CancellationToken ct)
    {
        var id = call.Tenant;
        if (request.TenantId.Length > 0)
        {
            if (!Id<TenantKind>.TryParse(request.TenantId, null, out var asked)) return Fault.Invalid("tenant_id", "Not a ten_ id.");
            if (asked.Value != id && !call.Principal.Permissions.Contains("tenancy.operate")) return Answers.NoTenant(request.TenantId);
            id = asked.Value;
        }

        var row = await db.ReadAsync((tx, token) => TenantTable.FindAsync(tx, id, token), ct);
        return row is null ? Answers.NoTenant(request.TenantId) : row.ToProto();
    }
}
