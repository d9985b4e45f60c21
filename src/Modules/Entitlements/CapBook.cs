using Busker.Catalog;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Storage;

namespace Busker.Entitlements;

/// <summary>
/// The room's door to caps. Consumptions of many concurrent requests commit together; each is decided on what the one before
/// it left, under the listener's lock, so a cap is never exceeded from however many hosts it is consumed.
/// </summary>
public sealed class CapBook : IAsyncDisposable
{
    private readonly GroupCommit<Unit, ConsumeCapResponse> _group;

    public CapBook(Db db) => _group = new(db, GroupPlan.Of<Unit, ConsumeCapResponse, BookKey, ListenerBook>(
        "entitlements.consume_cap", unit => unit.Key, BookStore.LockAsync, Decide, BookStore.SaveAsync, BookStore.Memory()));

    /// <summary>A wish and the catalog by which it is judged.</summary>
    internal sealed record Unit(Ask Ask, CatalogTimeline Timeline)
    {
        public BookKey Key => new(Ask.Scope, Ask.Listener);
    }

    /// <summary>Decides, commits durably, then answers.</summary>
    internal Task<Result<Once<ConsumeCapResponse>>> ConsumeAsync(Unit unit, RequestKey key, CancellationToken ct) =>
        _group.SubmitAsync(unit, key, ct);

    /// <summary>The same for many: all of them are waited for, and each has its own outcome.</summary>
    internal Task<IReadOnlyList<Settled<ConsumeCapResponse>>> ConsumeAsync(IReadOnlyList<(Unit, RequestKey?)> units, CancellationToken ct) =>
        _group.SubmitAllAsync(units, ct);

    private static Decision<ListenerBook, ConsumeCapResponse> Decide(Unit unit, ListenerBook? book, DateTimeOffset now)
    {
        if (book is null) return new(null, Answers.NoListener(unit.Ask.Listener));
        if (unit.Timeline.At(now) is not { } catalog) return new(null, Answers.NoCatalog);
        var verdict = CapDecision.Decide(book, catalog, unit.Ask, now);
        if (verdict.Rule is null) return new(null, Answers.NoCap(unit.Ask.Feature));
        var fact = verdict is { Exhausted: true, Counter: { } counter }
            ? new NewFact(unit.Ask.Scope, $"listener:{unit.Ask.Listener}", new CapExhausted
            {
                ListenerId = unit.Ask.Listener, Feature = unit.Ask.Feature, Variant = verdict.Rule.Variant ?? "",
                ResetTime = Answers.Stamp(counter.Span.End),
            })
            : default(NewFact?);
        var row = ReferenceEquals(verdict.Book, book) ? null : verdict.Book;
        return new(row, verdict.ToProto(now), fact is { } told ? [told] : null);
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();
}
