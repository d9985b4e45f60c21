using System.Text.Json;
using Busker.Catalog;
using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>
/// Gives a listener a plan from now or later.
/// <list type="bullet">
/// <item>Judged by the catalog that will be in force at that moment: sold in the market, and open or held already.</item>
/// <item>What was scheduled at or after that moment is superseded; the past stays as it was.</item>
/// <item>Zone and anchor keep what they are unless said; counts go on, and no change of clock cuts a window short.</item>
/// </list>
/// </summary>
internal sealed class SetListenerPlan(Db db, CatalogBook catalogs) : IRpc<SetListenerPlanRequest, Listener>
{
    private const int AddOnsMax = 20;

    public async Task<Result<Listener>> HandleAsync(SetListenerPlanRequest request, Call call, CancellationToken ct)
    {
        if (Check(request) is { } fault) return fault;
        var timeline = await catalogs.OfAsync(call.Scope, ct);
        var once = await Idempotency.OnceAsync<Listener>(db, call.Key, async (tx, token) =>
        {
            var effective = request.EffectiveTime?.ToDateTimeOffset() is { } asked && asked > tx.Now ? asked : tx.Now;
            if (timeline.At(effective) is not { } catalog) return Answers.NoCatalog;
            await ListenerTable.LockOrMakeAsync(tx, call.Scope, request.ListenerId, token);
            var held = (await AssignmentTable.FromAsync(tx, call.Scope, request.ListenerId, effective, token)).FirstOrDefault(a => a.Effective <= effective);
            if (CheckOffers(request, catalog, held) is { } refused) return refused;
            var assignment = Make(request, held, effective);
            await AssignmentTable.AppendAsync(tx, call.Scope, request.ListenerId, assignment, token);
            await TellAsync(tx, call, request.ListenerId, held, assignment, token);
            return assignment.ToProto(request.ListenerId);
        }, ct);
        return once.Told(call);
    }

    private static Assignment Make(SetListenerPlanRequest request, Assignment? held, DateTimeOffset effective)
    {
        var zone = request.TimeZone.Length > 0 ? request.TimeZone : held?.Clock.Zone ?? "UTC";
        var anchor = request.BillingAnchorTime?.ToDateTimeOffset() ?? held?.Clock.Anchor ?? effective;
        var clock = held is not null && held.Clock.Zone == zone && held.Clock.Anchor == anchor ? held.Clock : new ListenerClock(zone, anchor, effective);
        return new Assignment(request.Plan, [.. request.AddOns.Order(StringComparer.Ordinal)], request.Market, clock, effective);
    }

    private static async Task TellAsync(Tx tx, Call call, string listener, Assignment? held, Assignment given, CancellationToken ct)
    {
        var fact = new ListenerPlanSet
        {
            ListenerId = listener, Plan = given.Plan, AddOns = { given.AddOns }, Market = given.Market, EffectiveTime = Answers.Stamp(given.Effective),
        };
        await Outbox.AppendAsync(tx, call.Scope, $"listener:{listener}", fact, ct);
        await Audit.AppendAsync(tx, call.Author, $"listener:{listener}", held is null ? null : JsonSerializer.Serialize(held), JsonSerializer.Serialize(given), ct);
    }

    private static Fault? Check(SetListenerPlanRequest request)
    {
        if (Answers.CheckListener(request.ListenerId) is { } fault) return fault;
        if (request.AddOns.Count > AddOnsMax) return Fault.Invalid("add_ons", $"At most {AddOnsMax}.");
        if (request.AddOns.Distinct().Count() < request.AddOns.Count) return Fault.Invalid("add_ons", "Each add-on once.");
        return request.TimeZone.Length == 0 || Cycle.IsZone(request.TimeZone)
            ? null
            : Fault.Invalid("time_zone", $"\"{request.TimeZone}\" is not an IANA time zone, as in Europe/Stockholm.");
    }

    private static Fault? CheckOffers(SetListenerPlanRequest request, CompiledCatalog catalog, Assignment? held)
    {
        if (catalog.Market(request.Market) is null) return Fault.Invalid("market", $"The catalog has no market \"{request.Market}\".");
        if (CheckOffer(catalog, request.Plan, request.Market, Plan.Types.Kind.Base, held?.Plan == request.Plan, "plan") is { } fault) return fault;
        for (var i = 0; i < request.AddOns.Count; i++)
        {
            var holds = held?.AddOns.Contains(request.AddOns[i]) == true;
            if (CheckOffer(catalog, request.AddOns[i], request.Market, Plan.Types.Kind.AddOn, holds, $"add_ons[{i}]") is { } wrong) return wrong;
        }

        return null;
    }

    private static Fault? CheckOffer(CompiledCatalog catalog, string plan, string market, Plan.Types.Kind kind, bool holds, string field)
    {
        var what = kind == Plan.Types.Kind.Base ? "base plan" : "add-on";
        if (catalog.Plan(plan)?.Kind != kind) return Fault.Invalid(field, $"The catalog has no {what} \"{plan}\".");
        return catalog.Offer(plan, market)?.Availability switch
        {
            Offer.Types.Availability.Open => null,
            Offer.Types.Availability.ClosedToNew when holds => null,
            Offer.Types.Availability.ClosedToNew => new Fault(Code.FailedPrecondition, "PLAN_CLOSED", $"{plan} is closed to new listeners in {market}.", field),
            _ => new Fault(Code.FailedPrecondition, "PLAN_NOT_OFFERED", $"{plan} is not sold in {market}.", field),
        };
    }
}
