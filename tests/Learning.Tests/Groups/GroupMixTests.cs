using Busker.Learning.Groups;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Groups;

public sealed class GroupMixTests
{
    private static float[][] Members(int members, int items, ulong seed)
    {
        var rng = new Rng(seed);
        return [.. Enumerable.Range(0, members).Select(m => Enumerable.Range(0, items).Select(_ => (float)(rng.NextGaussian() * Math.Pow(10, m))).ToArray())];
    }

    [Fact]
    public void Turns_go_to_the_member_served_least_whatever_the_scale_of_the_scores()
    {
        var picks = GroupMix.Select(Members(2, 200, 1), 10);
        picks.Length.ShouldBe(10);
        picks.Count(p => p.Contributor == 0).ShouldBeInRange(4, 6);
        picks.Select(p => p.Item).Distinct().Count().ShouldBe(10);
        picks[0].Utility[picks[0].Contributor].ShouldBe(1f);
    }

    private static GroupPick[] Select(float[][] scores, int k, GroupRules rules) =>
        GroupMix.Select(scores, k, rules, [.. scores[0].Select((_, i) => scores.Sum(s => Math.Max(-9, s[i])))]);

    [Fact]
    public void What_a_member_has_already_is_nobodys_pick_when_the_list_is_to_be_new_to_all()
    {
        var scores = Members(3, 50, 2);
        for (var i = 0; i < 45; i++) scores[1][i] = float.NegativeInfinity;
        foreach (var rules in GroupRules.Alternatives)
            Select(scores, 20, rules with { NewToAll = true }).Select(p => p.Item).Order().ToArray().ShouldBe([45, 46, 47, 48, 49], rules.Name);
    }

    [Fact]
    public void What_one_member_has_already_may_be_new_to_another_and_then_is_for_that_one()
    {
        var scores = Members(2, 50, 2);
        for (var i = 0; i < 25; i++) scores[0][i] = float.NegativeInfinity;
        for (var i = 20; i < 50; i++) scores[1][i] = float.NegativeInfinity;
        var turns = GroupMix.Select(scores, 10);
        turns.Length.ShouldBe(10);
        turns.ShouldAllBe(p => float.IsFinite(scores[p.Contributor][p.Item]));
        turns.Select(p => p.Contributor).Distinct().Count().ShouldBe(2);
        foreach (var rules in GroupRules.Alternatives) Select(scores, 50, rules).Length.ShouldBe(45, rules.Name);
    }

    /// <summary>Item 0: dear to the first, 1: dear to the second, 2: fair to both, 3: better than fair to the first and poor to the second.</summary>
    [Theory]
    [InlineData(GroupStrategy.MostPleasure, 0)]
    [InlineData(GroupStrategy.Average, 2)]
    [InlineData(GroupStrategy.LeastMisery, 2)]
    [InlineData(GroupStrategy.Nash, 2)]
    [InlineData(GroupStrategy.Borda, 2)]
    [InlineData(GroupStrategy.RoundRobin, 0)]
    [InlineData(GroupStrategy.Joined, 3)]
    public void Each_strategy_opens_with_what_it_stands_for(GroupStrategy strategy, int first)
    {
        float[][] scores = [[10, 0, 6, 7, 1], [0, 9, 5, 1, 0.5f]];
        GroupMix.Select(scores, 1, new GroupRules(strategy, GroupScale.Raw), [0, 0, 1, 2, 0])[0].Item.ShouldBe(first);
    }

    [Fact]
    public void Nash_turns_to_whoever_has_less_in_the_list_so_far()
    {
        float[][] scores = [[10, 9, 1, 0], [1, 1, 9, 0]];
        GroupMix.Select(scores, 3, new GroupRules(GroupStrategy.Nash, GroupScale.Raw)).Select(p => p.Item).ToArray().ShouldBe([0, 2, 1]);
    }

    [Fact]
    public void Utilities_are_compared_on_the_scale_asked_for()
    {
        float[][] scores = [[100, 90, 0], [0, 1, 0.2f]];
        int First(GroupScale scale) => GroupMix.Select(scores, 1, new GroupRules(GroupStrategy.Average, scale))[0].Item;
        First(GroupScale.Raw).ShouldBe(0);
        First(GroupScale.Greatest).ShouldBe(1);
        First(GroupScale.Percentile).ShouldBe(1);
    }

    [Fact]
    public void The_bridge_opens_the_list_with_what_everybody_likes()
    {
        var scores = Members(2, 500, 3);
        scores[0][77] = 100;
        scores[1][77] = 1000;
        GroupMix.Select(scores, 10, new GroupRules { Bridge = 0.3 })[0].Item.ShouldBe(77);
    }

    [Fact]
    public void A_bridge_too_short_for_a_place_and_a_list_without_places_end()
    {
        foreach (var rules in GroupRules.Alternatives)
        {
            Select(Members(2, 60, 5), 4, rules with { Bridge = 0.1 }).Length.ShouldBe(4, rules.Name);
            Select(Members(2, 60, 5), 0, rules).ShouldBeEmpty(rules.Name);
        }
    }

    [Fact]
    public void A_creator_cap_holds_in_a_group_too()
    {
        foreach (var rules in GroupRules.Alternatives)
            Select(Members(2, 60, 4), 12, rules with { CreatorOf = i => i % 6, CreatorCap = 2 }).GroupBy(p => p.Item % 6).ShouldAllBe(g => g.Count() == 2, rules.Name);
    }

    [Fact]
    public void Tastes_match_wholly_with_themselves_and_not_at_all_when_apart()
    {
        GroupMix.TasteMatch([1, 2, 0], [1, 2, 0]).ShouldBe(100, 1e-9);
        GroupMix.TasteMatch([1, 0], [0, 3]).ShouldBe(0);
        Should.Throw<ArgumentException>(() => GroupMix.Select(Members(1, 5, 1), 3)).Message.ShouldContain("2 to 10");
        Should.Throw<ArgumentException>(() => GroupMix.Select(Members(2, 5, 1), 3, new GroupRules(GroupStrategy.Joined))).Message.ShouldContain("a joined listener needs");
    }
}
