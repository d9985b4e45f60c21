using Busker.Kernel;
using Busker.Operations.V1;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Operations;

/// <summary>A dead job waits for a worker again, with all its tries; who let it is in the audit log.</summary>
internal sealed class RerunDeadJob(Db db) : IRpc<RerunDeadJobRequest, RerunDeadJobResponse>
{
    public async Task<Result<RerunDeadJobResponse>> HandleAsync(RerunDeadJobRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.JobId(request.JobId);
        if (id.Fault is { } wrong) return wrong;
        var once = await Idempotency.OnceAsync<RerunDeadJobResponse>(db, call.Key, async (tx, token) =>
        {
            if (await Jobs.RerunAsync(tx, Answers.Reach(call), id.Value, token) is not { } dead) return Answers.NoDeadJob(request.JobId);
            await Audit.AppendAsync(tx, call.Author, request.JobId, dead.Audited(), """{"state":"waiting"}""", token);
            return new RerunDeadJobResponse();
        }, ct);
        return once.Told(call);
    }
}
