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
public sealed record GroupOutcome(GroupStrategy Strategy, int Pairs, Estimate Mean, Estimate Worst, double Both);

/// <summary>
/// Lists of 20 for pairs of friends, judged by each one's own held-out listening. Either nothing that any of them has heard in training is
/// listed, or each item is new to the one it is for (friends often introduce each other to what one of them knows).
/// </summary>
public static class GroupStudy
{
    private const int Places = 20;

    /// <param name="most">Pairs measured at most, the first in order of the file.</param>
    /// <param name="newToOne">See <see cref="GroupMix.Select"/>.</param>
    public static GroupOutcome[] Run(
        RecsSet set, IGenerator model, IReadOnlyList<GroupStrategy> strategies, Lanes lanes, int most = int.MaxValue, bool newToOne = false)
    {
        var data = set.TrainAndValidation;
        var pairs = set.Friends.Where(p => set.Test.Length(p.A) > 0 && set.Test.Length(p.B) > 0).Take(most).ToArray();
        if (pairs.Length == 0) return [];
        var values = strategies.Select(_ => new (double A, double B)[pairs.Length]).ToArray();
        var scores = new Lazy<float[]>[set.Users];
        for (var u = 0; u < scores.Length; u++)
        {
            var user = u;
            scores[u] = new Lazy<float[]>(() =>
            {
                var row = new float[set.Items];
                model.Score(data.ItemsOf(user), data.WeightsOf(user), row);
                return row;
            });
        }

        lanes.For(pairs.Length, n =>
        {
            var (a, b) = pairs[n];
            float[][] rows = [.. new[] { a, b }.Select(u => (float[])scores[u].Value.Clone())];
            foreach (var i in data.ItemsOf(a)) rows[0][i] = float.NegativeInfinity;
            foreach (var i in data.ItemsOf(b)) rows[1][i] = float.NegativeInfinity;
            for (var s = 0; s < strategies.Count; s++)
            {
                int[] list = [.. GroupMix.Select(rows, Places, strategies[s], newToOne: newToOne).Select(p => p.Item)];
                values[s][n] = (RankingMetrics.Ndcg(list, set.Test.ItemsOf(a), Places), RankingMetrics.Ndcg(list, set.Test.ItemsOf(b), Places));
            }
        });
        return [.. strategies.Select((s, k) => new GroupOutcome(s, pairs.Length,
            Estimate.Of([.. values[k].Select(v => (v.A + v.B) / 2)]), Estimate.Of([.. values[k].Select(v => Math.Min(v.A, v.B))]),
            values[k].Count(v => v.A > 0 && v.B > 0) / (double)pairs.Length))];
    }
}
