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
        var page = Page.Of(request.Page, call.Method);
        if (page.Fault is { } wrong) return wrong;
        var below = page.Value.After.Length == 0 ? int.MaxValue : int.Parse(page.Value.After, CultureInfo.InvariantCulture);
        return await db.ReadAsync<Result<ListVersionsResponse>>(async (tx, token) =>
        {
            var rows = await VersionTable.ListAsync(tx, call.Scope, below, page.Value.Most, token);
            var active = await VersionTable.AsOfAsync(tx, call.Scope, tx.Now, token);
            var (shown, next) = page.Value.Cut(rows, r => r.Number.ToString(CultureInfo.InvariantCulture));
            return new ListVersionsResponse
            {
                Versions = { shown.Select(r => r.ToProto(Answers.StateOf(r, active?.Number ?? 0, tx.Now), whole: false)) }, NextPageToken = next,
            };
        }, ct);
    }
}
