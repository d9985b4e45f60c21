using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>Gives the caller's tenant another name. Ids and keys stay.</summary>
internal sealed class RenameTenant(Db db) : IRpc<RenameTenantRequest, Tenant>
{
    public async Task<Result<Tenant>> HandleAsync(RenameTenantRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckName(request.Name) is { } fault) return fault;
        var once = await Idempotency.OnceAsync<Tenant>(db, call.Key, async (tx, token) =>
        {
            var before = await TenantTable.LockAsync(tx, call.Tenant, token);
            if (before is null) return Answers.NoTenant("of this key");
            var after = (await TenantTable.RenameAsync(tx, call.Tenant, request.Name.Trim(), token))!;
            await Audit.AppendAsync(tx, call.Author, after.Id.ToString(), before.Audited(), after.Audited(), token);
            return after.ToProto();
        }, ct);
        return once.Told(call);
    }
}
