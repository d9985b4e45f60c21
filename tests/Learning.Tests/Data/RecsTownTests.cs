using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Data;

public sealed class RecsTownTests
{
    private static readonly RecsSet Town = new RecsTown().Make();

    [Fact]
    public void A_town_has_the_statistics_of_music_logs()
    {
        var popularity = Array.ConvertAll(Town.All.Popularity(), n => (double)n);
        RankingMetrics.Gini(popularity).ShouldBeInRange(0.5, 0.85);
        (Town.All.Count / (double)Town.Users).ShouldBeInRange(25, 60);
        var top = popularity.OrderDescending().Take(popularity.Length / 5).Sum() / popularity.Sum();
        top.ShouldBeGreaterThan(0.5);
        Town.All.Weights.Count(w => w > 1).ShouldBeGreaterThan(Town.All.Weights.Length / 10); // plays come again
        popularity.Count(n => n == 0).ShouldBeGreaterThan(0); // too new to have been heard
        Town.Creators!.Distinct().Count().ShouldBeGreaterThan(400);
        Town.Contents!.Popularity().Max().ShouldBeLessThan(Town.Items);
        Enumerable.Range(0, Town.Users).ShouldAllBe(u => Town.Train.Length(u) > 0);
    }

    [Fact]
    public void Sessions_stay_within_a_scene_and_friends_are_alike()
    {
        var plays = Town.Plays!;
        plays.Day.ShouldBeInOrder();
        double Overlap(int a, int b) => Town.All.ItemsOf(a).ToArray().Intersect(Town.All.ItemsOf(b).ToArray()).Count();
        var rng = new Rng(1);
        var friends = Town.Friends.Take(500).Average(p => Overlap(p.A, p.B));
        var strangers = Enumerable.Range(0, 500).Average(_ => Overlap(rng.NextInt(Town.Users), rng.NextInt(Town.Users)));
        friends.ShouldBeGreaterThan(2 * strangers);
    }

    [Fact]
    public void The_same_seed_makes_the_same_town()
    {
        var small = new RecsTown(Users: 60, Creators: 40);
        var (a, b, other) = (small.Make(), small.Make(), (small with { Seed = 2 }).Make());
        b.Test.Columns.ShouldBe(a.Test.Columns);
        b.Plays!.Day.ShouldBe(a.Plays!.Day);
        other.Test.Columns.ShouldNotBe(a.Test.Columns);
    }

    [Fact]
    public void A_split_keeps_every_pair_once()
    {
        var all = Town.All;
        (Town.Train.Count + Town.Validation.Count + Town.Test.Count).ShouldBe(all.Count);
        (Town.Test.Count / (double)all.Count).ShouldBe(0.2, 0.01);
        var (train, validation) = Town.ForChoosing();
        (train.Count + validation.Count).ShouldBe(Town.TrainAndValidation.Count);
        (validation.Count / (double)Town.TrainAndValidation.Count).ShouldBe(0.2, 0.02);
        for (var u = 0; u < 50; u++) validation.ItemsOf(u).ToArray().Intersect(Town.Test.ItemsOf(u).ToArray()).ShouldBeEmpty();
        var folds = Splits.Folds(103, 5, new Rng(3));
        Enumerable.Range(0, 5).Select(f => folds.Count(x => x == f)).ShouldAllBe(n => n == 20 || n == 21);
    }

    [Fact]
    public void A_split_by_time_never_predicts_what_was_heard_before()
    {
        var (before, after) = Splits.ByTime(Town.Plays!, Town.Users, Town.Items, 120, 150);
        for (var u = 0; u < Town.Users; u++) before.ItemsOf(u).ToArray().Intersect(after.ItemsOf(u).ToArray()).ShouldBeEmpty();
        before.Weights.Sum(w => (double)w).ShouldBe(Town.Plays!.Day.Count(d => d < 120));
    }
}
