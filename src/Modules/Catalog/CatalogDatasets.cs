using Busker.Catalog.Compiled;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Storage;
using Busker.Warehouse;
using static Busker.Warehouse.ColumnType;

namespace Busker.Catalog;

/// <summary>What the room gives away: every version that was published, flattened. Withdrawn versions are told as such and have no rows below.</summary>
internal static class CatalogDatasets
{
    private static readonly Column Version = new("version", Whole, "Number of the catalog version.");
    private static readonly Column Plan = new("plan", Text, "Key of the plan.");
    private static readonly Column Market = new("market", Text, "Code of a market that has none below it.");

    public static IReadOnlyList<Dataset> All =>
    [
        new("catalog_versions", "A published version of the catalog, oldest first.",
        [
            Version,
            new("effective_at", Moment, "From when it holds."),
            new("published_at", Moment, "When it was published."),
            new("withdrawn_at", Moment, "When it was taken back; empty for one that was not."),
            new("note", Text, "Why the change was made."),
            new("hash", Text, "Names the document; answers made from it carry the same."),
        ], (tx, scope, rows, ct) => VersionsAsync(tx, scope, _ => true, v => rows
            .Whole(v.Number).Moment(v.EffectiveAt).Moment(v.PublishedAt).Moment(v.WithdrawnAt).Text(v.Note).Text(v.Hash).End(), ct)),

        new("catalog_plans", "A plan in a version.",
        [
            Version, Plan,
            new("plan_version", Whole, "Rises with each published change of the plan."),
            new("name", Text, "For people."),
            new("product", Text, "Key of the product."),
            new("is_add_on", Flag, "Adds to a base plan."),
        ], (tx, scope, rows, ct) => DocumentsAsync(tx, scope, (number, catalog) =>
        {
            foreach (var plan in catalog.Document.Plans)
                rows.Whole(number).Text(plan.Key).Whole(plan.Version).Text(plan.Name).Text(plan.Product).Flag(plan.Kind == V1.Plan.Types.Kind.AddOn).End();
        }, ct)),

        new("catalog_features", "A feature in a version.",
        [
            Version,
            new("feature", Text, "Key of the feature."),
            new("name", Text, "For people."),
            new("type", Text, "flag, choice, number or cap."),
            new("merge", Text, "How the values of several plans become one: max, min or sum."),
            new("unit", Text, "What is counted; empty where nothing is."),
            new("fallback", Text, "What a listener has whose plan says nothing."),
        ], (tx, scope, rows, ct) => DocumentsAsync(tx, scope, (number, catalog) =>
        {
            foreach (var feature in catalog.Document.Features)
                rows.Whole(number).Text(feature.Key).Text(feature.Name).Text(Word(feature.Type)).Text(Word(feature.Merge))
                    .Text(feature.Unit.Length == 0 ? null : feature.Unit).Text(ValueText.Format(feature, feature.Fallback)).End();
        }, ct)),

        new("catalog_prices", "What a plan costs in a market where it is sold.",
        [
            Version, Plan, Market,
            new("offered_in", Text, "Code of the market whose offer holds here: the same or one above."),
            new("open_to_new", Flag, "Anybody may take it up; otherwise those who hold it keep it."),
            new("price_minor", Whole, "Price of a billing period in minor units of the currency; empty when it is free."),
            new("currency", Text, "ISO 4217; empty when it is free."),
            new("period_count", Whole, "Length of a billing period in its unit."),
            new("period_unit", Text, "minute, hour, day, week, month or year."),
        ], (tx, scope, rows, ct) => DocumentsAsync(tx, scope, (number, catalog) => Prices(number, catalog, rows), ct)),

        new("catalog_values", "What a plan gives for a feature in a market where it is sold; of an add-on, what it adds.",
        [
            Version, Plan, Market,
            new("feature", Text, "Key of the feature."),
            new("value", Text, "As people write it: yes, lossless, 6 per rolling hour."),
            new("amount", Whole, "The number, or the limit of a cap, in the feature's unit; empty for other types and for unlimited."),
            new("unlimited", Flag, "A cap without a limit."),
        ], (tx, scope, rows, ct) => DocumentsAsync(tx, scope, (number, catalog) => Values(number, catalog, rows), ct)),
    ];

    private static void Prices(int number, CompiledCatalog catalog, RowWriter rows)
    {
        foreach (var (plan, market, offer) in Sold(catalog))
            rows.Whole(number).Text(plan.Key).Text(market).Text(offer.Market)
                .Flag(offer.Availability != Offer.Types.Availability.ClosedToNew)
                .Whole(offer.Price?.AmountMinor).Text(offer.Price?.CurrencyCode)
                .Whole(Math.Max(1, offer.PeriodCount)).Text(Word(offer.PeriodUnit == Window.Types.Unit.Unspecified ? Window.Types.Unit.Month : offer.PeriodUnit))
                .End();
    }

    private static void Values(int number, CompiledCatalog catalog, RowWriter rows)
    {
        foreach (var (plan, market, _) in Sold(catalog))
        {
            var said = Lineage.Settings(plan, Lineage.Of(catalog.Document, market)).GroupBy(s => s.Setting.Feature)
                .ToDictionary(s => s.Key, s => s.Last().Setting.Value);
            foreach (var feature in catalog.Document.Features.Where(f => plan.Kind == V1.Plan.Types.Kind.Base || said.ContainsKey(f.Key)))
            {
                var value = said.GetValueOrDefault(feature.Key, feature.Fallback);
                rows.Whole(number).Text(plan.Key).Text(market).Text(feature.Key).Text(ValueText.Format(feature, value))
                    .Whole(Amount(value)).Flag(value.Cap?.Unlimited ?? false).End();
            }
        }
    }

    private static IEnumerable<(Plan Plan, string Market, Offer Offer)> Sold(CompiledCatalog catalog) =>
        from plan in catalog.Document.Plans
        from market in Lineage.Leaves(catalog.Document)
        let offer = catalog.Offer(plan.Key, market)
        where offer is not null
        select (plan, market, offer);

    private static long? Amount(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.Number => value.Number,
        Value.KindOneofCase.Cap when !value.Cap.Unlimited => value.Cap.Limit,
        _ => null,
    };

    private static string Word<T>(T named) where T : struct, Enum => named.ToString().ToLowerInvariant();

    private static Task DocumentsAsync(Tx tx, Guid scope, Action<int, CompiledCatalog> write, CancellationToken ct) => VersionsAsync(
        tx, scope, v => v.WithdrawnAt is null, v => write(v.Number, new CompiledCatalog(v.Document, v.Number, v.Hash, v.EffectiveAt)), ct);

    private static async Task VersionsAsync(Tx tx, Guid scope, Func<VersionTable.Row, bool> wanted, Action<VersionTable.Row> write, CancellationToken ct)
    {
        var newestFirst = await VersionTable.ListAsync(tx, scope, int.MaxValue, int.MaxValue, ct);
        foreach (var version in Enumerable.Reverse(newestFirst).Where(wanted)) write(version);
    }
}
