using Busker.Kernel;
using Busker.Operations.V1;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Operations;

/// <summary>A dead job is gone; what it was and who gave it up is in the audit log.</summary>
internal sealed class DropDeadJob(Db db) : IRpc<DropDeadJobRequest, DropDeadJobResponse>
{
    public async Task<Result<DropDeadJobResponse>> HandleAsync(DropDeadJobRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.JobId(request.JobId);
        if (id.Fault is { } wrong) return wrong;
        var once = await Idempotency.OnceAsync<DropDeadJobResponse>(db, call.Key, async (tx, token) =>
        {
            if (await Jobs.DropAsync(tx, Answers.Reach(call), id.Value, token) is not { } dead) return Answers.NoDeadJob(request.JobId);
            await Audit.AppendAsync(tx, call.Author, request.JobId, dead.Audited(), after: null, token);
            return new DropDeadJobResponse();
        }, ct);
        return once.Told(call);
    }
}
