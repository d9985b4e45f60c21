using System.Globalization;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>Versions, newest first, a page at a time.</summary>
internal sealed class ListVersions(Db db) : IRpc<ListVersionsRequest, ListVersionsResponse>
{
    public async Task<Result<ListVersionsResponse>> HandleAsync(ListVersionsRequest request, Call call, CancellationToken ct)
    {
        var size = PageSize.Of(request.Page?.PageSize ?? 0);
        if (size.Fault is { } wrong) return wrong;
        var after = PageToken.Read(request.Page?.PageToken ?? "", call.Method);
        if (after.Fault is { } bad) return bad;

        var below = after.Value.Length == 0 ? int.MaxValue : int.Parse(after.Value, CultureInfo.InvariantCulture);
        return await db.ReadAsync<Result<ListVersionsResponse>>(async (tx, token) =>
        {
            var rows = await VersionTable.ListAsync(tx, call.Scope, below, size.Value + 1, token);
            var active = await VersionTable.AsOfAsync(tx, call.Scope, tx.Now, token);
            var page = rows.Take(size.Value).ToList();
            return new ListVersionsResponse
            {
                Versions = { page.Select(r => r.ToProto(Answers.StateOf(r, active?.Number ?? 0, tx.Now), whole: false)) },
                NextPageToken = rows.Count > page.Count
                    ? PageToken.After(page[^1].Number.ToString(CultureInfo.InvariantCulture), call.Method) : "",
            };
        }, ct);
    }
}
