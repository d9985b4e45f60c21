using Busker.Kernel;
using Busker.Operations.V1;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Operations;

/// <summary>Jobs that failed on their last try, oldest first, a page at a time: the caller's own, or all for an operator.</summary>
internal sealed class ListDeadJobs(Db db) : IRpc<ListDeadJobsRequest, ListDeadJobsResponse>
{
    public async Task<Result<ListDeadJobsResponse>> HandleAsync(ListDeadJobsRequest request, Call call, CancellationToken ct)
    {
        var page = Page.Of(request.Page, call.Method);
        if (page.Fault is { } wrong) return wrong;
        var jobs = await db.ReadAsync((tx, token) => Jobs.DeadAsync(tx, Answers.Reach(call), page.Value.Above, page.Value.Most, token), ct);
        var (shown, next) = page.Value.Cut(jobs, j => j.Id.ToString());
        return new ListDeadJobsResponse { Jobs = { shown.Select(j => j.ToProto()) }, NextPageToken = next };
    }
}
