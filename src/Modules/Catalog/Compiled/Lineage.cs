using Busker.Catalog.V1;

namespace Busker.Catalog.Compiled;

/// <summary>Where a value comes from: a market's ancestors, and the settings of a plan along them.</summary>
internal static class Lineage
{
    /// <summary>From the root down to the market itself; empty when there is no such market.</summary>
    public static IReadOnlyList<string> Of(Document document, string market)
    {
        var path = new List<string>();
        for (var code = market; code.Length > 0 && !path.Contains(code);)
        {
            var found = document.Markets.FirstOrDefault(m => m.Code == code);
            if (found is null) break;
            path.Insert(0, code);
            code = found.Parent;
        }

        return path;
    }

    /// <summary>Markets without markets below them, in order: where listeners live.</summary>
    public static IReadOnlyList<string> Leaves(Document document)
    {
        var parents = document.Markets.Select(m => m.Parent).ToHashSet();
        return [.. document.Markets.Select(m => m.Code).Where(c => !parents.Contains(c)).Order(StringComparer.Ordinal)];
    }

    /// <summary>A plan's settings in the order in which they apply, each with the market that says it ("" for the plan itself).</summary>
    public static IEnumerable<(string Market, Setting Setting)> Settings(Plan plan, IReadOnlyList<string> path) =>
        plan.Settings.Select(s => ("", s)).Concat(
            path.SelectMany(m => plan.Offers.Where(o => o.Market == m).SelectMany(o => o.Settings.Select(s => (m, s)))));
}
