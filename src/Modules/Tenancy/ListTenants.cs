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
        var size = PageSize.Of(request.Page?.PageSize ?? 0);
        if (size.Fault is { } wrong) return wrong;
        var after = PageToken.Read(request.Page?.PageToken ?? "", call.Method);
        if (after.Fault is { } bad) return bad;

        var above = after.Value.Length == 0 ? Guid.Empty : Guid.Parse(after.Value);
        var rows = await db.ReadAsync((tx, token) => TenantTable.ListAsync(tx, above, size.Value + 1, token), ct);
        var page = rows.Take(size.Value).ToList();
        return new ListTenantsResponse
        {
            Tenants = { page.Select(r => r.ToProto()) },
            NextPageToken = rows.Count > page.Count ? PageToken.After(page[^1].Id.Value.ToString(), call.Method) : "",
        };
    }
}
