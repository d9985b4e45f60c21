using Busker.Experiments.V1;

namespace Busker.FlagImport;

/// <summary>Whose format is read.</summary>
public enum FlagSource
{
    /// <summary>A `ResolverState` of Confidence, as protobuf or as JSON.</summary>
    Confidence,

    /// <summary>flagd's JSON: JSONLogic with its own operations.</summary>
    Flagd,

    /// <summary>The payload that GrowthBook's clients read.</summary>
    GrowthBook,

    /// <summary>What Unleash answers to `/api/client/features`.</summary>
    Unleash,
}

/// <param name="Account">The account of the new state. Empty: what the source says, or "imported".</param>
/// <param name="Version">The version of the new state.</param>
/// <param name="FractionalV1">flagd: `fractional` as before its change of 2026.</param>
/// <param name="StickyBuckets">GrowthBook: the client keeps its sticky buckets.</param>
public sealed record ImportOptions(string Account = "", ulong Version = 1, bool FractionalV1 = false, bool StickyBuckets = false);

/// <summary>What a finding means for the flag it is about.</summary>
public enum Effect
{
    /// <summary>It is not in the state: it could not be made to answer as it did.</summary>
    LeftOut,

    /// <summary>It is in the state and answers as it did, except where the finding says.</summary>
    Differs,
}

/// <summary>Something that could not be expressed.</summary>
/// <param name="Path">Where it stands in the source: "features.checkout.rules[1].condition.country".</param>
/// <param name="Reason">What it is, in words.</param>
public sealed record Finding(string Path, string Reason, Effect Effect);

/// <summary>A state that compiles, and everything of the source that is not in it or answers differently.</summary>
public sealed record Imported(FlagState State, IReadOnlyList<Finding> Findings);
