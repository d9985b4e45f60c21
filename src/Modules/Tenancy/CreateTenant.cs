using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>Opens a tenant with its first owner key, in one transaction. A replay shows everything but the secret.</summary>
internal sealed class CreateTenant(Db db) : IRpc<CreateTenantRequest, CreateTenantResponse>
{
    public async Task<Result<CreateTenantResponse>> HandleAsync(CreateTenantRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckName(request.Name) is { } fault) return fault;
        var shown = "";
        var once = await Idempotency.OnceAsync<CreateTenantResponse>(db, call.Key, async (tx, token) =>
        {
            var tenant = TenantBook.NewTenant(tx, request.Name);
            await TenantTable.InsertAsync(tx, tenant, token);
            (var key, shown) = TenantBook.NewKey(tx, "first owner", KeyEnvironment.Test, Role.Owner, 0, 0);
            await KeyTable.InsertAsync(tx, tenant.Id.Value, key, Secret.Hash(shown), token);
            await Audit.AppendAsync(tx, call.Author, tenant.Id.ToString(), null, tenant.Audited(), token);
            return new CreateTenantResponse { Tenant = tenant.ToProto(), Key = new KeyWithSecret { Key = key.ToProto() } };
        }, ct);
        var told = once.Told(call);
        if (told.Fault is null && !call.Replayed) told.Value.Key.Secret = shown; // after the commit: the stored answer has no secret
        return told;
    }
}
