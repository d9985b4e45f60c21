using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>All tenants, oldest first, a page at a time.</summary>
internal sealed class ListTenants(Db db) : IRpc<ListTenantsRequest, ListTenantsResponse>
{
    public async Task<Result<ListTenantsResponse>> HandleAsync(ListTenantsRequest request, Call call, CancellationToken ct)
    {
        var page = Page.Of(request.Page, call.Method);
        if (page.Fault is { } wrong) return wrong;
        var rows = await db.ReadAsync((tx, token) => TenantTable.ListAsync(tx, page.Value.Above, page.Value.Most, token), ct);
        var (shown, next) = page.Value.Cut(rows, r => r.Id.Value.ToString());
        return new ListTenantsResponse { Tenants = { shown.Select(r => r.ToProto()) }, NextPageToken = next };
    }
}
