using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>What differs for listeners between two versions; version 0 stands for the empty catalog.</summary>
internal sealed class DiffVersions(Db db) : IRpc<DiffVersionsRequest, DiffVersionsResponse>
{
    public async Task<Result<DiffVersionsResponse>> HandleAsync(DiffVersionsRequest request, Call call, CancellationToken ct)
    {
        if (request.FromNumber < 0) return Fault.Invalid("from_number", "Not negative.");
        if (request.ToNumber < 0) return Fault.Invalid("to_number", "Not negative.");
        return await db.ReadAsync<Result<DiffVersionsResponse>>(async (tx, token) =>
        {
            var from = await FindAsync(tx, call.Scope, request.FromNumber, "from_number", token);
            if (from.Fault is { } noFrom) return noFrom;
            var to = await FindAsync(tx, call.Scope, request.ToNumber, "to_number", token);
            if (to.Fault is { } noTo) return noTo;
            return new DiffVersionsResponse { Changes = { DocumentDiff.Of(from.Value, to.Value) } };
        }, ct);
    }

    private static async Task<Result<Document>> FindAsync(Tx tx, Guid scope, int number, string field, CancellationToken ct) =>
        number == 0 ? new Document()
        : await VersionTable.FindAsync(tx, scope, number, ct) is { } row ? row.Document
        : Answers.NoVersion($"{number}", field);
}
