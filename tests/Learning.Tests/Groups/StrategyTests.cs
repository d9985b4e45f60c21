using Busker.Learning.Groups;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Groups;

/// <summary>Every strategy against its definition over the members' percentiles.</summary>
public sealed class StrategyTests
{
    [Fact]
    public void A_joint_list_is_the_items_in_the_order_of_its_formula()
    {
        for (var seed = 0UL; seed < 40; seed++)
        {
            var rng = new Rng(seed);
            var (members, items) = (2 + rng.NextInt(4), 30);
            var scores = Enumerable.Range(0, members).Select(m => Enumerable.Range(0, items).Select(_ => (float)(rng.NextGaussian() * (m + 1))).ToArray()).ToArray();
            int Rank(int m, int i) => 1 + Enumerable.Range(0, items).Count(j => scores[m][j] > scores[m][i] || (scores[m][j] == scores[m][i] && j < i));
            double U(int m, int i) => 1 - (Rank(m, i) - 1.0) / items;
            int[] all = [.. Enumerable.Range(0, members)];
            var formulas = new Dictionary<GroupStrategy, Func<int, double>>
            {
                [GroupStrategy.Average] = i => all.Average(m => U(m, i)),
                [GroupStrategy.LeastMisery] = i => all.Min(m => U(m, i)),
                [GroupStrategy.MostPleasure] = i => all.Max(m => U(m, i)),
                [GroupStrategy.ReciprocalRank] = i => all.Sum(m => 1.0 / (60 + Rank(m, i))),
                [GroupStrategy.Nash] = i => all.Sum(m => Math.Log(1e-6 + U(m, i))),
            };
            foreach (var (strategy, formula) in formulas)
            {
                var picks = GroupMix.Select(scores, 10, strategy);
                picks.Length.ShouldBe(10);
                double[] values = [.. picks.Select(p => formula(p.Item))];
                for (var p = 0; p < 10; p++) values[p].ShouldBe(Enumerable.Range(0, items).Select(formula).OrderDescending().ElementAt(p), 1e-5, $"{strategy}, place {p}");
                foreach (var pick in picks)
                {
                    pick.Utility.Select((u, m) => Math.Abs(u - U(m, pick.Item))).Max().ShouldBeLessThan(1e-5);
                    U(pick.Contributor, pick.Item).ShouldBe(all.Max(m => U(m, pick.Item)), 1e-5);
                }
            }

            Turns(GroupMix.Select(scores, 10), scores);
        }
    }

    /// <summary>Each turn goes to the member with the least discounted places so far, who takes the best item still free.</summary>
    private static void Turns(GroupPick[] picks, float[][] scores)
    {
        var (served, taken) = (new double[scores.Length], new HashSet<int>());
        for (var place = 0; place < picks.Length; place++)
        {
            var member = Array.IndexOf(served, served.Min());
            picks[place].Contributor.ShouldBe(member);
            picks[place].Item.ShouldBe(Enumerable.Range(0, scores[0].Length).Where(i => !taken.Contains(i)).MaxBy(i => scores[member][i]));
            taken.Add(picks[place].Item);
            served[member] += 1 / Math.Log2(place + 2);
        }
    }
}
