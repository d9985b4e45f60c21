using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Recommend;

/// <summary>What is known of an item nobody has heard: its creator's other items, its tags, both, neither; and a creator who is new as well.</summary>
public sealed class ColdCreatorTests
{
    private static readonly RecsSet Town = new RecsTown(Users: 700, Creators: 200).Make();
    private static readonly int Tags = Town.Contents!.Items;

    private static Interactions Contents(bool tags, bool creators)
    {
        var (item, tag, weight) = (new List<int>(), new List<int>(), new List<float>());
        for (var i = 0; i < Town.Items; i++)
        {
            if (tags)
            {
                item.AddRange(Enumerable.Repeat(i, Town.Contents!.Length(i)));
                tag.AddRange(Town.Contents!.ItemsOf(i));
                weight.AddRange(Town.Contents!.WeightsOf(i));
            }

            if (!creators) continue;
            item.Add(i);
            tag.Add(Tags + Town.Creators![i]);
            weight.Add(3);
        }

        return Interactions.From(Town.Items, Tags + Town.Creators!.Max() + 1, [.. item], [.. tag], [.. weight]);
    }

    /// <summary>nDCG@20 of the cold items, ranked among each other for everyone who went on to hear one.</summary>
    private static double Quality(int[] cold, Interactions contents)
    {
        const int d = 32;
        var (all, gone) = (Town.All.Binary(), cold.ToHashSet());
        var train = all.Where((_, i) => !gone.Contains(i));
        var model = Ials.Train(train, new IalsSettings(d, 0.03f, 0.01f), 1, new Lanes(2));
        var prior = ContentPrior.Train(contents, model.ItemFactors, d, train.Popularity());
        var vectors = cold.Select(i =>
        {
            var vector = new float[d];
            prior.Expect(contents.ItemsOf(i), contents.WeightsOf(i), vector);
            return vector;
        }).ToArray();
        var gains = new List<double>();
        for (var u = 0; u < all.Users; u++)
        {
            int[] wanted = [.. Enumerable.Range(0, cold.Length).Where(k => all.ItemsOf(u).BinarySearch(cold[k]) >= 0)];
            if (wanted.Length == 0) continue;
            float[] scores = [.. vectors.Select(v => Vectors.Dot(model.UserFactors.AsSpan(u * d, d), v))];
            var list = new int[20];
            gains.Add(RankingMetrics.Ndcg(list.AsSpan(0, TopK.Select(scores, list)), wanted, 20));
        }

        return gains.Average();
    }

    [Fact]
    public void A_creators_other_items_say_of_a_new_item_what_tags_alone_do_not()
    {
        int[] cold = [.. Enumerable.Range(0, Town.Items).Where(i => i % 10 == 3)];
        var nothing = Quality(cold, Interactions.From(Town.Items, 1, [], []));
        var (tags, creator, both) = (Quality(cold, Contents(true, false)), Quality(cold, Contents(false, true)), Quality(cold, Contents(true, true)));
        tags.ShouldBeGreaterThan(1.5 * nothing);
        creator.ShouldBeGreaterThan(1.5 * nothing);
        both.ShouldBeGreaterThan(tags, $"nothing {nothing}, tags {tags}, creator {creator}, both {both}");
        both.ShouldBeGreaterThan(0.97 * creator);
    }

    [Fact]
    public void A_creator_who_is_new_as_well_stands_where_the_tags_say()
    {
        int[] cold = [.. Enumerable.Range(0, Town.Items).Where(i => Town.Creators![i] % 10 == 3)];
        var nothing = Quality(cold, Interactions.From(Town.Items, 1, [], []));
        var (tags, both) = (Quality(cold, Contents(true, false)), Quality(cold, Contents(true, true)));
        tags.ShouldBeGreaterThan(1.5 * nothing);
        both.ShouldBeGreaterThan(0.93 * tags); // an unknown creator says nothing and takes little away
        Quality(cold, Contents(false, true)).ShouldBeLessThan(1.1 * nothing + 0.02);
    }
}
