using System.Text;
using Busker.Experiments.V1;
using Busker.Flags.Hashing;

namespace Busker.Flags.Tests;

/// <summary>Who is in a segment or on a list, over whole populations of fixed units.</summary>
public sealed class PopulationTests
{
    private static readonly byte[][] Units = [.. Enumerable.Range(0, 100_000).Select(i => Encoding.UTF8.GetBytes($"listener-{i}"))];

    private static Segment Segment(string name, uint buckets, string[] tags, string[] exclusiveTo, params Segment[] others)
    {
        var segment = new Segment { Name = name, Everyone = true, Allocation = new() { Buckets = buckets, ExclusivityTags = { tags }, ExclusiveTo = { exclusiveTo } } };
        segment.Allocation = BucketSpace.Allocate(segment, others).Value;
        return segment;
    }

    private static bool[] Members(Segment segment)
    {
        var (salt, set) = (Bucketing.Salted("MegaSalt-acme", BucketSpace.Buckets), BucketSet.Of(segment.Allocation.Ranges.Ranges_, BucketSpace.Buckets));
        return [.. Units.Select(u => set.Contains(salt.Of(u)))];
    }

    [Fact]
    public void Exclusive_segments_share_nobody_and_have_the_size_that_was_asked_for()
    {
        var made = new List<Segment>();
        foreach (var share in new uint[] { 100_000, 250_000, 333_333, 50_000, 200_000 }) made.Add(Segment($"s{made.Count}", share, ["area"], ["area"], [.. made]));
        var members = made.Select(Members).ToList();
        for (var unit = 0; unit < Units.Length; unit++) members.Count(m => m[unit]).ShouldBeLessThanOrEqualTo(1);
        for (var i = 0; i < made.Count; i++)
        {
            var expected = made[i].Allocation.Buckets / 1e6;
            (members[i].Count(m => m) / (double)Units.Length).ShouldBe(expected, 4 * Math.Sqrt(expected * (1 - expected) / Units.Length)); // 4 standard errors
        }
    }

    [Fact]
    public void Segments_that_are_not_exclusive_overlap_as_if_they_were_drawn_independently()
    {
        var (a, b) = (Members(Segment("a", 400_000, [], [])), Members(Segment("b", 300_000, [], [])));
        (Enumerable.Range(0, Units.Length).Count(i => a[i] && b[i]) / (double)Units.Length).ShouldBe(0.12, 0.02); // granules of 0.1 %
    }

    [Fact]
    public void A_space_that_is_full_says_who_has_it()
    {
        var big = Segment("big", 900_000, ["area"], ["area"]);
        var more = new Segment { Name = "more", Everyone = true, Allocation = new() { Buckets = 200_000, ExclusiveTo = { "area" } } };
        var fault = BucketSpace.Allocate(more, [big]).Fault.ShouldNotBeNull();
        fault.Reason.ShouldBe("BUCKET_SPACE_EXHAUSTED");
        fault.Message.ShouldContain("100000 are free beside big (900000)");
    }

    [Fact]
    public void A_split_within_a_segment_is_even_and_independent_of_the_segments_own_buckets()
    {
        var members = Members(Segment("half", 500_000, [], []));
        var split = Bucketing.Salted("half", 2);
        var treated = Units.Where((_, i) => members[i]).Count(u => split.Of(u) == 1);
        (treated / (double)members.Count(m => m)).ShouldBe(0.5, 0.01);
    }

    [Fact]
    public void An_exact_list_holds_its_units_and_nobody_else()
    {
        var book = OnList(new MaterializedList { Name = "l", Exact = new() { Units = { Enumerable.Range(0, 1000).Select(i => $"u{i * 7}") } } });
        for (var i = 0; i < 7000; i++) IsOn(book, $"u{i}").ShouldBe(i % 7 == 0);
        IsOn(book, "U0").ShouldBeFalse();
    }

    [Fact]
    public void A_Bloom_filter_misses_no_unit_of_its_list_and_is_wrong_for_as_many_others_as_its_size_says()
    {
        const int listed = 2000, hashes = 7;
        const ulong bits = 20_032; // ten bits a unit: 0.82 % of the others
        var words = new byte[bits / 8];
        for (var i = 0; i < listed; i++)
        {
            var (hash, step) = Murmur3.X64(Encoding.UTF8.GetBytes($"in-{i}"));
            for (var k = 0; k < hashes; k++, hash = unchecked(hash + step))
            {
                var bit = (hash & long.MaxValue) % bits;
                words[(int)(bit / 64 * 8 + 7 - bit / 8 % 8)] |= (byte)(1 << (int)(bit % 8));
            }
        }

        var book = OnList(new MaterializedList { Name = "l", Bloom = new() { Words = Google.Protobuf.ByteString.CopyFrom(words), HashCount = hashes, BitCount = bits } });
        for (var i = 0; i < listed; i++) IsOn(book, $"in-{i}").ShouldBeTrue();
        var wrong = Enumerable.Range(0, 50_000).Count(i => IsOn(book, $"out-{i}")) / 50_000d;
        wrong.ShouldBe(0.0082, 0.002);
    }

    private static FlagBook OnList(MaterializedList list)
    {
        var state = States.Targeting("""{"list": "l"}""");
        state.Lists.Add(list);
        return States.Book(state);
    }

    private static bool IsOn(FlagBook book, string unit) => book.Resolve("f", new EvaluationContext(unit), book.Operator()).Reason == Reason.Match;
}
