using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Documents;

/// <summary>
/// What differs between two documents for those who live by them: values that hold, prices, availability. Where a value is
/// written does not matter; that it holds does. Markets that see the same change share a line.
/// </summary>
internal static class DocumentDiff
{
    public static IReadOnlyList<Change> Of(Document before, Document after)
    {
        var changes = new List<Change>();
        changes.AddRange(Lists("market", before.Markets.Select(m => m.Code), after.Markets.Select(m => m.Code)));
        changes.AddRange(Lists("product", before.Products.Select(p => p.Key), after.Products.Select(p => p.Key)));
        changes.AddRange(FeatureChanges(before, after));
        changes.AddRange(Lists("plan", before.Plans.Select(p => p.Key), after.Plans.Select(p => p.Key)));
        changes.AddRange(PlanChanges(before, after));
        return changes;
    }

    private static IEnumerable<Change> Lists(string subject, IEnumerable<string> before, IEnumerable<string> after)
    {
        var (old, now) = (before.ToHashSet(), after.ToHashSet());
        return now.Except(old).Order(StringComparer.Ordinal).Select(k => Make(subject, "", k, Change.Types.Kind.Added))
            .Concat(old.Except(now).Order(StringComparer.Ordinal).Select(k => Make(subject, k, "", Change.Types.Kind.Removed)));
    }

    private static Change Make(string subject, string before, string after, Change.Types.Kind kind)
    {
        var key = before.Length > 0 ? before : after;
        return new Change
        {
            Subject = subject, Kind = kind, Before = before, After = after,
            Plan = subject == "plan" ? key : "",
            Feature = subject == "feature" ? key : "",
            Markets = { subject == "market" ? [key] : Array.Empty<string>() },
            Text = $"{subject} {key}: {(kind == Change.Types.Kind.Added ? "added" : "removed")}",
        };
    }

    private static IEnumerable<Change> FeatureChanges(Document before, Document after)
    {
        foreach (var change in Lists("feature", before.Features.Select(f => f.Key), after.Features.Select(f => f.Key))) yield return change;
        foreach (var now in after.Features)
        {
            var old = before.Features.FirstOrDefault(f => f.Key == now.Key);
            if (old is null) continue;
            foreach (var (subject, was, becomes) in Facets(old).Zip(Facets(now), (a, b) => (a.Subject, a.Text, b.Text)))
            {
                if (was == becomes) continue;
                yield return new Change
                {
                    Subject = subject, Kind = Change.Types.Kind.Changed, Feature = now.Key, Before = was, After = becomes,
                    Text = $"feature {now.Key}: {subject} {was} → {becomes}",
                };
            }
        }
    }

    private static IEnumerable<(string Subject, string Text)> Facets(Feature feature) =>
    [
        ("type", feature.Type.ToString().ToLowerInvariant()), ("merge", feature.Merge.ToString().ToLowerInvariant()),
        ("choices", string.Join(", ", feature.Choices)), ("unit", feature.Unit), ("fallback", ValueText.Format(feature, feature.Fallback)),
    ];

    private static IEnumerable<Change> PlanChanges(Document before, Document after)
    {
        var (old, now) = (PlanFacts.Of(before), PlanFacts.Of(after));
        var leaves = Lineage.Leaves(before).Union(Lineage.Leaves(after)).ToList();
        var order = old.Keys.Union(now.Keys).OrderBy(k => k.Plan, StringComparer.Ordinal).ThenBy(k => k.Rank).ThenBy(k => k.Feature, StringComparer.Ordinal);
        foreach (var key in order)
        {
            var (was, becomes) = (old.GetValueOrDefault(key) ?? PlanFacts.Nowhere, now.GetValueOrDefault(key) ?? PlanFacts.Nowhere);
            var everywhere = was.Keys.Union(becomes.Keys).Order(StringComparer.Ordinal).ToList();
            var differing = everywhere
                .Select(m => (Market: m, Before: was.GetValueOrDefault(m, ""), After: becomes.GetValueOrDefault(m, "")))
                .Where(d => d.Before != d.After).GroupBy(d => (d.Before, d.After));
            foreach (var group in differing) yield return Line(key, [.. group.Select(d => d.Market)], everywhere.Count, leaves.Count, group.Key);
        }
    }

    private static Change Line(PlanFacts.Key key, string[] markets, int offered, int leaves, (string Before, string After) value)
    {
        var kind = value.Before.Length == 0 ? Change.Types.Kind.Added : value.After.Length == 0 ? Change.Types.Kind.Removed : Change.Types.Kind.Changed;
        var where = markets is [""] ? "" : markets.Length == leaves && leaves > 1 ? " everywhere"
            : markets.Length == offered && offered > 3 ? $" in all its {offered} markets" : $" in {string.Join(", ", markets)}";
        var what = kind switch
        {
            Change.Types.Kind.Added => $"{key.Label} {value.After}",
            Change.Types.Kind.Removed => $"{key.Label} {value.Before} removed",
            _ => $"{key.Label} {value.Before} → {value.After}",
        };
        return new Change
        {
            Subject = key.Subject, Kind = kind, Plan = key.Plan, Markets = { markets.Where(m => m.Length > 0) }, Feature = key.Feature,
            Before = value.Before, After = value.After, Text = $"{key.Plan}{where}: {what}",
        };
    }
}
