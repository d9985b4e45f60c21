using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>One version with its document: by number, or the one in force at a moment.</summary>
internal sealed class GetVersion(Db db) : IRpc<GetVersionRequest, V1.Version>
{
    public async Task<Result<V1.Version>> HandleAsync(GetVersionRequest request, Call call, CancellationToken ct)
    {
        if (request.Number < 0) return Fault.Invalid("number", "Not negative.");
        if (request.Number > 0 && request.AsOfTime is not null) return Fault.Invalid("as_of_time", "Ask by number or by time, not both.");
        return await db.ReadAsync<Result<V1.Version>>(async (tx, token) =>
        {
            var at = request.AsOfTime?.ToDateTimeOffset() ?? tx.Now;
            var row = request.Number > 0
                ? await VersionTable.FindAsync(tx, call.Scope, request.Number, token)
                : await VersionTable.AsOfAsync(tx, call.Scope, at, token);
            if (row is null)
                return request.Number > 0 ? Answers.NoVersion($"{request.Number}", "number") : Answers.NoVersion($"in force at {at:O}", "as_of_time");
            var active = await VersionTable.AsOfAsync(tx, call.Scope, tx.Now, token);
            return row.ToProto(Answers.StateOf(row, active?.Number ?? 0, tx.Now));
        }, ct);
    }
}
