using System.Text.Json;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>Takes back the newest version before it takes effect. What has taken effect stays.</summary>
internal sealed class WithdrawVersion(Db db, CatalogBook book) : IRpc<WithdrawVersionRequest, V1.Version>
{
    public async Task<Result<V1.Version>> HandleAsync(WithdrawVersionRequest request, Call call, CancellationToken ct)
    {
        if (request.Number < 1) return Fault.Invalid("number", "At least 1.");
        var once = await Idempotency.OnceAsync<V1.Version>(db, call.Key, async (tx, token) =>
        {
            await HeadTable.NextAsync(tx, call.Scope, token);
            var newest = await VersionTable.NewestAsync(tx, call.Scope, token);
            if (await VersionTable.FindAsync(tx, call.Scope, request.Number, token) is not { } row)
                return Answers.NoVersion($"{request.Number}", "number");
            if (newest?.Number != row.Number) return NotNewest;
            if (row.EffectiveAt <= tx.Now) return InForce;
            await VersionTable.WithdrawAsync(tx, call.Scope, row.Number, token);
            await Outbox.AppendAsync(tx, call.Scope, "catalog", new CatalogWithdrawn { Number = row.Number }, token);
            await Audit.AppendAsync(tx, call.Author, $"catalog:{row.Number}", JsonSerializer.Serialize(new { withdrawn = false }),
                JsonSerializer.Serialize(new { withdrawn = true }), token);
            return row.ToProto(V1.Version.Types.State.Withdrawn);
        }, ct);
        book.Forget(call.Scope);
        return once.Told(call);
    }

    private static readonly Fault NotNewest =
        new(Code.FailedPrecondition, "VERSION_NOT_NEWEST", "Only the newest version can be withdrawn.", "number");

    private static readonly Fault InForce =
        new(Code.FailedPrecondition, "VERSION_IN_FORCE", "This version has taken effect; publish another instead.", "number");
}
