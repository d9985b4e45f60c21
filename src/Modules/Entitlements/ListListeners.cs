using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>Listeners in the order of their ids, a page at a time. One whose first plan is still to come shows only its id.</summary>
internal sealed class ListListeners(Db db) : IRpc<ListListenersRequest, ListListenersResponse>
{
    public async Task<Result<ListListenersResponse>> HandleAsync(ListListenersRequest request, Call call, CancellationToken ct)
    {
        var page = Page.Of(request.Page, call.Method);
        if (page.Fault is { } wrong) return wrong;
        return await db.ReadAsync<Result<ListListenersResponse>>(async (tx, token) =>
        {
            var (ids, next) = page.Value.Cut(await ListenerTable.ListAsync(tx, call.Scope, page.Value.After, page.Value.Most, token), id => id);
            var held = (await AssignmentTable.AtAsync(tx, call.Scope, [.. ids], tx.Now, token)).ToDictionary(a => a.Listener, a => a.Assignment);
            return new ListListenersResponse
            {
                Listeners = { ids.Select(id => held.TryGetValue(id, out var a) ? a.ToProto(id) : new Listener { ListenerId = id }) }, NextPageToken = next,
            };
        }, ct);
    }
}
