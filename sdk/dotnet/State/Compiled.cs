using System.Text;
using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Busker.Flags.Hashing;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Flags;

/// <summary>A variant with its value completed from the schema, also as JSON bytes for servers.</summary>
public sealed class CompiledVariant
{
    private byte[]? _json;

    internal CompiledVariant(int index, string name, Value value, Struct? metadata)
    {
        (Index, Name, Value, Metadata) = (index, name, value, metadata);
    }

    /// <summary>Its place among the flag's variants.</summary>
    public int Index { get; }

    public string Name { get; }

    /// <summary>Shared by every answer: do not change it.</summary>
    public Value Value { get; }

    public Struct? Metadata { get; }

    /// <summary>Written when first asked for.</summary>
    public ReadOnlyMemory<byte> Json => _json ??= Encoding.UTF8.GetBytes(Google.Protobuf.JsonFormatter.Default.Format(Value));
}

/// <summary>A flag ready to resolve. Immutable.</summary>
public sealed class CompiledFlag
{
    internal CompiledFlag(int index, Flag source) => (Index, Source) = (index, source);

    public string Name => Source.Name;

    /// <summary>The contract it was compiled from: do not change it.</summary>
    public Flag Source { get; }

    public IReadOnlyList<CompiledVariant> Variants => VariantArray;

    /// <summary>Its place among the state's flags.</summary>
    public int Index { get; }

    /// <summary>No rule can assign and nothing must hold first: everybody gets <see cref="Constant"/>.</summary>
    internal bool IsConstant { get; private set; }

    internal Answer Constant { get; private set; }

    internal void Settle()
    {
        var disabled = Source.State != Flag.Types.State.Active;
        IsConstant = disabled || (Prerequisites.Length == 0 && Array.TrueForAll(Rules, r => !r.Source.Enabled));
        if (IsConstant) Constant = disabled ? new(this, Reason.Disabled, null) : new(this, Reason.NoMatch, Default);
    }

    internal CompiledVariant? Variant(string name)
    {
        foreach (var variant in VariantArray)
        {
            if (variant.Name == name) return variant;
        }

        return null;
    }

    internal CompiledVariant[] VariantArray { get; set; } = [];
    internal CompiledRule[] Rules { get; set; } = [];
    internal CompiledVariant? Default { get; set; }
    internal FlagVariantCondition[] Prerequisites { get; set; } = [];

    /// <summary>By client index; null: every client.</summary>
    internal bool[]? Clients { get; set; }
}

public sealed class CompiledAssignment
{
    internal CompiledAssignment(Assignment source, CompiledVariant? variant) => (Source, Variant) = (source, variant);

    public string Id => Source.Id;

    public Assignment Source { get; }

    internal CompiledVariant? Variant { get; }
    internal bool IsFallthrough => Source.OutcomeCase == Assignment.OutcomeOneofCase.Fallthrough;
}

public sealed class CompiledRule
{
    private static readonly AttributePath TargetingKey = new(EvaluationContext.TargetingKey);

    private readonly string _flag;
    private string? _key;

    internal CompiledRule(Rule source, string flag)
    {
        (Source, _flag) = (source, flag);
        Selector = source.TargetingKeySelector is "" or EvaluationContext.TargetingKey ? TargetingKey : new AttributePath(source.TargetingKeySelector);
        Fallbacks = source.FallbackSelectors.Count == 0 ? [] : [.. source.FallbackSelectors.Select(s => new AttributePath(s))];
        ReadsTargetingKey = Selector == TargetingKey && Fallbacks.Length == 0;
        HasDefaultSelector = ReadsTargetingKey && source.TargetingKeySelector.Length == 0;
        NeedsUnit = !HasDefaultSelector || source.Materialization is { Read.Length: > 0 };
    }

    public string Name => Source.Name;

    public Rule Source { get; }

    /// <summary>"flag/rule": what sticky records name it by.</summary>
    internal string Key => _key ??= $"{_flag}/{Source.Name}";

    internal AttributePath Selector { get; }
    internal AttributePath[] Fallbacks { get; }
    internal bool ReadsTargetingKey { get; }

    /// <summary>The selector is not said: then a rule that is full has no need of a unit.</summary>
    internal bool HasDefaultSelector { get; }

    /// <summary>Without a unit the rule is passed over.</summary>
    internal bool NeedsUnit { get; }

    internal ulong Environments { get; set; }
    internal SegmentCondition? Segment { get; set; }
    internal Condition? Targeting { get; set; }
    internal Bucketing Bucketing { get; set; } = null!;
    internal CompiledAssignment[] Assignments { get; set; } = [];

    /// <summary>Edge i starts a run of buckets that belongs to <see cref="Owners"/>[i] (-1: nobody).</summary>
    internal uint[] Edges { get; set; } = [];
    internal short[] Owners { get; set; } = [];

    /// <summary>There is one assignment with one range, of all buckets: no hashing, no unit needed.</summary>
    public bool IsFull { get; internal set; }

    internal CompiledAssignment? Pick(uint bucket)
    {
        var at = Edges.Length - 1;
        while (at >= 0 && Edges[at] > bucket) at--;
        return at < 0 || Owners[at] < 0 ? null : Assignments[Owners[at]];
    }
}

/// <summary>Fallthroughs met before the answer, newest first. Interned, so meeting them allocates nothing.</summary>
public sealed class FallthroughChain
{
    private FallthroughChain[] _next = [];

    internal FallthroughChain(CompiledRule? rule, CompiledAssignment? assignment, FallthroughChain? previous) =>
        (Rule, Assignment, Previous) = (rule!, assignment!, previous);

    public CompiledRule Rule { get; }

    public CompiledAssignment Assignment { get; }

    public FallthroughChain? Previous { get; }

    internal static FallthroughChain Then(FallthroughChain? chain, FallthroughChain root, CompiledRule rule, CompiledAssignment assignment)
    {
        var from = chain ?? root;
        foreach (var known in from._next)
        {
            if (ReferenceEquals(known.Assignment, assignment)) return known;
        }

        var added = new FallthroughChain(rule, assignment, chain);
        if (from._next.Length < 64) from._next = [.. from._next, added];
        return added;
    }
}

/// <summary>Units on a list: exact, a Bloom filter, or kept elsewhere.</summary>
internal sealed class MemberList
{
    private readonly HashSet<string>? _exact;
    private readonly byte[]? _words;
    private readonly uint _hashes;
    private readonly ulong _bits;

    public MemberList(MaterializedList source)
    {
        Name = source.Name;
        IsRemote = source.ContentCase == MaterializedList.ContentOneofCase.Remote;
        if (source.Exact is { } exact) _exact = new(exact.Units, StringComparer.Ordinal);
        if (source.Bloom is { } bloom) (_words, _hashes, _bits) = (bloom.Words.ToByteArray(), bloom.HashCount, bloom.BitCount);
    }

    public string Name { get; }

    public bool IsRemote { get; }

    public bool Contains(Resolving.Evaluation e) => _exact is not null ? _exact.Contains(e.UnitString) : InBloom(e.UnitBytes);

    private bool InBloom(ReadOnlySpan<byte> unit)
    {
        var (hash, step) = Murmur3.X64(unit);
        for (var i = 0; i < _hashes; i++, hash += step)
        {
            var bit = (hash & long.MaxValue) % _bits;
            var at = (int)(bit >> 6) * 8 + 7 - (int)(bit >> 3 & 7);
            if ((_words![at] >> (int)(bit & 7) & 1) == 0) return false;
        }

        return true;
    }
}
