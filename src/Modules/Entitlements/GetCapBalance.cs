using Busker.Catalog;
using Busker.Catalog.Compiled;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>What is left of a listener's caps, decided as a consumption would be, without consuming.</summary>
internal sealed class GetCapBalance(Db db, CatalogBook catalogs) : IRpc<GetCapBalanceRequest, GetCapBalanceResponse>
{
    public async Task<Result<GetCapBalanceResponse>> HandleAsync(GetCapBalanceRequest request, Call call, CancellationToken ct)
    {
        if (Answers.CheckListener(request.ListenerId) is { } fault) return fault;
        var timeline = await catalogs.OfAsync(call.Scope, ct);
        var (book, now) = await db.ReadAsync(async (tx, token) =>
            (await BookStore.ReadAsync(tx, new BookKey(call.Scope, request.ListenerId), token), tx.Now), ct);
        if (book is null) return Answers.NoListener(request.ListenerId);
        if (timeline.At(now) is not { } catalog) return Answers.NoCatalog;

        for (var i = 0; i < request.Features.Count; i++)
            if (catalog.FeatureIndex(request.Features[i]) is var at && (at < 0 || catalog.Features[at].Fallback.Cap is null))
                return Answers.NoCap(request.Features[i]) with { Field = $"features[{i}]" };
        return new GetCapBalanceResponse
        {
            Balances =
            {
                catalog.Features
                    .Where(f => f.Fallback.Cap is not null && (request.Features.Count == 0 || request.Features.Contains(f.Key)))
                    .Select(f => Balance(book, catalog, f, now)),
            },
        };
    }

    private static CapBalance Balance(ListenerBook book, CompiledCatalog catalog, CompiledFeature feature, DateTimeOffset now)
    {
        var rule = CapDecision.RuleOf(book, catalog, feature.Index, now)!;
        var grants = book.Grants.Where(g => g.Feature == feature.Key && g.IsOpen(now)).ToList();
        grants.Sort(Grant.Order);
        var balance = new CapBalance
        {
            Feature = feature.Key, Unlimited = rule.IsUnlimited, Rule = feature.Text(new Cell(rule.Limit, rule)),
            Allowances = { grants.Select(g => g.ToProto()) },
        };
        if (rule.IsUnlimited) return balance;

        var counter = CapDecision.CounterOf(book, feature.Key, rule, now);
        balance.Limit = rule.Limit;
        balance.Used = counter.Used;
        balance.Remaining = Math.Max(0, rule.Limit - counter.Used) + grants.Sum(g => g.Left);
        balance.ResetTime = counter.Used == 0 && rule.Window.Kind == Catalog.V1.Window.Types.Kind.Rolling ? null : Answers.Stamp(counter.Span.End);
        balance.Variant = balance.Remaining == 0 ? rule.Variant ?? "" : "";
        return balance;
    }
}
