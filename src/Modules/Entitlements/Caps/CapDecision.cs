using Busker.Catalog.Compiled;
using Busker.Kernel;

namespace Busker.Entitlements.Caps;

/// <summary>A wish to consume.</summary>
internal sealed record Ask(Guid Scope, string Listener, string Feature, long Amount, bool Partial);

/// <summary>What came of a wish.</summary>
/// <param name="Book">as it is now; the same object when nothing was consumed</param>
/// <param name="Rule">the cap that decided; null when the feature is no cap of the catalog</param>
/// <param name="Counter">the count after it; null when unlimited</param>
/// <param name="Consumed">how much was taken</param>
/// <param name="Remaining">what is left, with grants</param>
/// <param name="WhenFits">when refused: when the same amount would fit; null when it never will</param>
/// <param name="Burns">source and amount, in the order taken</param>
/// <param name="Exhausted">this consumption took the last of it</param>
internal sealed record Verdict(
    ListenerBook Book, CapRule? Rule, Counter? Counter, long Consumed, long Remaining, DateTimeOffset? WhenFits,
    IReadOnlyList<(string Source, long Amount)> Burns, bool Exhausted)
{
    public bool Admitted => Consumed > 0 || Rule is { IsUnlimited: true };
}

/// <summary>Decides about caps. Pure: the same book, catalog and time give the same verdict.</summary>
internal static class CapDecision
{
    public const string PlanSource = "plan";

    /// <summary>Which of the bundle's switching caps are used up, with no grant left for them.</summary>
    public static int Exhausted(ListenerBook book, CompiledCatalog catalog, Bundle bundle, DateTimeOffset now)
    {
        var mask = 0;
        for (var i = 0; i < bundle.Switches.Count; i++)
        {
            var feature = bundle.Switches[i].Feature;
            var key = catalog.Features[feature].Key;
            var rule = bundle[feature].Cap!;
            if (CounterOf(book, key, rule, now).Used >= rule.Limit && GrantsLeft(book, key, now) == 0) mask |= 1 << i;
        }

        return mask;
    }

    /// <summary>The cap that holds for a feature now, with variants in force; null when the feature is no cap.</summary>
    public static CapRule? RuleOf(ListenerBook book, CompiledCatalog catalog, int feature, DateTimeOffset now)
    {
        var bundle = catalog.Find(book.Assignment.Plan, book.Assignment.Market, book.Assignment.AddOns);
        if (bundle.Switches.Count == 0) return bundle[feature].Cap;
        var mask = Exhausted(book, catalog, bundle, now);
        for (var i = 0; i < bundle.Switches.Count; i++)
            if (bundle.Switches[i].Feature == feature) mask &= ~(1 << i); // a cap is not replaced by its own variant
        return bundle.At(feature, mask).Cap;
    }

    /// <summary>The count of a rule's window as it stands now.</summary>
    public static Counter CounterOf(ListenerBook book, string feature, CapRule rule, DateTimeOffset now) =>
        Counter.At(feature, rule.Window, book.Counter(feature, rule.Window.Code), book.Assignment.Clock, now);

    public static long GrantsLeft(ListenerBook book, string feature, DateTimeOffset now)
    {
        var left = 0L;
        foreach (var grant in book.Grants) if (grant.Feature == feature && grant.IsOpen(now)) left += grant.Left;
        return left;
    }

    public static Verdict Decide(ListenerBook book, CompiledCatalog catalog, Ask ask, DateTimeOffset now)
    {
        var feature = catalog.FeatureIndex(ask.Feature);
        var rule = feature < 0 ? null : RuleOf(book, catalog, feature, now);
        if (rule is null) return new Verdict(book, null, null, 0, 0, null, [], false);
        if (rule.IsUnlimited) return new Verdict(book, rule, null, ask.Amount, 0, null, [(PlanSource, ask.Amount)], false);

        var counter = CounterOf(book, ask.Feature, rule, now);
        var free = Math.Max(0, rule.Limit - counter.Used);
        var total = free + GrantsLeft(book, ask.Feature, now);
        var amount = ask.Partial ? Math.Min(ask.Amount, total) : ask.Amount;
        return amount <= 0 || amount > total
            ? new Verdict(book, rule, counter, 0, total, WhenFits(counter, rule, ask, total - free), [], false)
            : Take(book, rule, counter, ask.Feature, amount, total, now);
    }

    /// <summary>What grants would still add then is not known, so they count as they are now.</summary>
    private static DateTimeOffset? WhenFits(Counter counter, CapRule rule, Ask ask, long grants) =>
        counter.WhenFits(ask.Partial ? 1 : Math.Max(1, ask.Amount - grants), rule);

    private static Verdict Take(
        ListenerBook book, CapRule rule, Counter counter, string feature, long amount, long total, DateTimeOffset now)
    {
        var burns = new List<(string, long)>(1);
        var open = amount;
        var grants = book.Grants.Where(g => g.Feature == feature && g.IsOpen(now)).ToList();
        grants.Sort(Grant.Order);
        foreach (var grant in grants.TakeWhile(g => g.Priority < Grant.PlanPriority)) Burn(grant);
        var own = Math.Min(open, Math.Max(0, rule.Limit - counter.Used));
        if (own > 0)
        {
            counter = counter.Consume(own, rule.Window, now);
            book = book.With(counter);
            burns.Add((PlanSource, own));
            open -= own;
        }

        foreach (var grant in grants.SkipWhile(g => g.Priority < Grant.PlanPriority)) Burn(grant);
        return new Verdict(book, rule, counter, amount, total - amount, null, burns, total == amount);

        void Burn(Grant grant)
        {
            var part = Math.Min(open, grant.Left);
            if (part == 0) return;
            book = book.With(grant with { Used = grant.Used + part });
            burns.Add((grant.Id.ToString(), part));
            open -= part;
        }
    }
}
