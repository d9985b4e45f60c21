using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Recommend;

public sealed class LiveTests
{
    private static readonly Interactions Data = SmallTown.Listen();

    [Fact]
    public void A_listener_kept_event_by_event_stands_where_a_fold_in_of_the_history_does()
    {
        foreach (var confidence in new float?[] { null, 0.5f })
        {
            var model = Ials.Train(Data, new IalsSettings(16) { Confidence = confidence }, 1);
            var rng = new Rng(4);
            var live = model.Listen();
            var (now, whole) = (new float[16], new float[16]);
            for (var n = 0; n < 60; n++)
            {
                if (n % 7 == 6 && live.Heard.Count > 0) live.Forget(live.Heard.Keys.ElementAt(rng.NextInt(live.Heard.Count))).ShouldBeTrue();
                else live.Hear(rng.NextInt(Data.Items), 1 + rng.NextInt(5));
                live.Vector(now);
                model.FoldIn(live.Heard.Keys.ToArray(), live.Heard.Values.ToArray(), whole);
                for (var k = 0; k < 16; k++) now[k].ShouldBe(whole[k], 2e-4f);
            }

            live.Forget(10_000).ShouldBeFalse();
        }
    }

    [Fact]
    public void Ease_kept_event_by_event_is_ease_trained_again()
    {
        var rng = new Rng(5);
        var first = Data.Where((u, i) => (u + i) % 9 != 0);
        var live = LiveEase.Train(first, 20);
        var heard = Enumerable.Range(0, Data.Users).Select(u => first.ItemsOf(u).ToArray().ToList()).ToArray();
        for (var n = 0; n < 40; n++)
        {
            var (u, i) = (rng.NextInt(Data.Users), rng.NextInt(Data.Items));
            if (heard[u].Contains(i)) continue;
            live.Hear(heard[u].ToArray(), i);
            heard[u].Add(i);
        }

        var pairs = heard.SelectMany((items, u) => items.Select(i => (u, i))).ToArray();
        var again = Ease.Train(Interactions.From(Data.Users, Data.Items, Array.ConvertAll(pairs, p => p.u), Array.ConvertAll(pairs, p => p.i)), 20);
        var (a, b) = (new float[Data.Items], new float[Data.Items]);
        int[] history = [2, 17, 40];
        live.Score(history, [1, 1, 1], a);
        again.Score(history, [1, 1, 1], b);
        for (var i = 0; i < a.Length; i++) a[i].ShouldBe(b[i], 1e-3f);
        var shares = new float[3];
        live.Explain(9, history, [1, 1, 1], shares);
        shares.Sum().ShouldBe(a[9], 1e-4f);
        Should.Throw<ArgumentException>(() => live.Hear([3], 3)).Message.ShouldContain("item 3");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Neighbours_kept_event_by_event_are_to_the_bit_those_trained_again(bool walk)
    {
        var rng = new Rng(6);
        var first = Data.Binary().Where((u, i) => (u * 7 + i) % 4 != 0);
        var live = walk ? LiveItemModel.RandomWalk(first, 12, 0.5f, 0.8f) : LiveItemModel.NearestNeighbours(first, 12, shrink: 2);
        var heard = Enumerable.Range(0, Data.Users).Select(u => first.ItemsOf(u).ToArray().ToHashSet()).ToArray();
        for (var n = 0; n < 60; n++)
        {
            var (u, i) = (rng.NextInt(Data.Users), rng.NextInt(Data.Items));
            live.Hear(u, i).ShouldBe(heard[u].Add(i));
            if (n % 15 != 14) continue;
            var pairs = heard.SelectMany((items, user) => items.Select(item => (user, item))).ToArray();
            var all = Interactions.From(Data.Users, Data.Items, Array.ConvertAll(pairs, p => p.user), Array.ConvertAll(pairs, p => p.item));
            var again = walk ? ItemModel.RandomWalk(all, 12, 0.5f, alpha: 0.8f) : ItemModel.NearestNeighbours(all, 12, shrink: 2);
            var current = live.Current(new Lanes(1 + n % 2));
            live.Stale.ShouldBe(0);
            current.Links.ShouldBe(again.Links);
            var (a, b) = (new float[Data.Items], new float[Data.Items]);
            for (var item = 0; item < Data.Items; item++)
            {
                current.Score([item], [1f], a);
                again.Score([item], [1f], b);
                a.ShouldBe(b);
            }
        }

        Should.Throw<ArgumentOutOfRangeException>(() => live.Hear(0, Data.Items));
    }

    [Fact]
    public void An_event_touches_only_the_rows_of_items_heard_together_with_the_item()
    {
        var live = LiveItemModel.RandomWalk(Interactions.From(3, 6, [0, 0, 1, 1, 2], [0, 1, 2, 3, 4]), 5);
        live.Current();
        live.Hear(2, 5).ShouldBeTrue();
        live.Stale.ShouldBe(2); // items 4 and 5
        live.Hear(2, 5).ShouldBeFalse();
    }

    [Fact]
    public void Trust_in_plays_averages_to_one_and_grows_with_them()
    {
        var trust = PlayConfidence.Of(Data, 0.7f);
        trust.Apply(Data.Weights).Average().ShouldBe(1f, 1e-3f);
        var rising = trust.Apply([1f, 5f, 50f]);
        rising.ShouldBeInOrder();
        PlayConfidence.Of(Data, 0).Apply([3f]).ShouldBe([1f]);
        PlayConfidence.Of(Data, null).Apply([3f]).ShouldBe([3f]);
    }

    [Fact]
    public void Scores_of_many_are_the_scores_of_each()
    {
        var ials = Ials.Train(Data, new IalsSettings(16), 1);
        foreach (var model in new IGenerator[] { ials, Ease.Train(Data.Binary(), 20), new Blend((ials, 1), (Ease.Train(Data.Binary(), 20), 0.5f)) })
        {
            var (many, one) = (new float[5 * Data.Items], new float[Data.Items]);
            model.ScoreMany(Data, 10, 15, many);
            for (var u = 10; u < 15; u++)
            {
                model.Score(Data.ItemsOf(u), Data.WeightsOf(u), one);
                for (var i = 0; i < one.Length; i++) many[(u - 10) * Data.Items + i].ShouldBe(one[i], 1e-3f);
            }
        }
    }
}
