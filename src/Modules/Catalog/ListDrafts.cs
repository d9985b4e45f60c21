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
        var page = Page.Of(request.Page, $"{call.Method} {request.State}");
        if (page.Fault is { } wrong) return wrong;
        var rows = await db.ReadAsync((tx, token) =>
            DraftTable.ListAsync(tx, call.Scope, page.Value.Below, request.State, page.Value.Most, token), ct);
        var (shown, next) = page.Value.Cut(rows, r => r.Id.Value.ToString());
        return new ListDraftsResponse { Drafts = { shown.Select(r => r.ToProto(whole: false)) }, NextPageToken = next };
    }
}
