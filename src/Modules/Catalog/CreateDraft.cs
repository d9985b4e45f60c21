using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>Opens a draft: of the document sent, or of the newest version's. Remembers that version as its base.</summary>
internal sealed class CreateDraft(Db db) : IRpc<CreateDraftRequest, Draft>
{
    public async Task<Result<Draft>> HandleAsync(CreateDraftRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckNote(request.Note) is { } fault) return fault;
        var once = await Idempotency.OnceAsync<Draft>(db, call.Key, async (tx, token) =>
        {
            var newest = await VersionTable.NewestAsync(tx, call.Scope, token);
            var row = new DraftTable.Row(
                new Id<DraftKind>(Guid.CreateVersion7(tx.Now)), Draft.Types.State.Open, request.Note, newest?.Number ?? 0, 0,
                Guid.CreateVersion7(tx.Now), request.Document ?? newest?.Document ?? new Document(), tx.Now, tx.Now);
            await DraftTable.InsertAsync(tx, call.Scope, row, token);
            await Audit.AppendAsync(tx, call.Author, row.Id.ToString(), null, DraftAudit.Of(row), token);
            return row.ToProto();
        }, ct);
        return once.Told(call);
    }
}
