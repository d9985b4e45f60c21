using Busker.Kernel;

namespace Busker.Entitlements.Caps;

/// <summary>What a listener holds at a moment.</summary>
internal sealed record Assignment(
    string Plan, string[] AddOns, string Market, ListenerClock Clock, DateTimeOffset Effective);

/// <summary>
/// Everything that decides about one listener's caps: what is held, what was consumed, what else was granted. Never changed:
/// a decision makes a new one, which remembers what is to be written.
/// </summary>
/// <param name="Version">the listener's row when this was read: whoever changes anything about the listener moves it</param>
/// <param name="Until">when another assignment takes over; null when none is scheduled</param>
internal sealed record ListenerBook(
    Guid Scope, string Listener, long Version, Assignment Assignment, DateTimeOffset? Until,
    IReadOnlyList<Counter> Counters, IReadOnlyList<Grant> Grants)
{
    /// <summary>Grants that differ from what the database has.</summary>
    public IReadOnlyList<Grant> ChangedGrants { get; init; } = [];

    public Counter? Counter(string feature, string window)
    {
        foreach (var counter in Counters) if (counter.Feature == feature && counter.Window == window) return counter;
        return null;
    }

    public ListenerBook With(Counter counter) => this with
    {
        Counters = Replace(Counters, counter, c => c.Feature == counter.Feature && c.Window == counter.Window),
    };

    public ListenerBook With(Grant grant) => this with
    {
        Grants = Replace(Grants, grant, g => g.Id == grant.Id),
        ChangedGrants = Replace(ChangedGrants, grant, g => g.Id == grant.Id),
    };

    private static List<T> Replace<T>(IReadOnlyList<T> list, T item, Predicate<T> same)
    {
        var result = new List<T>(list.Count + 1);
        foreach (var old in list) if (!same(old)) result.Add(old);
        result.Add(item);
        return result;
    }
}
