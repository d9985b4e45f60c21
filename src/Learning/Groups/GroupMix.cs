namespace Busker.Learning.Groups;

/// <summary>How the tastes of several listeners become one list.</summary>
public enum GroupStrategy
{
    /// <summary>Members take turns at their own best, next the one served least so far: both happiest on average and worst off.</summary>
    RoundRobin,

    /// <summary>The mean of the members' utilities.</summary>
    Average,

    /// <summary>The lowest of the members' utilities.</summary>
    LeastMisery,

    /// <summary>The highest of the members' utilities.</summary>
    MostPleasure,

    /// <summary>The sum of 1/(60 + rank) (reciprocal rank fusion).</summary>
    ReciprocalRank,

    /// <summary>The sum of logarithms of the members' utilities.</summary>
    Nash,
}

/// <summary>One place of a group's list.</summary>
/// <param name="Item">The item.</param>
/// <param name="Contributor">The member whom it serves most.</param>
/// <param name="Utility">Each member's utility of it: the share of the catalogue the member likes less, 0 to 1.</param>
public readonly record struct GroupPick(int Item, int Contributor, float[] Utility);

/// <summary>
/// A shared list for 2 to 10 listeners. Utilities are percentiles of each member's own scores, so that a member with large
/// scores does not rule. A score of −∞ says that a member must not get the item; without <c>newToOne</c> it keeps it from all.
/// </summary>
public static class GroupMix
{
    /// <param name="scores">One score row per member, over the same items.</param>
    /// <param name="bridge">Share of the list, from its start, given to what everybody ranks above the 90th percentile.</param>
    /// <param name="creatorOf">With <paramref name="creatorCap"/>, at most that many items of one creator.</param>
    /// <param name="newToOne">What one member must not get (knows already) may still stand in the list for another to whom it is new.</param>
    public static GroupPick[] Select(
        float[][] scores, int k, GroupStrategy strategy = GroupStrategy.RoundRobin, double bridge = 0, Func<int, int>? creatorOf = null, int creatorCap = int.MaxValue, bool newToOne = false)
    {
        if (scores.Length is < 2 or > 10) throw new ArgumentException($"a group has 2 to 10 members, not {scores.Length}", nameof(scores));
        if (scores.Any(s => s.Length != scores[0].Length)) throw new ArgumentException("every member needs a score of every item", nameof(scores));
        var pool = new Pool(scores, creatorOf, creatorCap, newToOne);
        var picks = new List<GroupPick>();
        if (bridge > 0) Take(pool, picks, (int)Math.Round(bridge * k), pool.Joint(GroupStrategy.LeastMisery), least: 0.9f);
        if (strategy == GroupStrategy.RoundRobin) TakeTurns(pool, picks, k);
        else Take(pool, picks, k, pool.Joint(strategy), least: float.NegativeInfinity);
        return [.. picks];
    }

    private static void Take(Pool pool, List<GroupPick> picks, int k, float[] joint, float least)
    {
        foreach (var item in Pool.Ranked(joint))
        {
            if (picks.Count >= k || !(joint[item] > least)) return;
            if (pool.TryTake(item)) picks.Add(pool.Pick(item));
        }
    }

    private static void TakeTurns(Pool pool, List<GroupPick> picks, int k)
    {
        var orders = pool.Scores.Select(Pool.Ranked).ToArray();
        var next = new int[orders.Length];
        var served = new double[orders.Length];
        while (picks.Count < k)
        {
            var member = 0;
            for (var m = 1; m < served.Length; m++) if (served[m] < served[member]) member = m;
            while (next[member] < orders[member].Length && !pool.TryTake(orders[member][next[member]], member)) next[member]++;
            if (next[member] == orders[member].Length)
            {
                served[member] = double.PositiveInfinity;
                if (served.All(double.IsPositiveInfinity)) return;
                continue;
            }

            var pick = pool.Pick(orders[member][next[member]]) with { Contributor = member };
            picks.Add(pick);
            served[member] += 1 / Math.Log2(picks.Count + 1);
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

    private sealed class Pool(float[][] scores, Func<int, int>? creatorOf, int creatorCap, bool newToOne)
    {
        private readonly HashSet<int> _taken = [];
        private readonly Dictionary<int, int> _creators = [];
        private readonly float[][] _utility = [.. scores.Select(Percentiles)];

        public float[][] Scores => scores;

        /// <param name="member">For whom it is, when it is for one.</param>
        public bool TryTake(int item, int? member = null)
        {
            if (member is { } one && float.IsNegativeInfinity(scores[one][item])) return false;
            if ((newToOne ? scores.All(Barred) : scores.Any(Barred)) || !_taken.Add(item)) return false;
            bool Barred(float[] s) => float.IsNegativeInfinity(s[item]);
            if (creatorOf is null) return true;
            var creator = creatorOf(item);
            var count = _creators.GetValueOrDefault(creator);
            if (count >= creatorCap) return false;
            _creators[creator] = count + 1;
            return true;
        }

        public GroupPick Pick(int item)
        {
            var utility = _utility.Select(u => u[item]).ToArray();
            return new GroupPick(item, Array.IndexOf(utility, utility.Max()), utility);
        }

        public float[] Joint(GroupStrategy strategy)
        {
            var ranks = strategy == GroupStrategy.ReciprocalRank ? scores.Select(Ranks).ToArray() : [];
            var joint = new float[scores[0].Length];
            for (var i = 0; i < joint.Length; i++)
            {
                joint[i] = strategy switch
                {
                    GroupStrategy.Average => _utility.Average(u => u[i]),
                    GroupStrategy.LeastMisery => _utility.Min(u => u[i]),
                    GroupStrategy.MostPleasure => _utility.Max(u => u[i]),
                    GroupStrategy.ReciprocalRank => ranks.Sum(r => 1f / (60 + r[i])),
                    GroupStrategy.Nash => _utility.Sum(u => MathF.Log(1e-6f + u[i])),
                    _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "is not a joint score"),
                };
            }

            return joint;
        }

        public static int[] Ranked(float[] values)
        {
            var order = Enumerable.Range(0, values.Length).ToArray();
            Array.Sort(order, (a, b) => values[a] != values[b] ? values[b].CompareTo(values[a]) : a.CompareTo(b));
            return order;
        }

        private static int[] Ranks(float[] values)
        {
            var ranks = new int[values.Length];
            var order = Ranked(values);
            for (var r = 0; r < order.Length; r++) ranks[order[r]] = r + 1;
            return ranks;
        }

        private static float[] Percentiles(float[] values)
        {
            var ranks = Ranks(values);
            return Array.ConvertAll(ranks, r => 1f - (r - 1f) / values.Length);
        }
    }
}
