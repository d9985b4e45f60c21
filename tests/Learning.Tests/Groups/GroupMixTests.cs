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

    [Fact]
    public void What_a_member_has_already_is_nobodys_pick()
    {
        var scores = Members(3, 50, 2);
        for (var i = 0; i < 45; i++) scores[1][i] = float.NegativeInfinity;
        foreach (var strategy in Enum.GetValues<GroupStrategy>())
            GroupMix.Select(scores, 20, strategy).Select(p => p.Item).Order().ToArray().ShouldBe([45, 46, 47, 48, 49], strategy.ToString());
    }

    [Fact]
    public void What_one_member_has_already_may_be_new_to_another_and_then_is_for_that_one()
    {
        var scores = Members(2, 50, 2);
        for (var i = 0; i < 25; i++) scores[0][i] = float.NegativeInfinity;
        for (var i = 20; i < 50; i++) scores[1][i] = float.NegativeInfinity;
        var turns = GroupMix.Select(scores, 10, newToOne: true);
        turns.Length.ShouldBe(10);
        turns.ShouldAllBe(p => float.IsFinite(scores[p.Contributor][p.Item]));
        turns.Select(p => p.Contributor).Distinct().Count().ShouldBe(2);
        foreach (var strategy in Enum.GetValues<GroupStrategy>())
            GroupMix.Select(scores, 50, strategy, newToOne: true).Length.ShouldBe(45, strategy.ToString());
    }

    [Fact]
    public void The_bridge_opens_the_list_with_what_everybody_likes()
    {
        var scores = Members(2, 500, 3);
        scores[0][77] = 100;
        scores[1][77] = 1000;
        GroupMix.Select(scores, 10, bridge: 0.3)[0].Item.ShouldBe(77);
    }

    [Fact]
    public void A_creator_cap_holds_in_a_group_too() =>
        GroupMix.Select(Members(2, 60, 4), 12, creatorOf: i => i % 6, creatorCap: 2).GroupBy(p => p.Item % 6).ShouldAllBe(g => g.Count() == 2);

    [Fact]
    public void Tastes_match_wholly_with_themselves_and_not_at_all_when_apart()
    {
        GroupMix.TasteMatch([1, 2, 0], [1, 2, 0]).ShouldBe(100, 1e-9);
        GroupMix.TasteMatch([1, 0], [0, 3]).ShouldBe(0);
        Should.Throw<ArgumentException>(() => GroupMix.Select(Members(1, 5, 1), 3)).Message.ShouldContain("2 to 10");
    }
}
