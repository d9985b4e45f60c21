using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>Adds a person to the caller's tenant; an address is a member once.</summary>
internal sealed class AddMember(Db db, Roles roles) : IRpc<AddMemberRequest, Member>
{
    private const int EmailLengthMax = 254;

    public async Task<Result<Member>> HandleAsync(AddMemberRequest request, Call call, CancellationToken ct)
    {
        var email = request.Email.Trim().ToLowerInvariant();
        if (email.Length > EmailLengthMax || email.Split('@') is not [{ Length: > 0 }, { Length: > 0 }] || email.Any(char.IsWhiteSpace))
            return Fault.Invalid("email", "An address, as in name@example.com.");
        if (Answers.CheckRole(request.Role) is { } fault) return fault;
        if (!roles.MayGive(call.Principal.Permissions, request.Role)) return Answers.RoleTooHigh;

        var once = await Idempotency.OnceAsync<Member>(db, call.Key, async (tx, token) =>
        {
            var row = new MemberTable.Row(new Id<MemberKind>(Guid.CreateVersion7(tx.Now)), email, request.Role, tx.Now);
            if (!await MemberTable.InsertAsync(tx, call.Tenant, row, token)) return MemberThere;
            await Audit.AppendAsync(tx, call.Author, row.Id.ToString(), null, row.Audited(), token);
            return row.ToProto();
        }, ct);
        return once.Told(call);
    }

    private static readonly Fault MemberThere = new(Code.AlreadyExists, "MEMBER_EXISTS", "This address is a member already.", "email");
}
