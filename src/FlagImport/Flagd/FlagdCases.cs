using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.Flagd;

/// <summary>What targeting ends in.</summary>
internal abstract record FlagdResult
{
    private FlagdResult()
    {
    }

    /// <summary>The default variant, or nothing if there is none.</summary>
    public sealed record Default : FlagdResult;

    /// <summary>An evaluation that fails: the caller's own default.</summary>
    public sealed record Failure : FlagdResult;

    /// <summary>The variant of this name, if there is one; else a failure.</summary>
    public sealed record Named(string Variant) : FlagdResult;

    /// <summary>By the bucket of the targeting key.</summary>
    public sealed record Split(BucketHash Hash, uint Buckets, IReadOnlyList<(BucketRange Range, FlagdResult Result)> Parts) : FlagdResult;
}

/// <summary>One case of a decision. In a list of cases the first that fits decides, and the last fits everyone.</summary>
internal readonly record struct FlagdCase(Expression When, FlagdResult Result)
{
    public static List<FlagdCase> Only(FlagdResult result) => [new(Say.Always, result)];

    public FlagdCase Within(Expression outer) => this with { When = Say.All(outer, When) };
}

/// <summary>When an expression is true, when it fails, and when it gives null instead of false.</summary>
internal readonly record struct FlagdTruth(Expression Holds, Expression Fails, Expression IsNull)
{
    public FlagdTruth(Expression holds)
        : this(holds, Say.Never, Say.Never)
    {
    }

    public FlagdTruth(Expression holds, Expression fails)
        : this(holds, fails, Say.Never)
    {
    }

    public static FlagdTruth Of(bool truth) => new(Say.If(truth));

    public FlagdTruth Not() => new(Say.Not(Holds), Fails);
}

/// <summary>A side of a comparison: an attribute, or a literal.</summary>
internal readonly record struct FlagdOperand(string? Attribute, Node Literal);
