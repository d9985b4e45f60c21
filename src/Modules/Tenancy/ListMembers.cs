using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>The tenant's members, oldest first, a page at a time.</summary>
internal sealed class ListMembers(Db db) : IRpc<ListMembersRequest, ListMembersResponse>
{
    public async Task<Result<ListMembersResponse>> HandleAsync(ListMembersRequest request, Call call, CancellationToken ct)
    {
        var page = Page.Of(request.Page, call.Method);
        if (page.Fault is { } wrong) return wrong;
        var rows = await db.ReadAsync((tx, token) => MemberTable.ListAsync(tx, call.Tenant, page.Value.Above, page.Value.Most, token), ct);
        var (shown, next) = page.Value.Cut(rows, r => r.Id.Value.ToString());
        return new ListMembersResponse { Members = { shown.Select(r => r.ToProto()) }, NextPageToken = next };
    }
}
