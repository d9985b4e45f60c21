using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>Removes a member; nothing of the person stays, only that a member with that id was removed.</summary>
internal sealed class RemoveMember(Db db) : IRpc<RemoveMemberRequest, RemoveMemberResponse>
{
    public async Task<Result<RemoveMemberResponse>> HandleAsync(RemoveMemberRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.MemberId(request.MemberId);
        if (id.Fault is { } fault) return fault;
        var once = await Idempotency.OnceAsync<RemoveMemberResponse>(db, call.Key, async (tx, token) =>
        {
            await TenantTable.LockAsync(tx, call.Tenant, token);
            var before = await MemberTable.FindAsync(tx, call.Tenant, id.Value, token);
            if (before is null) return Answers.NoMember(request.MemberId);
            if (before.Role == Role.Owner && await MemberTable.OwnersAsync(tx, call.Tenant, token) == 1) return Answers.LastOwner;
            await MemberTable.DeleteAsync(tx, call.Tenant, id.Value, token);
            await Audit.AppendAsync(tx, call.Author, request.MemberId, before.Audited(), null, token);
            return new RemoveMemberResponse();
        }, ct);
        return once.Told(call);
    }
}
