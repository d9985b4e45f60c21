using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>Closes an open draft for good; it stays readable.</summary>
internal sealed class DiscardDraft(Db db) : IRpc<DiscardDraftRequest, Draft>
{
    public async Task<Result<Draft>> HandleAsync(DiscardDraftRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.DraftId(request.DraftId);
        if (id.Fault is { } wrong) return wrong;
        var once = await Idempotency.OnceAsync<Draft>(db, call.Key, async (tx, token) =>
        {
            var row = await DraftTable.LockAsync(tx, call.Scope, id.Value, token);
            if (row is null) return Answers.NoDraft(request.DraftId);
            if (row.State != Draft.Types.State.Open) return Answers.DraftClosed;
            var closed = row with { State = Draft.Types.State.Discarded, Etag = Guid.CreateVersion7(tx.Now), UpdatedAt = tx.Now };
            await DraftTable.UpdateAsync(tx, call.Scope, closed, token);
            await Audit.AppendAsync(tx, call.Author, request.DraftId, DraftAudit.Of(row), DraftAudit.Of(closed), token);
            return closed.ToProto();
        }, ct);
        return once.Told(call);
    }
}
