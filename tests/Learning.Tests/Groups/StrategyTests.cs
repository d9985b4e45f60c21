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
            double Share(int m, int i) => scores[m][i] / (scores[m].Max() > 0 ? scores[m].Max() : 1);
            var formulas = new Dictionary<GroupRules, Func<int, double>>
            {
                [new(GroupStrategy.Average)] = i => all.Average(m => U(m, i)),
                [new(GroupStrategy.Average, GroupScale.Raw)] = i => all.Average(m => (double)scores[m][i]),
                [new(GroupStrategy.LeastMisery, GroupScale.Greatest)] = i => all.Min(m => Share(m, i)),
                [new(GroupStrategy.MostPleasure, GroupScale.Greatest)] = i => all.Max(m => Share(m, i)),
                [new(GroupStrategy.MostPleasure)] = i => all.Max(m => U(m, i)),
                [new(GroupStrategy.Borda)] = i => -all.Sum(m => Rank(m, i)),
                [new(GroupStrategy.ReciprocalRank)] = i => all.Sum(m => 1.0 / (60 + Rank(m, i))),
            };
            foreach (var (rules, formula) in formulas)
            {
                var picks = GroupMix.Select(scores, 10, rules);
                picks.Length.ShouldBe(10);
                double[] values = [.. picks.Select(p => formula(p.Item))];
                for (var p = 0; p < 10; p++) values[p].ShouldBe(Enumerable.Range(0, items).Select(formula).OrderDescending().ElementAt(p), 1e-5, $"{rules.Name}, place {p}");
                foreach (var pick in picks)
                {
                    pick.Utility.Select((u, m) => Math.Abs(u - U(m, pick.Item))).Max().ShouldBeLessThan(1e-5);
                    U(pick.Contributor, pick.Item).ShouldBe(all.Max(m => U(m, pick.Item)), 1e-5);
                }
            }

            var (has, left) = (all.Select(_ => 1e-3).ToArray(), Enumerable.Range(0, items).ToList());
            foreach (var pick in GroupMix.Select(scores, 10, new(GroupStrategy.Nash)))
            {
                double Product(int i) => all.Aggregate(1.0, (product, m) => product * (has[m] + U(m, i)));
                (Product(pick.Item) / left.Max(Product)).ShouldBe(1, 1e-5);
                left.Remove(pick.Item);
                foreach (var m in all) has[m] += U(m, pick.Item);
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
