using System.Globalization;
using Busker.Catalog;
using Busker.Catalog.Compiled;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;

namespace Busker.Entitlements;

/// <summary>The next change of a listener's values that is already known: a published version, a scheduled plan, a cap that starts again.</summary>
internal static class Upcoming
{
    /// <param name="Time">when the window ends</param>
    /// <param name="Feature">key of the cap</param>
    /// <param name="Before">exhaustion mask until then</param>
    /// <param name="After">exhaustion mask from then</param>
    internal sealed record CapTurn(DateTimeOffset Time, string Feature, int Before, int After);

    private sealed record Moment(DateTimeOffset Time, string Reason, CompiledCatalog Catalog, Assignment Held, int Exhausted);

    /// <returns>The soonest moment at which one of the features' values differs from now; null when none is known.</returns>
    public static NextChange? Next(
        CatalogTimeline timeline, DateTimeOffset at, Assignment held, IReadOnlyList<Assignment> later,
        IReadOnlyList<CompiledFeature> features, CapTurn? turn)
    {
        var catalog = timeline.At(at)!;
        var now = new Moment(at, "", catalog, held, turn?.Before ?? 0);
        foreach (var moment in Moments(timeline, at, now, later, turn).OrderBy(m => m.Time))
        {
            var changes = features.Select(f => Change(f, now, moment)).OfType<string>().ToList();
            if (changes.Count > 0) return new NextChange { Time = Answers.Stamp(moment.Time), Reason = moment.Reason, Changes = { changes } };
        }

        return null;
    }

    /// <summary>Every moment at which something happens, with what is in force from then. Used-up caps count as now until their turn.</summary>
    private static IEnumerable<Moment> Moments(
        CatalogTimeline timeline, DateTimeOffset at, Moment now, IReadOnlyList<Assignment> later, CapTurn? turn)
    {
        if (turn is not null) yield return now with { Time = turn.Time, Reason = $"{turn.Feature} starts again", Exhausted = turn.After };
        foreach (var version in timeline.After(at))
            yield return Then(version.Effective, string.Create(CultureInfo.InvariantCulture, $"catalog version {version.Number} takes effect"));
        foreach (var next in later) yield return Then(next.Effective, $"the plan changes to {next.Plan}");

        Moment Then(DateTimeOffset time, string reason)
        {
            var (catalog, held) = (timeline.At(time)!, later.LastOrDefault(a => a.Effective <= time) ?? now.Held);
            var same = ReferenceEquals(catalog, now.Catalog) && ReferenceEquals(held, now.Held);
            return new Moment(time, reason, catalog, held, same ? now.Exhausted : 0);
        }
    }

    private static string? Change(CompiledFeature feature, Moment now, Moment then)
    {
        var (before, after) = (Text(now, feature.Key), Text(then, feature.Key));
        return before == after ? null : $"{feature.Key} {before} → {after}";
    }

    private static string Text(Moment moment, string key)
    {
        var at = moment.Catalog.FeatureIndex(key);
        if (at < 0) return "gone";
        var bundle = moment.Catalog.Find(moment.Held.Plan, moment.Held.Market, moment.Held.AddOns);
        return moment.Catalog.Features[at].Text(bundle.At(at, moment.Exhausted));
    }
}
