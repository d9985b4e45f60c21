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
        var size = PageSize.Of(request.Page?.PageSize ?? 0);
        if (size.Fault is { } wrong) return wrong;
        var after = PageToken.Read(request.Page?.PageToken ?? "", call.Method);
        if (after.Fault is { } bad) return bad;

        return await db.ReadAsync<Result<ListListenersResponse>>(async (tx, token) =>
        {
            var ids = await ListenerTable.ListAsync(tx, call.Scope, after.Value, size.Value + 1, token);
            string[] page = [.. ids.Take(size.Value)];
            var held = (await AssignmentTable.AtAsync(tx, call.Scope, page, tx.Now, token)).ToDictionary(a => a.Listener, a => a.Assignment);
            return new ListListenersResponse
            {
                Listeners = { page.Select(id => held.TryGetValue(id, out var a) ? a.ToProto(id) : new Listener { ListenerId = id }) },
                NextPageToken = ids.Count > page.Length ? PageToken.After(page[^1], call.Method) : "",
            };
        }, ct);
    }
}
