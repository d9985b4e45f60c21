using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Busker.Flags.Hashing;
using Busker.Kernel;
using Google.Protobuf.Collections;

namespace Busker.Flags.State;

/// <summary>Turns a flag state into a flag book, or says what is wrong with it and where.</summary>
internal sealed class StateCompiler
{
    private const int ManyFlags = 1000;

    private readonly FlagState _state;
    private readonly BookOptions _options;
    private readonly TimeProvider _clock;
    private readonly Problems _problems;
    private readonly Parts _parts = new();
    private readonly ExpressionCompiler _expressions;
    private readonly ValueChecker _values;
    private readonly BucketRuns _runs;

    private StateCompiler(FlagState state, BookOptions options, TimeProvider clock, bool explain)
    {
        (_state, _options, _clock, _problems) = (state, options, clock, new(explain));
        (_values, _runs) = (new(_problems), new(_problems));
        _expressions = Expressions();
    }

    public static Result<FlagBook> Compile(FlagState state, BookOptions options, TimeProvider clock) =>
        new StateCompiler(state, options, clock, explain: false).Compile() is { } book
            ? book
            : new StateCompiler(state, options, clock, explain: true).Explain();

    private Fault Explain()
    {
        Compile();
        return _problems.ToFault();
    }

    /// <summary>Null: there are problems.</summary>
    private FlagBook? Compile()
    {
        if (_state.Environments.Count > 64) _problems.Add("environments", "at most 64");
        Unique(_state.Environments, e => e, "environments");
        for (var i = 0; i < _state.Lists.Count; i++) AddList(_state.Lists[i], _problems.At("", "lists", i));
        for (var i = 0; i < _state.Segments.Count; i++) AddSegment(_state.Segments[i], i);
        for (var i = 0; i < _state.Flags.Count; i++) AddFlag(_state.Flags[i], i);
        Clients();
        for (var i = 0; i < _state.Segments.Count; i++) FillSegment(_state.Segments[i], _problems.At("", "segments", i));
        if (FillFlags() && !_problems.Any) FlagCycles.Find(_state, _problems);
        if (_problems.Any) return null;
        foreach (var flag in _parts.InOrder) flag.Settle();
        return new FlagBook(_state, [.. _parts.InOrder], _options, _clock);
    }

    private ExpressionCompiler Expressions() => new(_parts, new PredicateCompiler(_state, _problems, _options.ShippedEngine), _problems);

    /// <summary>True: some flag depends on another. Many flags are shared by two threads, unless problems are to be told in order.</summary>
    private bool FillFlags()
    {
        var count = _state.Flags.Count;
        if (count < ManyFlags || _problems.Explains)
        {
            FillFlags(0, count, _expressions);
            return _expressions.NamesFlags;
        }

        var others = Expressions();
        Parallel.Invoke(() => FillFlags(0, count / 2, _expressions), () => FillFlags(count / 2, count, others));
        return _expressions.NamesFlags || others.NamesFlags;
    }

    private void FillFlags(int from, int to, ExpressionCompiler expressions)
    {
        var flags = new FlagCompiler(_state, _parts, expressions, _problems);
        for (var i = from; i < to; i++) flags.Fill(_state.Flags[i], _problems.At("", "flags", i));
    }

    private void AddList(MaterializedList list, string path)
    {
        if (list.ContentCase == MaterializedList.ContentOneofCase.None) _problems.Add(path, "says neither exact, bloom nor remote");
        if (list.Bloom is { } bloom && (bloom.BitCount == 0 || bloom.HashCount is 0 or > 64 || (ulong)bloom.Words.Length * 8 < bloom.BitCount || bloom.Words.Length % 8 != 0))
        {
            _problems.Add(_problems.At(path, ".bloom"), "words, hash_count and bit_count do not fit together");
        }

        if (Name(list.Name, path) && !_parts.Lists.TryAdd(list.Name, new MemberList(list))) _problems.Add(_problems.At(path, ".name"), $"\"{list.Name}\" is there twice");
    }

    private void AddSegment(Segment segment, int index)
    {
        var path = _problems.At("", "segments", index);
        if (Name(segment.Name, path) && !_parts.Segments.TryAdd(segment.Name, new(segment.Name, index))) _problems.Add(_problems.At(path, ".name"), $"\"{segment.Name}\" is there twice");
    }

