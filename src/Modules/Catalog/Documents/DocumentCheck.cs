using System.Text.RegularExpressions;
using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Documents;

/// <summary>
/// Everything that keeps a document from being published, each with its path. A document that passes compiles, and every
/// plan in every market then has a value of the right type for every feature.
/// </summary>
internal static partial class DocumentCheck
{
    private const int MarketsMax = 300;
    private const int FeaturesMax = 500;
    private const int PlansMax = 500;
    private const int SwitchesMax = 4;

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex Key();

    [GeneratedRegex("^[A-Z][A-Z0-9_]{0,30}$")]
    private static partial Regex Code();

    public static IReadOnlyList<Violation> Of(Document document)
    {
        List<Violation> found =
        [
            .. Sizes(document), .. Markets(document), .. Features(document), .. Products(document),
            .. document.Plans.SelectMany((plan, i) => PlanCheck.Of(document, plan, $"plans[{i}]")),
            .. Unique("plans", document.Plans.Select(p => p.Key), "key", Key(), "lower-case letters, digits and _, starting with a letter"),
        ];
        return found.Count > 0 ? found : [.. Together(document)];
    }

    /// <summary>The keys of a list: well formed and each once.</summary>
    internal static IEnumerable<Violation> Unique(string list, IEnumerable<string> keys, string field, Regex shape, string wanted)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var at = 0;
        foreach (var key in keys)
        {
            var path = $"{list}[{at++}].{field}";
            if (!shape.IsMatch(key)) yield return new Violation(path, $"\"{key}\" is not {wanted}.");
            else if (!seen.Add(key)) yield return new Violation(path, $"\"{key}\" is there twice.");
        }
    }

    internal static IEnumerable<Violation> UniqueKeys(string list, IEnumerable<string> keys) =>
        Unique(list, keys, "key", Key(), "lower-case letters, digits and _, starting with a letter");

    private static IEnumerable<Violation> Sizes(Document document)
    {
        if (document.Markets.Count > MarketsMax) yield return new Violation("markets", $"At most {MarketsMax} markets.");
        if (document.Features.Count > FeaturesMax) yield return new Violation("features", $"At most {FeaturesMax} features.");
        if (document.Plans.Count > PlansMax) yield return new Violation("plans", $"At most {PlansMax} plans.");
        if (document.Plans.Count(p => p.Kind == Plan.Types.Kind.AddOn) > CompiledCatalog.AddOnsMax)
            yield return new Violation("plans", $"At most {CompiledCatalog.AddOnsMax} add-ons.");
        if (document.Plans.All(p => p.Kind != Plan.Types.Kind.Base)) yield return new Violation("plans", "At least one base plan.");
    }

    private static List<Violation> Markets(Document document)
    {
        var wrong = Unique("markets", document.Markets.Select(m => m.Code), "code", Code(), "upper-case letters, digits and _").ToList();
        for (var i = 0; i < document.Markets.Count; i++)
        {
            var market = document.Markets[i];
            if (market.Parent.Length > 0 && document.Markets.All(m => m.Code != market.Parent))
                wrong.Add(new Violation($"markets[{i}].parent", $"There is no market {market.Parent}."));
            else if (market.Parent.Length > 0 && Lineage.Of(document, market.Parent).Contains(market.Code))
                wrong.Add(new Violation($"markets[{i}].parent", $"{market.Code} would be its own ancestor."));
            if (market.CurrencyCode.Length > 0 && !Currency.TryParse(market.CurrencyCode, out _))
                wrong.Add(new Violation($"markets[{i}].currency_code", $"\"{market.CurrencyCode}\" is not an ISO 4217 currency with a minor unit."));
        }

        return wrong;
    }

    private static IEnumerable<Violation> Products(Document document) => UniqueKeys("products", document.Products.Select(p => p.Key));

    private static IEnumerable<Violation> Features(Document document)
    {
        foreach (var violation in UniqueKeys("features", document.Features.Select(f => f.Key))) yield return violation;
        for (var i = 0; i < document.Features.Count; i++)
            foreach (var violation in One(document.Features[i], $"features[{i}]")) yield return violation;
    }

    private static IEnumerable<Violation> One(Feature feature, string path)
    {
        if (feature.Type == Feature.Types.Type.Unspecified || !Enum.IsDefined(feature.Type))
        {
            yield return new Violation(path + ".type", "Choose flag, choice, number or cap.");
            yield break;
        }

        if (feature.Merge == Feature.Types.Merge.Unspecified || !Enum.IsDefined(feature.Merge))
            yield return new Violation(path + ".merge", "Choose max, min or sum.");
        if (feature is { Merge: Feature.Types.Merge.Sum, Type: Feature.Types.Type.Flag or Feature.Types.Type.Choice })
            yield return new Violation(path + ".merge", "Flags and choices cannot be summed; choose max or min.");
        var choices = feature.Choices.Count;
        if (feature.Type == Feature.Types.Type.Choice ? choices is < 2 or > 100 || feature.Choices.Distinct().Count() != choices : choices > 0)
            yield return new Violation(path + ".choices", "2 to 100 different choices for a choice; none for other types.");
        if (ValueCheck.Of(feature, feature.Fallback, [], path + ".fallback") is { } wrong) yield return wrong;
    }

    /// <summary>Rules between plans, once each alone is right: what an add-on adds to must be countable together.</summary>
    private static IEnumerable<Violation> Together(Document document)
    {
        var catalog = new CompiledCatalog(document, 0, "", default);
        var caps = catalog.Features.Where(f => f.Type == Feature.Types.Type.Cap).ToList();
        var leaves = Lineage.Leaves(document);
        for (var i = 0; i < document.Plans.Count; i++)
        {
            var plan = document.Plans[i];
            if (plan.Kind == Plan.Types.Kind.Base && leaves.Append("").Any(m => catalog.Find(plan.Key, m).Switches.Count > SwitchesMax))
                yield return new Violation($"plans[{i}].settings", $"At most {SwitchesMax} caps of a plan may switch to a variant.");
            if (plan.Kind != Plan.Types.Kind.AddOn) continue;
            foreach (var feature in caps.Where(f => Clashes(catalog, plan, f, leaves)))
                yield return new Violation($"plans[{i}].settings",
                    $"{feature.Key} counts in another window than a base plan sold in the same market; they could not be merged.");
        }
    }

    private static bool Clashes(CompiledCatalog catalog, Plan addOn, CompiledFeature feature, IReadOnlyList<string> leaves) =>
        leaves.Where(m => catalog.Offer(addOn.Key, m) is not null).Any(market =>
            Lineage.Settings(addOn, Lineage.Of(catalog.Document, market)).LastOrDefault(s => s.Setting.Feature == feature.Key).Setting is { } own
            && feature.ToCell(own.Value).Cap is { IsUnlimited: false } cap
            && catalog.Document.Plans.Any(p => p.Kind == Plan.Types.Kind.Base && catalog.Offer(p.Key, market) is not null
                && catalog.Find(p.Key, market)[feature.Index].Cap is { IsUnlimited: false, Limit: > 0 } theirs && theirs.Window != cap.Window));
}
