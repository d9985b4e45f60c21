using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Groups;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>What shared lists of a strategy came to.</summary>
/// <param name="Mean">nDCG@20 over pairs, mean of the members.</param>
/// <param name="Worst">nDCG@20 of the member served less.</param>
/// <param name="Both">Share of the pairs in which both find something.</param>
public sealed record GroupOutcome(GroupRules Rules, int Pairs, Estimate Mean, Estimate Worst, double Both);

/// <summary>
/// Lists of 20 for pairs of friends, judged by each one's own held-out listening. What is new to whom is for the rules to say: a list by
/// turns may hold what one friend knows for the other, unless <see cref="GroupRules.NewToAll"/>.
/// </summary>
public static class GroupStudy
{
    private const int Places = 20;

    /// <param name="most">Pairs measured at most, the first in order of the file.</param>
    public static GroupOutcome[] Run(RecsSet set, IGenerator model, IReadOnlyList<GroupRules> rules, Lanes lanes, int most = int.MaxValue)
    {
        var data = set.TrainAndValidation;
        var pairs = set.Friends.Where(p => set.Test.Length(p.A) > 0 && set.Test.Length(p.B) > 0).Take(most).ToArray();
        if (pairs.Length == 0) return [];
        var values = rules.Select(_ => new (double A, double B)[pairs.Length]).ToArray();
        var scores = new Lazy<float[]>[set.Users];
        for (var u = 0; u < scores.Length; u++)
        {
            var user = u;
            scores[u] = new Lazy<float[]>(() =>
            {
                var row = new float[set.Items];
                model.Score(data.ItemsOf(user), data.WeightsOf(user), row);
                foreach (var i in data.ItemsOf(user)) row[i] = float.NegativeInfinity;
                return row;
            });
        }

        lanes.For(pairs.Length, n =>
        {
            var (a, b) = pairs[n];
            float[][] rows = [scores[a].Value, scores[b].Value];
            var joined = new Lazy<float[]>(() => Joined(model, data, a, b));
            for (var s = 0; s < rules.Count; s++)
            {
                var picks = GroupMix.Select(rows, Places, rules[s], rules[s].Strategy == GroupStrategy.Joined ? joined.Value : null);
                var list = Array.ConvertAll(picks, p => p.Item);
                values[s][n] = (RankingMetrics.Ndcg(list, set.Test.ItemsOf(a), Places), RankingMetrics.Ndcg(list, set.Test.ItemsOf(b), Places));
            }
        });
        return [.. rules.Select((r, k) => new GroupOutcome(r, pairs.Length,
            Estimate.Of([.. values[k].Select(v => (v.A + v.B) / 2)]), Estimate.Of([.. values[k].Select(v => Math.Min(v.A, v.B))]),
            values[k].Count(v => v.A > 0 && v.B > 0) / (double)pairs.Length))];
    }

    /// <summary>Scores of one listener who has heard what either has.</summary>
    private static float[] Joined(IGenerator model, Interactions data, int a, int b)
    {
        int[] items = [.. data.ItemsOf(a), .. data.ItemsOf(b)];
        float[] plays = [.. data.WeightsOf(a), .. data.WeightsOf(b)];
        var one = Interactions.From(1, data.Items, new int[items.Length], items, plays);
        var row = new float[data.Items];
        model.Score(one.ItemsOf(0), one.WeightsOf(0), row);
        return row;
    }
}
