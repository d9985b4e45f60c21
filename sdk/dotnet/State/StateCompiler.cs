using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Busker.Flags.Hashing;
using Busker.Kernel;

namespace Busker.Flags.State;

/// <summary>Turns a flag state into a flag book, or says what is wrong with it and where.</summary>
internal sealed class StateCompiler
{
    private readonly FlagState _state;
    private readonly BookOptions _options;
    private readonly TimeProvider _clock;
    private readonly Problems _problems = new();
    private readonly Parts _parts;
    private readonly ExpressionCompiler _expressions;

    public StateCompiler(FlagState state, BookOptions options, TimeProvider clock)
    {
        (_state, _options, _clock) = (state, options, clock);
        _parts = new Parts();
        _expressions = new ExpressionCompiler(_parts, new PredicateCompiler(state, _problems, options.ShippedEngine), _problems);
    }

    public Result<FlagBook> Compile()
    {
        if (_state.Environments.Count > 64) _problems.Add("environments", "at most 64");
        Unique(_state.Environments, "environments");
        for (var i = 0; i < _state.Lists.Count; i++) AddList(_state.Lists[i], $"lists[{i}]");
        for (var i = 0; i < _state.Segments.Count; i++) AddSegment(_state.Segments[i], i);
        for (var i = 0; i < _state.Flags.Count; i++) AddFlag(_state.Flags[i], i);
        Clients();
        for (var i = 0; i < _state.Segments.Count; i++) FillSegment(_state.Segments[i], $"segments[{i}]");
        var flags = new FlagCompiler(_state, _parts, _expressions, _problems);
        for (var i = 0; i < _state.Flags.Count; i++) flags.Fill(_state.Flags[i], $"flags[{i}]");
        if (!_problems.Any && _expressions.NamesFlags) FlagCycles.Find(_state, _problems);
        if (_problems.Any) return _problems.ToFault();
        foreach (var flag in _parts.InOrder) flag.Settle();
        return new FlagBook(_state, [.. _parts.InOrder], _options, _clock);
    }

    private void AddList(MaterializedList list, string path)
    {
        if (list.ContentCase == MaterializedList.ContentOneofCase.None) _problems.Add(path, "says neither exact, bloom nor remote");
        if (list.Bloom is { } bloom && (bloom.BitCount == 0 || bloom.HashCount is 0 or > 64 || (ulong)bloom.Words.Length * 8 < bloom.BitCount || bloom.Words.Length % 8 != 0))
        {
            _problems.Add(path + ".bloom", "words, hash_count and bit_count do not fit together");
        }

        if (Name(list.Name, path) && !_parts.Lists.TryAdd(list.Name, new MemberList(list))) _problems.Add(path + ".name", $"\"{list.Name}\" is there twice");
    }

    private void AddSegment(Segment segment, int index)
    {
        var path = $"segments[{index}]";
        if (Name(segment.Name, path) && !_parts.Segments.TryAdd(segment.Name, new(segment.Name, index))) _problems.Add(path + ".name", $"\"{segment.Name}\" is there twice");
    }

    private void AddFlag(Flag flag, int index)
    {
        var path = $"flags[{index}]";
        var compiled = new CompiledFlag(index, flag);
        _parts.InOrder.Add(compiled);
        if (Name(flag.Name, path) && !_parts.Flags.TryAdd(flag.Name, compiled)) _problems.Add(path + ".name", $"\"{flag.Name}\" is there twice");
        if (flag.State == Flag.Types.State.Unspecified) _problems.Add(path + ".state", "is missing");
        var checker = new ValueChecker(_problems);
        var before = _problems.Any;
        checker.Schema(flag.Schema, path + ".schema");
        if (_problems.Any && !before) return;
        Unique(flag.Variants.Select(v => v.Name), path + ".variants");
        compiled.VariantArray = [.. flag.Variants.Select((v, i) =>
            new CompiledVariant(i, v.Name, checker.Complete(v.Value, flag.Schema ?? new(), $"{path}.variants[{i}].value"), v.Metadata))];
        if (flag.DefaultVariant.Length == 0) return;
        compiled.Default = Array.Find(compiled.VariantArray, v => v.Name == flag.DefaultVariant);
        if (compiled.Default is null) _problems.Add(path + ".default_variant", $"there is no variant \"{flag.DefaultVariant}\"");
    }

    private void FillSegment(Segment source, string path)
    {
        if (!_parts.Segments.TryGetValue(source.Name, out var segment)) return;
        if (source.Everyone == (source.Targeting is not null)) _problems.Add(path, "say exactly one of targeting and everyone");
        if (source.Targeting is not null) segment.Targeting = _expressions.Compile(source.Targeting, path + ".targeting");
        if (source.Allocation is not { } allocation) return;
        switch (allocation.AllocatedCase)
        {
            case Allocation.AllocatedOneofCase.Ranges:
                Ranges(allocation.Ranges.Ranges_, BucketSpace.Buckets, path + ".allocation.ranges", _problems);
                segment.Allocation = BucketSet.Of(allocation.Ranges.Ranges_, BucketSpace.Buckets);
                break;
            case Allocation.AllocatedOneofCase.Bitset:
                if (allocation.Bitset.Length > BucketSpace.Buckets / 8) _problems.Add(path + ".allocation.bitset", "has more than 1000000 bits");
                else segment.Allocation = BucketSet.Of(allocation.Bitset.Span, (int)BucketSpace.Buckets);
                break;
            default:
                _problems.Add(path + ".allocation", "nothing is allocated yet");
                break;
        }
    }

    private void Clients()
    {
        Unique(_state.Clients.Select(c => c.Name), "clients");
        for (var i = 0; i < _state.Clients.Count; i++)
        {
            for (var j = 0; j < _state.Clients[i].Credentials.Count; j++)
            {
                var (credential, path) = (_state.Clients[i].Credentials[j], $"clients[{i}].credentials[{j}]");
                if (credential.SecretSha256.Length != 32) _problems.Add(path + ".secret_sha256", "is not 32 bytes");
                foreach (var name in credential.Environments.Except(_state.Environments)) _problems.Add(path + ".environments", $"there is no environment \"{name}\"");
            }
        }
    }

    internal static void Ranges(IEnumerable<BucketRange> ranges, uint count, string path, Problems problems)
    {
        var last = 0u;
        foreach (var range in ranges.OrderBy(r => r.Lower))
        {
            if (range.Lower >= range.Upper || range.Upper > count) problems.Add(path, $"[{range.Lower}, {range.Upper}) is not a range within {count} buckets");
            else if (range.Lower < last) problems.Add(path, $"[{range.Lower}, {range.Upper}) overlaps another range");
            last = Math.Max(last, range.Upper);
        }
    }

    private bool Name(string name, string path)
    {
        var good = name.Length is > 0 and <= 100 && name.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or ':' or '/' or '-' or ' ' or '$' or '@');
        if (!good) _problems.Add(path + ".name", $"\"{name}\" is not a name");
        return good;
    }

    private void Unique(IEnumerable<string> names, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name)) _problems.Add(path, $"\"{name}\" is there twice");
        }
    }
}

/// <summary>What expressions may name.</summary>
internal sealed class Parts
{
    public Dictionary<string, MemberList> Lists { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, SegmentCondition> Segments { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, CompiledFlag> Flags { get; } = new(StringComparer.Ordinal);
    public List<CompiledFlag> InOrder { get; } = [];
}
