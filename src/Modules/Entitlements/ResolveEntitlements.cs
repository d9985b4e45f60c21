using Busker.Catalog;
using Busker.Catalog.Compiled;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>
/// Every value a listener has at a moment. A pure function of the catalog version, what is held and, for now, what is used
/// up; asked to explain, it names for each value all sources, and the next change already known.
/// </summary>
internal sealed class ResolveEntitlements(Db db, CatalogBook catalogs) : IRpc<ResolveEntitlementsRequest, ResolveEntitlementsResponse>
{
    public async Task<Result<ResolveEntitlementsResponse>> HandleAsync(ResolveEntitlementsRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckListener(request.ListenerId) is { } fault) return fault;
        var timeline = await catalogs.OfAsync(call.Scope, ct);
        var facts = await LoadAsync(request, call.Scope, ct);
        if (facts.Held is null) return Answers.NoListener(request.ListenerId);
        if (timeline.At(facts.At) is not { } catalog) return Answers.NoCatalog;
        var features = Wanted(request, catalog);
        if (features.Fault is { } unknown) return unknown;

        var held = facts.Held;
        var bundle = catalog.Find(held.Plan, held.Market, held.AddOns);
        var exhausted = facts.Book is { } book ? CapDecision.Exhausted(book, catalog, bundle, facts.At) : 0;
        var answer = Answer(catalog, held, bundle, exhausted, facts.At);
        var explain = request.Explain || call.Explain;
        foreach (var feature in features.Value) answer.Entitlements.Add(Value(catalog, held, bundle, exhausted, feature, explain));
        if (explain) answer.NextChange = Upcoming.Next(timeline, facts.At, held, facts.Later, features.Value, Turn(facts, catalog, bundle, exhausted));
        return answer;
    }

    /// <param name="At">the moment asked for</param>
    /// <param name="Held">what is held then; null when the listener holds nothing</param>
    /// <param name="Later">what is held after it, soonest first</param>
    /// <param name="Book">what is used up; null when the moment is not now</param>
    private sealed record Facts(DateTimeOffset At, Assignment? Held, IReadOnlyList<Assignment> Later, ListenerBook? Book);

    private Task<Facts> LoadAsync(ResolveEntitlementsRequest request, Guid scope, CancellationToken ct) => db.ReadAsync(async (tx, token) =>
    {
        var at = request.AsOfTime?.ToDateTimeOffset() ?? tx.Now;
        var held = await AssignmentTable.FromAsync(tx, scope, request.ListenerId, at, token);
        if (held.Count == 0 || held[0].Effective > at) return new Facts(at, null, [], null);
        var book = request.AsOfTime is null ? await BookStore.ReadAsync(tx, new BookKey(scope, request.ListenerId), token) : null;
        return new Facts(at, held[0], held[1..], book);
    }, ct);

    private static Result<List<CompiledFeature>> Wanted(ResolveEntitlementsRequest request, CompiledCatalog catalog)
    {
        for (var i = 0; i < request.Features.Count; i++)
            if (catalog.FeatureIndex(request.Features[i]) < 0)
                return new Fault(Code.NotFound, "FEATURE_NOT_FOUND", $"The catalog has no feature {request.Features[i]}.", $"features[{i}]");
        return catalog.Features.Where(f => request.Features.Count == 0 || request.Features.Contains(f.Key)).ToList();
    }

    private static ResolveEntitlementsResponse Answer(
        CompiledCatalog catalog, Assignment held, Bundle bundle, int exhausted, DateTimeOffset at) => new()
    {
        CatalogVersion = catalog.Number, CatalogHash = catalog.Hash, Plan = held.Plan, PlanVersion = catalog.Plan(held.Plan)?.Version ?? 0,
        AddOns = { held.AddOns }, Market = held.Market, AsOfTime = Answers.Stamp(at),
        Variants = { bundle.Switches.Where((_, i) => (exhausted & (1 << i)) != 0).Select(s => s.Variant) },
    };

    private static Entitlement Value(CompiledCatalog catalog, Assignment held, Bundle bundle, int exhausted, CompiledFeature feature, bool explain)
    {
        var cell = bundle.At(feature.Index, exhausted);
        var value = new Entitlement { Feature = feature.Key, Value = feature.ToValue(cell), Text = feature.Text(cell) };
        if (!explain) return value;
        foreach (var step in Provenance.Of(catalog, held.Plan, held.Market, held.AddOns, feature.Index, exhausted))
            value.Sources.Add(new Source
            {
                Source_ = step.Source, Plan = step.Plan, PlanVersion = step.PlanVersion, Market = step.Market,
                Text = feature.Text(step.Cell), Holds = step.Holds,
            });
        return value;
    }

    /// <summary>When the first used-up cap starts again, and which.</summary>
    private static Upcoming.CapTurn? Turn(Facts facts, CompiledCatalog catalog, Bundle bundle, int exhausted)
    {
        if (exhausted == 0 || facts.Book is not { } book) return null;
        return Enumerable.Range(0, bundle.Switches.Count).Where(i => (exhausted & (1 << i)) != 0)
            .Select(i =>
            {
                var feature = catalog.Features[bundle.Switches[i].Feature];
                var counter = CapDecision.CounterOf(book, feature.Key, bundle[feature.Index].Cap!, facts.At);
                return new Upcoming.CapTurn(counter.Span.End, feature.Key, exhausted, exhausted & ~(1 << i));
            }).MinBy(t => t.Time);
    }
}
