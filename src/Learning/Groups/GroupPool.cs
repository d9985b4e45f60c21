using Busker.Learning.Evaluate;

namespace Busker.Learning.Groups;

/// <summary>The items a group may still get, and what they are worth to its members.</summary>
internal sealed class GroupPool(float[][] scores, GroupRules rules)
{
    private const float Constant = 60; // of reciprocal rank fusion
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<int, int> _creators = [];

    public float[][] Scores => scores;

    /// <summary>Whether the members who know the item leave it to the list.</summary>
    public bool Allows(int item)
    {
        var barred = 0;
        foreach (var s in scores) if (float.IsNegativeInfinity(s[item])) barred++;
        return rules.NewToAll ? barred == 0 : barred < scores.Length;
    }

    public bool TryTake(int item)
    {
        if (!Allows(item) || !_taken.Add(item)) return false;
        if (rules.CreatorOf is null) return true;
        var creator = rules.CreatorOf(item);
        var count = _creators.GetValueOrDefault(creator);
        if (count >= rules.CreatorCap) return false;
        _creators[creator] = count + 1;
        return true;
    }

    public GroupPick Pick(int item)
    {
        var utility = Array.ConvertAll(scores, s => Percentile(s, item));
        return new GroupPick(item, Array.IndexOf(utility, utility.Max()), utility);
    }

    public float[] Joint(GroupStrategy strategy, GroupScale scale)
    {
        if (strategy is GroupStrategy.Borda) return Together(Array.ConvertAll(scores, Ranks), ranks => -ranks.Sum());
        if (strategy is GroupStrategy.ReciprocalRank) return Together(Array.ConvertAll(scores, Ranks), ranks => ranks.Sum(r => 1f / (Constant + r)));
        return Together(Utilities(scale), strategy switch
        {
            GroupStrategy.Average => u => u.Average(),
            GroupStrategy.LeastMisery => u => u.Min(),
            GroupStrategy.MostPleasure => u => u.Max(),
            _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "is not a joint score"),
        });
    }

    /// <summary>What each item is worth to each member; what a member must not get, the least.</summary>
    public float[][] Utilities(GroupScale scale) => Array.ConvertAll(scores, s =>
    {
        if (scale == GroupScale.Percentile) return Array.ConvertAll(Ranks(s), r => 1f - (r - 1f) / s.Length);
        var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var x in s)
        {
            if (float.IsNegativeInfinity(x)) continue;
            (least, most) = (Math.Min(least, x), Math.Max(most, x));
        }

        if (!float.IsFinite(least)) least = 0; // nothing is left for this member
        var unit = scale == GroupScale.Greatest && most > 0 ? most : 1f;
        return Array.ConvertAll(s, x => (float.IsNegativeInfinity(x) ? least : x) / unit);
    });

    private float[] Together(float[][] rows, Func<float[], float> mix)
    {
        var (joint, own) = (new float[rows[0].Length], new float[rows.Length]);
        for (var i = 0; i < joint.Length; i++)
        {
            for (var m = 0; m < own.Length; m++) own[m] = rows[m][i];
            joint[i] = Allows(i) ? mix(own) : float.NegativeInfinity;
        }

        return joint;
    }

    /// <summary>The items by score, best first, ties by number, without those of −∞; only as far as somebody asks.</summary>
    public static IEnumerable<int> Best(float[] values, int first)
    {
        for (var (from, asked) = (0, Math.Max(1, first)); from < values.Length; asked *= 8)
        {
            var best = new int[Math.Min(asked, values.Length)];
            var found = TopK.Select(values, best);
            for (; from < found; from++) yield return best[from];
            if (found < best.Length) yield break;
        }
    }

    private static float Percentile(float[] values, int item)
    {
        var better = 0;
        for (var i = 0; i < values.Length; i++) if (values[i] > values[item] || (values[i] == values[item] && i < item)) better++;
        return 1f - better / (float)values.Length;
    }

    /// <summary>1 for the best; ties by number.</summary>
    private static float[] Ranks(float[] values)
    {
        var (keys, items, ranks) = (Array.ConvertAll(values, v => -v), Enumerable.Range(0, values.Length).ToArray(), new float[values.Length]);
        Array.Sort(keys, items);
        for (var from = 0; from < keys.Length;)
        {
            var to = from + 1;
            while (to < keys.Length && keys[to] == keys[from]) to++;
            Array.Sort(items, from, to - from);
            from = to;
        }

        for (var r = 0; r < items.Length; r++) ranks[items[r]] = r + 1;
        return ranks;
    }
}
