using Busker.Catalog.V1;

namespace Busker.Catalog.Compiled;

/// <summary>One thing that was said about a feature: who said it, what, and whether it is part of what holds.</summary>
/// <param name="Source">a sentence part: <c>fallback</c>, <c>plan premium v7</c>, <c>plan premium v7 in IN</c></param>
/// <param name="Plan">empty for the fallback</param>
/// <param name="PlanVersion">0 when no plan said it</param>
/// <param name="Market">the market whose offer said it; empty for the plan itself</param>
/// <param name="Cell">the value said</param>
/// <param name="Holds">this value is, alone or merged with others that hold, what the feature has</param>
public sealed record Step(string Source, string Plan, int PlanVersion, string Market, Cell Cell, bool Holds);

/// <summary>Why a feature has its value: every source in the order it was considered.</summary>
public static class Provenance
{
    /// <param name="catalog">where the values come from</param>
    /// <param name="plan">the base plan</param>
    /// <param name="market">where the listener is</param>
    /// <param name="addOns">what else the listener holds</param>
    /// <param name="feature">the feature's place</param>
    /// <param name="exhausted">which of the bundle's switches are used up</param>
    public static IReadOnlyList<Step> Of(
        CompiledCatalog catalog, string plan, string market, ReadOnlySpan<string> addOns, int feature, int exhausted)
    {
        var of = catalog.Features[feature];
        var path = Lineage.Of(catalog.Document, market);
        List<List<Step>> voices = [[new Step("fallback", "", 0, "", of.Fallback, false), .. Said(catalog.Plan(plan), path, of)]];
        foreach (var addOn in addOns) voices.Add([.. Said(catalog.Plan(addOn), path, of)]);
        var switched = Switched(catalog, catalog.Find(plan, market, addOns), catalog.Plan(plan), of, exhausted);
        return switched.Count > 0
            ? [.. voices.SelectMany(v => v), .. switched[..^1], switched[^1] with { Holds = true }]
            : [.. Weigh(voices, of, catalog.Find(plan, market, addOns)[feature])];
    }

    /// <summary>What one plan says, the last word last.</summary>
    private static IEnumerable<Step> Said(Plan? plan, IReadOnlyList<string> path, CompiledFeature of)
    {
        if (plan is null) yield break;
        var who = $"{(plan.Kind == Plan.Types.Kind.AddOn ? "add-on" : "plan")} {plan.Key} v{plan.Version}";
        foreach (var (market, setting) in Lineage.Settings(plan, path).Where(s => s.Setting.Feature == of.Key))
            yield return new Step(market.Length == 0 ? who : $"{who} in {market}", plan.Key, plan.Version, market, of.ToCell(setting.Value), false);
    }

    private static List<Step> Switched(CompiledCatalog catalog, Bundle bundle, Plan? plan, CompiledFeature of, int exhausted) =>
    [
        .. from i in Enumerable.Range(0, bundle.Switches.Count)
        where (exhausted & (1 << i)) != 0
        from setting in bundle.Switches[i].Settings
        where setting.Feature == of.Index
        let cap = catalog.Features[bundle.Switches[i].Feature].Key
        select new Step($"variant {bundle.Switches[i].Variant} because {cap} is used up",
            plan?.Key ?? "", plan?.Version ?? 0, "", setting.Cell, false),
    ];

    /// <summary>Of each plan the last word counts; of these, all parts of a sum hold, else those that equal the outcome.</summary>
    private static IEnumerable<Step> Weigh(List<List<Step>> voices, CompiledFeature of, Cell final)
    {
        var adds = of.Definition.Merge == Feature.Types.Merge.Sum;
        return voices.SelectMany(voice => voice.Select((step, i) =>
            step with { Holds = i == voice.Count - 1 && (adds || step.Cell.Number == final.Number) }));
    }
}
