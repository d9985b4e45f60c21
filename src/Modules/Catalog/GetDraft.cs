using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>One draft of the caller's scope, with its document.</summary>
internal sealed class GetDraft(Db db) : IRpc<GetDraftRequest, Draft>
{
    public async Task<Result<Draft>> HandleAsync(GetDraftRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.DraftId(request.DraftId);
        if (id.Fault is { } wrong) return wrong;
        var row = await db.ReadAsync((tx, token) => DraftTable.FindAsync(tx, call.Scope, id.Value, token), ct);
        return row is null ? Answers.NoDraft(request.DraftId) : row.ToProto();
    }
}
