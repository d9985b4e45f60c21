using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;

namespace Busker.FlagImport.GrowthBook;

/// <summary>GrowthBook's hash is a number of 3 or 4 decimals; which of them are within a range of reals is decided here, once.</summary>
internal sealed record GrowthBookHash(BucketHash Hash, uint Buckets)
{
    /// <summary>Null: no version its client knows.</summary>
    public static GrowthBookHash? Of(string seed, double version) => version switch
    {
        1 => new(new() { Algorithm = Algorithm.Fnv32V1, Suffix = seed }, 1000),
        2 => new(new() { Algorithm = Algorithm.Fnv32V2, Prefix = seed }, 10000),
        _ => null,
    };

    public List<BucketRange> Where(Func<double, bool> within) => Say.Runs(Buckets, k => within(k / (double)Buckets));

    /// <summary>A unit that is there, and hashed to where `within` holds.</summary>
    public Expression Gate(string attribute, Func<double, bool> within) =>
        Say.All(Say.Not(Say.IsStrictly(attribute, Node.Of(0))), Say.Gate(attribute, Hash, Buckets, Where(within)));

    public static bool InRange(double n, Node range) => n >= JsNumber.Of(range.Items.ElementAtOrDefault(0)) && n < JsNumber.Of(range.Items.ElementAtOrDefault(1));
}
