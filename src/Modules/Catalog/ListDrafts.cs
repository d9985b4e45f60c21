using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>Drafts, newest first, a page at a time.</summary>
internal sealed class ListDrafts(Db db) : IRpc<ListDraftsRequest, ListDraftsResponse>
{
    public async Task<Result<ListDraftsResponse>> HandleAsync(ListDraftsRequest request, Call call, CancellationToken ct)
    {
        if (!Enum.IsDefined(request.State)) return Fault.Invalid("state", "Not a state of drafts.");
        var filter = $"{call.Method} {request.State}";
        var size = PageSize.Of(request.Page?.PageSize ?? 0);
        if (size.Fault is { } wrong) return wrong;
        var after = PageToken.Read(request.Page?.PageToken ?? "", filter);
        if (after.Fault is { } bad) return bad;

        var below = after.Value.Length == 0 ? Guid.AllBitsSet : Guid.Parse(after.Value);
        var rows = await db.ReadAsync((tx, token) =>
            DraftTable.ListAsync(tx, call.Scope, below, request.State, size.Value + 1, token), ct);
        var page = rows.Take(size.Value).ToList();
        return new ListDraftsResponse
        {
            Drafts = { page.Select(r => r.ToProto(whole: false)) },
            NextPageToken = rows.Count > page.Count ? PageToken.After(page[^1].Id.Value.ToString(), filter) : "",
        };
    }
}