    private void AddFlag(Flag flag, int index)
    {
        var path = _problems.At("", "flags", index);
        var compiled = new CompiledFlag(index, flag);
        _parts.InOrder.Add(compiled);
        if (Name(flag.Name, path) && !_parts.Flags.TryAdd(flag.Name, compiled)) _problems.Add(_problems.At(path, ".name"), $"\"{flag.Name}\" is there twice");
        if (flag.State == Flag.Types.State.Unspecified) _problems.Add(_problems.At(path, ".state"), "is missing");
        var before = _problems.Any;
        _values.Schema(flag.Schema, _problems.At(path, ".schema"));
        if (_problems.Any && !before) return;
        Unique(flag.Variants, v => v.Name, _problems.At(path, ".variants"));
        compiled.VariantArray = new CompiledVariant[flag.Variants.Count];
        for (var i = 0; i < flag.Variants.Count; i++)
        {
            var variant = flag.Variants[i];
            var value = _values.Complete(variant.Value, flag.Schema ?? new(), _problems.At(_problems.At(path, ".variants", i), ".value"));
            compiled.VariantArray[i] = new(i, variant.Name, value, variant.Metadata);
        }

        if (flag.DefaultVariant.Length == 0) return;
        compiled.Default = compiled.Variant(flag.DefaultVariant);
        if (compiled.Default is null) _problems.Add(_problems.At(path, ".default_variant"), $"there is no variant \"{flag.DefaultVariant}\"");
    }

    private void FillSegment(Segment source, string path)
    {
        if (!_parts.Segments.TryGetValue(source.Name, out var segment)) return;
        if (source.Everyone == (source.Targeting is not null)) _problems.Add(path, "say exactly one of targeting and everyone");
        if (source.Targeting is not null) segment.Targeting = _expressions.Compile(source.Targeting, _problems.At(path, ".targeting"));
        if (source.Allocation is not { } allocation) return;
        switch (allocation.AllocatedCase)
        {
            case Allocation.AllocatedOneofCase.Ranges:
                _runs.Begin().Add(allocation.Ranges.Ranges_, 0).Check(BucketSpace.Buckets, _problems.At(path, ".allocation.ranges"));
                segment.Allocation = BucketSet.Of(allocation.Ranges.Ranges_, BucketSpace.Buckets);
                break;
            case Allocation.AllocatedOneofCase.Bitset:
                if (allocation.Bitset.Length > BucketSpace.Buckets / 8) _problems.Add(_problems.At(path, ".allocation.bitset"), "has more than 1000000 bits");
                else segment.Allocation = BucketSet.Of(allocation.Bitset.Span, (int)BucketSpace.Buckets);
                break;
            default:
                _problems.Add(_problems.At(path, ".allocation"), "nothing is allocated yet");
                break;
        }
    }

    private void Clients()
    {
        Unique(_state.Clients, c => c.Name, "clients");
        for (var i = 0; i < _state.Clients.Count; i++)
        {
            for (var j = 0; j < _state.Clients[i].Credentials.Count; j++)
            {
                var (credential, path) = (_state.Clients[i].Credentials[j], $"clients[{i}].credentials[{j}]");
                if (credential.SecretSha256.Length != 32) _problems.Add(_problems.At(path, ".secret_sha256"), "is not 32 bytes");
                foreach (var name in credential.Environments.Except(_state.Environments)) _problems.Add(_problems.At(path, ".environments"), $"there is no environment \"{name}\"");
            }
        }
    }

    private bool Name(string name, string path)
    {
        var good = name.Length is > 0 and <= 100;
        foreach (var c in name) good &= char.IsLetterOrDigit(c) || c is '.' or '_' or ':' or '/' or '-' or ' ' or '$' or '@';
        if (!good) _problems.Add(_problems.At(path, ".name"), $"\"{name}\" is not a name");
        return good;
    }

    private void Unique<T>(RepeatedField<T> items, Func<T, string> nameOf, string path)
    {
        if (items.Count < 2) return;
        if (items.Count == 2 && nameOf(items[0]) != nameOf(items[1])) return;
        var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!seen.Add(nameOf(item))) _problems.Add(path, $"\"{nameOf(item)}\" is there twice");
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
