using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>What a listener holds at a moment, and what follows.</summary>
internal sealed class GetListener(Db db) : IRpc<GetListenerRequest, Listener>
{
    public async Task<Result<Listener>> HandleAsync(GetListenerRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckListener(request.ListenerId) is { } fault) return fault;
        return await db.ReadAsync<Result<Listener>>(async (tx, token) =>
        {
            var at = request.AsOfTime?.ToDateTimeOffset() ?? tx.Now;
            var held = await AssignmentTable.FromAsync(tx, call.Scope, request.ListenerId, at, token);
            if (held.Count == 0 || held[0].Effective > at) return Answers.NoListener(request.ListenerId);
            var listener = held[0].ToProto(request.ListenerId);
            listener.Scheduled.AddRange(held.Skip(1).Select(a => a.ToProto(request.ListenerId)));
            return listener;
        }, ct);
    }
}
