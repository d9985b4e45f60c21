using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>What publishing a draft would change against the newest version, and what keeps it from being published.</summary>
internal sealed class CheckDraft(Db db) : IRpc<CheckDraftRequest, CheckDraftResponse>
{
    public async Task<Result<CheckDraftResponse>> HandleAsync(CheckDraftRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.DraftId(request.DraftId);
        if (id.Fault is { } wrong) return wrong;
        var (draft, newest) = await db.ReadAsync(async (tx, token) => (
            await DraftTable.FindAsync(tx, call.Scope, id.Value, token),
            await VersionTable.NewestAsync(tx, call.Scope, token)), ct);
        if (draft is null) return Answers.NoDraft(request.DraftId);

        var problems = DocumentCheck.Of(draft.Document);
        return new CheckDraftResponse
        {
            ComparedVersion = newest?.Number ?? 0,
            Problems = { problems.Select(p => new Problem { Field = p.Field, Description = p.Description }) },
            Changes = { problems.Count > 0 ? [] : DocumentDiff.Of(newest?.Document ?? new Document(), draft.Document) },
        };
    }
}
