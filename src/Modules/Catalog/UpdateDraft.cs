using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>Replaces an open draft's document or note. Of two who change it at once, the second is told to read again.</summary>
internal sealed class UpdateDraft(Db db) : IRpc<UpdateDraftRequest, Draft>
{
    public async Task<Result<Draft>> HandleAsync(UpdateDraftRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckNote(request.Note) is { } fault) return fault;
        var id = Answers.DraftId(request.DraftId);
        if (id.Fault is { } wrong) return wrong;
        var once = await Idempotency.OnceAsync<Draft>(db, call.Key, async (tx, token) =>
        {
            var row = await DraftTable.LockAsync(tx, call.Scope, id.Value, token);
            if (row is null) return Answers.NoDraft(request.DraftId);
            if (row.State != Draft.Types.State.Open) return Answers.DraftClosed;
            if (row.Etag.ToString("n") != request.Etag) return Answers.DraftMoved;
            var changed = row with
            {
                Document = request.Document ?? row.Document, Note = request.HasNote ? request.Note : row.Note,
                Etag = Guid.CreateVersion7(tx.Now), UpdatedAt = tx.Now,
            };
            await DraftTable.UpdateAsync(tx, call.Scope, changed, token);
            await Audit.AppendAsync(tx, call.Author, request.DraftId, DraftAudit.Of(row), DraftAudit.Of(changed), token);
            return changed.ToProto();
        }, ct);
        return once.Told(call);
    }
}
