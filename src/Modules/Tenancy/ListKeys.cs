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
        var size = PageSize.Of(request.Page?.PageSize ?? 0);
        if (size.Fault is { } wrong) return wrong;
        var after = PageToken.Read(request.Page?.PageToken ?? "", call.Method);
        if (after.Fault is { } bad) return bad;

        var below = after.Value.Length == 0 ? Guid.AllBitsSet : Guid.Parse(after.Value);
        var rows = await db.ReadAsync((tx, token) => KeyTable.ListAsync(tx, call.Tenant, below, size.Value + 1, token), ct);
        var page = rows.Take(size.Value).ToList();
        return new ListKeysResponse
        {
            Keys = { page.Select(r => r.ToProto()) },
            NextPageToken = rows.Count > page.Count ? PageToken.After(page[^1].Id.Value.ToString(), call.Method) : "",
        };
    }
}
