using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>Gives a member another role. Changes of one tenant's members take turns, so two cannot both remove the last owner.</summary>
internal sealed class SetMemberRole(Db db, Roles roles) : IRpc<SetMemberRoleRequest, Member>
{
    public async Task<Result<Member>> HandleAsync(SetMemberRoleRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.MemberId(request.MemberId);
        if (id.Fault is { } fault) return fault;
        if (Answers.CheckRole(request.Role) is { } wrong) return wrong;
        if (!roles.MayGive(call.Principal.Permissions, request.Role)) return Answers.RoleTooHigh;

        var once = await Idempotency.OnceAsync<Member>(db, call.Key, async (tx, token) =>
        {
            await TenantTable.LockAsync(tx, call.Tenant, token);
            var before = await MemberTable.FindAsync(tx, call.Tenant, id.Value, token);
            if (before is null) return Answers.NoMember(request.MemberId);
            if (before.Role == Role.Owner && request.Role != Role.Owner && await MemberTable.OwnersAsync(tx, call.Tenant, token) == 1)
                return Answers.LastOwner;
            var after = (await MemberTable.SetRoleAsync(tx, call.Tenant, id.Value, request.Role, token))!;
            await Audit.AppendAsync(tx, call.Author, request.MemberId, before.Audited(), after.Audited(), token);
            return after.ToProto();
        }, ct);
        return once.Told(call);
    }
}
