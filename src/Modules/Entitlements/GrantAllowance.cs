using System.Text.Json;
using Busker.Catalog;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>Gives a listener more of a cap than the plan does; it does not come again.</summary>
internal sealed class GrantAllowance(Db db, CatalogBook catalogs) : IRpc<GrantAllowanceRequest, Allowance>
{
    private const long AmountMax = 1_000_000_000_000;

    public async Task<Result<Allowance>> HandleAsync(GrantAllowanceRequest request, Call call, CancellationToken ct)
    {
        if (Check(request) is { } fault) return fault;
        var timeline = await catalogs.OfAsync(call.Scope, ct);
        var once = await Idempotency.OnceAsync<Allowance>(db, call.Key, async (tx, token) =>
        {
            if (timeline.At(tx.Now) is not { } catalog) return Answers.NoCatalog;
            if (catalog.FeatureIndex(request.Feature) is var at && (at < 0 || catalog.Features[at].Fallback.Cap is null)) return Answers.NoCap(request.Feature);
            if (!await ListenerTable.LockAsync(tx, call.Scope, request.ListenerId, token)) return Answers.NoListener(request.ListenerId);
            var grant = Make(request, tx.Now);
            if (grant.Expires <= grant.Effective) return Fault.Invalid("expire_time", "After the effective time.");
            await AllowanceTable.InsertAsync(tx, call.Scope, request.ListenerId, grant, token);
            var fact = new AllowanceGranted { ListenerId = request.ListenerId, AllowanceId = grant.Id.ToString(), Feature = grant.Feature, Amount = grant.Amount };
            await Outbox.AppendAsync(tx, call.Scope, $"listener:{request.ListenerId}", fact, token);
            await Audit.AppendAsync(tx, call.Author, grant.Id.ToString(), null, JsonSerializer.Serialize(new { request.ListenerId, grant.Feature, grant.Amount, grant.Priority, grant.Expires }), token);
            return grant.ToProto();
        }, ct);
        return once.Told(call);
    }

    private static Grant Make(GrantAllowanceRequest request, DateTimeOffset now) => new(
        new Id<AllowanceKind>(Guid.CreateVersion7(now)), request.Feature, request.Amount, 0,
        request.Priority == 0 ? Grant.DefaultPriority : request.Priority, request.Promotional,
        request.EffectiveTime?.ToDateTimeOffset() is { } from && from > now ? from : now, request.ExpireTime?.ToDateTimeOffset());

    private static Fault? Check(GrantAllowanceRequest request) =>
        Answers.CheckListener(request.ListenerId)
        ?? (request.Feature.Length == 0 ? Fault.Invalid("feature", "Required.") : null)
        ?? (request.Amount is < 1 or > AmountMax ? Fault.Invalid("amount", $"1 to {AmountMax}.") : null)
        ?? (request.Priority is < 0 or > 100 ? Fault.Invalid("priority", "0 to 100; 0 means 30.") : null);
}
