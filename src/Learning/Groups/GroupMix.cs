namespace Busker.Learning.Groups;

/// <summary>
/// A shared list for 2 to 10 listeners. A score of −∞ says that a member must not get the item (knows it already); whether that keeps it
/// from the others as well is for <see cref="GroupRules.NewToAll"/> to say. To a joint score it counts as the member's least.
/// </summary>
public static class GroupMix
{
    /// <param name="scores">One score row per member, over the same items.</param>
    /// <param name="k">Places; fewer come back only when fewer items are allowed.</param>
    /// <param name="joined">For <see cref="GroupStrategy.Joined"/>: scores of one listener with the histories of all.</param>
    public static GroupPick[] Select(float[][] scores, int k, GroupRules? rules = null, float[]? joined = null)
    {
        rules ??= new GroupRules();
        if (scores.Length is < 2 or > 10) throw new ArgumentException($"a group has 2 to 10 members, not {scores.Length}", nameof(scores));
        if (scores.Any(s => s.Length != scores[0].Length)) throw new ArgumentException("every member needs a score of every item", nameof(scores));
        if (rules.Strategy == GroupStrategy.Joined && joined?.Length != scores[0].Length) throw new ArgumentException("a joined listener needs a score of every item", nameof(joined));
        var pool = new GroupPool(scores, rules);
        var picks = new List<GroupPick>();
        if (rules.Bridge > 0) Take(pool, picks, (int)Math.Round(rules.Bridge * k), pool.Joint(GroupStrategy.LeastMisery, GroupScale.Percentile), least: 0.9f);
        if (rules.Strategy == GroupStrategy.RoundRobin) TakeTurns(pool, picks, k);
        else if (rules.Strategy == GroupStrategy.Nash) TakeFairest(pool, picks, k, pool.Utilities(rules.Scale));
        else Take(pool, picks, k, rules.Strategy == GroupStrategy.Joined ? joined! : pool.Joint(rules.Strategy, rules.Scale), least: float.NegativeInfinity);
        return [.. picks];
    }

    private static void Take(GroupPool pool, List<GroupPick> picks, int k, float[] joint, float least)
    {
        foreach (var item in GroupPool.Best(joint, 2 * k))
        {
            if (picks.Count >= k || !(joint[item] > least)) return;
            if (pool.TryTake(item)) picks.Add(pool.Pick(item));
        }
    }

    private static void TakeTurns(GroupPool pool, List<GroupPick> picks, int k)
    {
        var orders = pool.Scores.Select(s => GroupPool.Best(s, 2 * k).GetEnumerator()).ToArray();
        var served = new double[orders.Length];
        while (picks.Count < k)
        {
            var member = 0;
            for (var m = 1; m < served.Length; m++) if (served[m] < served[member]) member = m;
            if (double.IsPositiveInfinity(served[member])) return;
            var found = false;
            while (!found && orders[member].MoveNext()) found = pool.TryTake(orders[member].Current);
            if (!found)
            {
                served[member] = double.PositiveInfinity;
                continue;
            }

            picks.Add(pool.Pick(orders[member].Current) with { Contributor = member });
            served[member] += 1 / Math.Log2(picks.Count + 1);
        }
    }

    /// <summary>Greedy Nash welfare: the next item is the one with the highest Π_m (ε + what m has + what it gives m).</summary>
    private static void TakeFairest(GroupPool pool, List<GroupPick> picks, int k, float[][] utilities)
    {
        const double Start = 1e-3;
        var has = Enumerable.Repeat(Start, utilities.Length).ToArray();
        var allowed = Enumerable.Range(0, utilities[0].Length).Where(pool.Allows).ToList();
        while (picks.Count < k && allowed.Count > 0)
        {
            var (best, top) = (0, double.NegativeInfinity);
            for (var at = 0; at < allowed.Count; at++)
            {
                var product = 1.0;
                for (var m = 0; m < has.Length; m++) product *= has[m] + Math.Max(0, utilities[m][allowed[at]]);
                if (product > top) (best, top) = (at, product);
            }

            var item = allowed[best];
            allowed.RemoveAt(best);
            if (!pool.TryTake(item)) continue;
            picks.Add(pool.Pick(item));
            for (var m = 0; m < has.Length; m++) has[m] += Math.Max(0, utilities[m][item]);
        }
    }

    /// <summary>100 · Σmin/Σmax of two taste vectors (non-negative weights over the same axes): 100 is the same taste.</summary>
    public static double TasteMatch(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double low = 0, high = 0;
        for (var i = 0; i < a.Length; i++)
        {
            low += Math.Min(a[i], b[i]);
            high += Math.Max(a[i], b[i]);
        }

        return high > 0 ? 100 * low / high : 0;
    }
}
