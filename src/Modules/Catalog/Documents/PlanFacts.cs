using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Documents;

/// <summary>
/// A document as flat facts: for each plan and subject, what holds in each market where it is sold. Two documents with equal
/// facts treat every listener alike.
/// </summary>
internal static class PlanFacts
{
    public static readonly IReadOnlyDictionary<string, string> Nowhere = new Dictionary<string, string>();

    /// <param name="Subject">kind, product, availability, price, value, or variant and its key</param>
    internal readonly record struct Key(string Plan, string Subject, string Feature)
    {
        /// <summary>The order in which a reader wants to see subjects.</summary>
        public int Rank => Subject switch { "kind" => 0, "product" => 1, "availability" => 2, "price" => 3, "value" => 4, _ => 5 };

        /// <summary>What a line about it begins with.</summary>
        public string Label => Subject == "value" ? Feature : Subject.StartsWith("variant", StringComparison.Ordinal) ? $"{Subject} {Feature}" : Subject;
    }

    public static Dictionary<Key, IReadOnlyDictionary<string, string>> Of(Document document)
    {
        var facts = new Dictionary<Key, IReadOnlyDictionary<string, string>>();
        var catalog = new CompiledCatalog(document, 0, "", default);
        foreach (var plan in document.Plans)
        {
            Put(facts, plan, "kind", "", "", plan.Kind == Plan.Types.Kind.AddOn ? "add-on" : "base");
            Put(facts, plan, "product", "", "", plan.Product);
            foreach (var variant in plan.Variants)
                foreach (var setting in variant.Settings)
                    Put(facts, plan, $"variant {variant.Key}", setting.Feature, "", Text(catalog, setting));
            foreach (var market in Lineage.Leaves(document))
                if (catalog.Offer(plan.Key, market) is { } offer) Put(facts, catalog, plan, market, offer);
        }

        return facts;
    }

    private static void Put(
        Dictionary<Key, IReadOnlyDictionary<string, string>> facts, CompiledCatalog catalog, Plan plan, string market, Offer offer)
    {
        Put(facts, plan, "availability", "", market, offer.Availability == Offer.Types.Availability.ClosedToNew ? "closed to new" : "open");
        Put(facts, plan, "price", "", market, PriceText.Format(offer));
        if (plan.Kind == Plan.Types.Kind.AddOn)
        {
            foreach (var setting in Lineage.Settings(plan, Lineage.Of(catalog.Document, market)).Select(s => s.Setting))
                Put(facts, plan, "value", setting.Feature, market, Text(catalog, setting));
            return;
        }

        var bundle = catalog.Find(plan.Key, market);
        foreach (var feature in catalog.Features)
            Put(facts, plan, "value", feature.Key, market, ValueText.Format(feature.Definition, feature.ToValue(bundle[feature.Index])));
    }

    private static void Put(
        Dictionary<Key, IReadOnlyDictionary<string, string>> facts, Plan plan, string subject, string feature, string market, string text)
    {
        var key = new Key(plan.Key, subject, feature);
        if (!facts.TryGetValue(key, out var markets)) facts[key] = markets = new Dictionary<string, string>();
        ((Dictionary<string, string>)markets)[market] = text;
    }

    private static string Text(CompiledCatalog catalog, Setting setting) =>
        ValueText.Format(catalog.Features[catalog.FeatureIndex(setting.Feature)].Definition, setting.Value);
}
