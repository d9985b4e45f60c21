using Busker.Experiments.V1;
using Busker.Flags.Conditions;

namespace Busker.Flags;

/// <summary>What is already known of sticky records and remote lists. What is not known suspends the flag.</summary>
public sealed class StickyMemory
{
    private readonly Dictionary<(string Unit, string Materialization), StickyRecord> _known = [];

    /// <summary>Without a store: whoever has not been read is not a member, and nothing suspends.</summary>
    public static StickyMemory NoStore { get; } = new() { AbsentUnlessKnown = true };

    public bool AbsentUnlessKnown { get; init; }

    public void Add(StickyRecord record) => _known[(record.Unit, record.Materialization)] = record;

    internal Truth Membership(string unit, string materialization, out StickyRecord? record)
    {
        if (_known.TryGetValue((unit, materialization), out record)) return record.Member ? Truth.True : Truth.False;
        return AbsentUnlessKnown ? Truth.False : Truth.Unknown;
    }
}
