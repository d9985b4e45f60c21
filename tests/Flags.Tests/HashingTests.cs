using System.Text;
using Busker.Experiments.V1;
using Busker.Flags.Hashing;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;

namespace Busker.Flags.Tests;

public sealed class HashingTests
{
    [Theory]
    [InlineData("MegaSalt-confidence-test|roug", 1000000, 0x03218d7dfb23a053UL, 0xd8fda05c32b2d74aUL, 567493)]
    [InlineData("MegaSalt-test|user1", 1000000, 0xd45bb3e12d40fd86UL, 0xb68a22c9f3c59061UL, 352472)]
    [InlineData("seg|user1", 100, 0x6f1fac23c70a4a42UL, 0x4c255c08bcb59adeUL, 76)]
    [InlineData("seg|user2", 100, 0xd44bbdc295188719UL, 0x69d633841777c643UL, 9)]
    [InlineData("MegaSalt-acme|användare-å", 1000000, 0xcb20426396684d97UL, 0x9c31e411eb95a79eUL, 920345)]
    [InlineData("", 100, 0UL, 0UL, 0)]
    public void The_known_answers_hold(string key, uint buckets, ulong h1, ulong h2, uint bucket)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        Murmur3.X64(bytes).ShouldBe((h1, h2));
        Bucketing.Of(Algorithm.Murmur3128, bytes, buckets).ShouldBe(bucket);
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("hello", 0x248bfa47u)]
    [InlineData("hello, world", 0x149bbb7fu)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x2e4ff723u)]
    public void The_32_bit_form_has_its_published_answers(string key, uint hash) =>
        Murmur3.X86(Encoding.UTF8.GetBytes(key)).ShouldBe(hash);

    [Theory] // fnv1a over charCodeAt, as GrowthBook's client does
    [InlineData("a", 220)]
    [InlineData("å", 512)]
    [InlineData("😀x", 192)]
    public void The_fnv_form_hashes_utf16_code_units(string key, uint bucket) =>
        Bucketing.Of(Algorithm.Fnv32V1, Encoding.UTF8.GetBytes(key), 1000).ShouldBe(bucket);

    [Fact]
    public void Buckets_are_uniform()
    {
        const int buckets = 100, units = 200_000;
        foreach (var algorithm in Enum.GetValues<Algorithm>().Where(a => a is not (Algorithm.Unspecified or Algorithm.Murmur332Absolute)))
        {
            var bucketing = new Bucketing(algorithm, "salt|", "", buckets);
            var counts = new int[buckets];
            for (var i = 0; i < units; i++) counts[bucketing.Of(Encoding.UTF8.GetBytes($"user-{i}"))]++;
            var chi2 = counts.Sum(c => Math.Pow(c - units / buckets, 2) / (units / buckets));
            chi2.ShouldBeLessThan(161, algorithm.ToString()); // the 0.9999 quantile with 99 degrees of freedom
        }
    }

    [Fact]
    public void Bits_are_read_least_significant_first_and_end_where_the_bytes_end()
    {
        var set = BucketSet.Of([0b0000_0101, 0b1000_0000], 1_000_000);
        Enumerable.Range(0, 20).Where(b => set.Contains((uint)b)).ShouldBe([0, 2, 15]);
        BucketSet.Of(Enumerable.Repeat((byte)255, 125_000).ToArray(), 1_000_000).IsAll.ShouldBeTrue();
    }

    [Fact]
    public void Ranges_are_half_open()
    {
        var set = BucketSet.Of([new BucketRange { Lower = 5, Upper = 7 }, new BucketRange { Lower = 0, Upper = 2 }, new BucketRange { Lower = 7, Upper = 9 }], 10);
        Enumerable.Range(0, 10).Where(b => set.Contains((uint)b)).ShouldBe([0, 1, 5, 6, 7, 8]);
    }
}
