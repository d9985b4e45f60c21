using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>The tenant's keys, newest first, a page at a time.</summary>
internal sealed class ListKeys(Db db) : IRpc<ListKeysRequest, ListKeysResponse>
{
    public async Task<Result<ListKeysResponse>> HandleAsync(ListKeysRequest request, Call call, CancellationToken ct)
    {
        var page = Page.Of(request.Page, call.Method);
        if (page.Fault is { } wrong) return wrong;
        var rows = await db.ReadAsync((tx, token) => KeyTable.ListAsync(tx, call.Tenant, page.Value.Below, page.Value.Most, token), ct);
        var (shown, next) = page.Value.Cut(rows, r => r.Id.Value.ToString());
        return new ListKeysResponse { Keys = { shown.Select(r => r.ToProto()) }, NextPageToken = next };
    }
}
