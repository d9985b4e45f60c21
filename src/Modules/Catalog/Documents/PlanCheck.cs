using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using Busker.Kernel;
using Google.Protobuf.Collections;

namespace Busker.Catalog.Documents;

/// <summary>What is wrong with one plan of a document.</summary>
internal static class PlanCheck
{
    public static IEnumerable<Violation> Of(Document document, Plan plan, string path)
    {
        if (plan.Kind == Plan.Types.Kind.Unspecified || !Enum.IsDefined(plan.Kind))
            yield return new Violation(path + ".kind", "Choose base or add_on.");
        if (document.Products.All(p => p.Key != plan.Product))
            yield return new Violation(path + ".product", $"There is no product \"{plan.Product}\".");
        if (plan.Kind == Plan.Types.Kind.AddOn && plan.Variants.Count > 0)
            yield return new Violation(path + ".variants", "Only base plans have variants.");
        foreach (var violation in DocumentCheck.UniqueKeys(path + ".variants", plan.Variants.Select(v => v.Key))) yield return violation;
        foreach (var violation in Settings(document, plan, plan.Settings, path, inVariant: false)) yield return violation;
        for (var i = 0; i < plan.Variants.Count; i++)
            foreach (var violation in Settings(document, plan, plan.Variants[i].Settings, $"{path}.variants[{i}]", inVariant: true))
                yield return violation;
        for (var i = 0; i < plan.Offers.Count; i++)
            foreach (var violation in One(document, plan, i, $"{path}.offers[{i}]")) yield return violation;
    }

    private static IEnumerable<Violation> Settings(
        Document document, Plan plan, RepeatedField<Setting> settings, string path, bool inVariant)
    {
        // What a value may switch to: variants exist on base plans only, and a variant leads to no other.
        string[] variants = inVariant || plan.Kind == Plan.Types.Kind.AddOn ? [] : [.. plan.Variants.Select(v => v.Key)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Count; i++)
        {
            var at = $"{path}.settings[{i}]";
            var feature = document.Features.FirstOrDefault(f => f.Key == settings[i].Feature);
            if (feature is null) yield return new Violation(at + ".feature", $"There is no feature \"{settings[i].Feature}\".");
            else if (!seen.Add(feature.Key)) yield return new Violation(at + ".feature", $"{feature.Key} is set twice.");
            else if (ValueCheck.Of(feature, settings[i].Value, variants, at + ".value") is { } wrong) yield return wrong;
        }
    }

    private static IEnumerable<Violation> One(Document document, Plan plan, int at, string path)
    {
        var offer = plan.Offers[at];
        if (document.Markets.All(m => m.Code != offer.Market))
            yield return new Violation(path + ".market", $"There is no market \"{offer.Market}\".");
        if (plan.Offers.Take(at).Any(o => o.Market == offer.Market))
            yield return new Violation(path + ".market", $"{offer.Market} has two offers of this plan.");
        if (offer.Availability == Offer.Types.Availability.Unspecified || !Enum.IsDefined(offer.Availability))
            yield return new Violation(path + ".availability", "Choose open or closed_to_new.");
        if (offer.PeriodCount is < 0 or > 1000) yield return new Violation(path + ".period_count", "0 to 1000.");
        if (offer.PeriodUnit is Window.Types.Unit.Minute or Window.Types.Unit.Hour)
            yield return new Violation(path + ".period_unit", "Day, week, month or year.");
        if (Price(document, offer, path + ".price") is { } wrong) yield return wrong;
        foreach (var violation in Settings(document, plan, offer.Settings, path, inVariant: false)) yield return violation;
    }

    private static Violation? Price(Document document, Offer offer, string path)
    {
        if (offer.Price is null) return null;
        if (offer.Price.AmountMinor < 0) return new Violation(path + ".amount_minor", "Not negative.");
        var currency = Lineage.Of(document, offer.Market).Reverse()
            .Select(code => document.Markets.First(m => m.Code == code).CurrencyCode).FirstOrDefault(c => c.Length > 0);
        return offer.Price.CurrencyCode == currency
            ? null
            : new Violation(path + ".currency_code", $"{offer.Market} sells in {currency ?? "no currency yet"}, not in {offer.Price.CurrencyCode}.");
    }
}
