using Busker.Experiments.V1;
using Busker.Flags.Hashing;

namespace Busker.Flags.State;

/// <summary>The rules of one flag.</summary>
internal sealed class FlagCompiler(FlagState state, Parts parts, ExpressionCompiler expressions, Problems problems)
{
    private static readonly uint[] FromZero = [0];
    private static readonly short[] ToFirst = [0];

    private readonly BucketRuns _runs = new(problems);
    private readonly List<uint> _edges = [];
    private readonly List<short> _owners = [];

    public void Fill(Flag source, string path)
    {
        if (!parts.Flags.TryGetValue(source.Name, out var flag) || flag.Source != source) return;
        if (source.Prerequisites.Count > 0) flag.Prerequisites = Prerequisites(source, path);
        if (state.Clients.Count > 0 && !source.Clients.Contains("*")) flag.Clients = Clients(source, path);
        if (HasTwice(source))
        {
            foreach (var twice in source.Rules.GroupBy(r => r.Name).Where(g => g.Count() > 1)) problems.Add(problems.At(path, ".rules"), $"\"{twice.Key}\" is there twice");
        }

        flag.Rules = new CompiledRule[source.Rules.Count];
        for (var i = 0; i < flag.Rules.Length; i++) flag.Rules[i] = Rule(flag, source.Rules[i], problems.At(path, ".rules", i));
    }

    private static bool HasTwice(Flag source)
    {
        if (source.Rules.Count > 8) return source.Rules.DistinctBy(r => r.Name).Count() < source.Rules.Count;
        for (var i = 1; i < source.Rules.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (source.Rules[j].Name == source.Rules[i].Name) return true;
            }
        }

        return false;
    }

    private Conditions.FlagVariantCondition[] Prerequisites(Flag source, string path) =>
        [.. source.Prerequisites.Select((p, i) => expressions.Flag(p, problems.At(path, ".prerequisites", i))).OfType<Conditions.FlagVariantCondition>()];

    private bool[] Clients(Flag source, string path)
    {
        foreach (var name in source.Clients.Where(n => state.Clients.All(c => c.Name != n))) problems.Add(problems.At(path, ".clients"), $"there is no client \"{name}\"");
        return [.. state.Clients.Select(c => source.Clients.Contains(c.Name))];
    }

    private CompiledRule Rule(CompiledFlag flag, Rule source, string path)
    {
        var rule = new CompiledRule(source, flag.Name);
        if (source.Name.Length == 0) problems.Add(problems.At(path, ".name"), "is missing");
        if (source.Everyone == (source.Segment.Length > 0 || source.Targeting is not null)) problems.Add(path, "say who it is for: a segment, targeting, or everyone");
        if (source.Segment.Length > 0)
        {
            rule.Segment = parts.Segments.GetValueOrDefault(source.Segment);
            if (rule.Segment is null) problems.Add(problems.At(path, ".segment"), $"there is no segment \"{source.Segment}\"");
        }

        if (source.Targeting is not null) rule.Targeting = expressions.Compile(source.Targeting, problems.At(path, ".targeting"));
        foreach (var name in source.Environments)
        {
            var at = state.Environments.IndexOf(name);
            if (at < 0) problems.Add(problems.At(path, ".environments"), $"there is no environment \"{name}\"");
            else rule.Environments |= 1ul << at;
        }

        if (source.Assignment is not { BucketCount: > 0 } spec) problems.Add(problems.At(path, ".assignment"), "is missing, or has no buckets");
        else Assignments(flag, rule, spec, problems.At(path, ".assignment"));
        return rule;
    }

    private void Assignments(CompiledFlag flag, CompiledRule rule, AssignmentSpec spec, string path)
    {
        _runs.Begin();
        for (var i = 0; i < spec.Assignments.Count; i++) _runs.Add(spec.Assignments[i].Ranges, (short)i);
        _runs.Check(spec.BucketCount, path);
        rule.Assignments = new CompiledAssignment[spec.Assignments.Count];
        for (var i = 0; i < rule.Assignments.Length; i++) rule.Assignments[i] = Assignment(flag, spec.Assignments[i], problems.At(path, ".assignments", i));
        rule.Bucketing = spec.Hash is { } hash
            ? expressions.Hash(hash, spec.BucketCount, problems.At(path, ".hash"))
            : Bucketing.Salted(rule.Source.Segment.Length > 0 ? rule.Source.Segment : rule.Key, spec.BucketCount);
        rule.IsFull = spec.Assignments is [{ Ranges: [{ Lower: 0 } all] }] && all.Upper == spec.BucketCount;
        Edges(rule, spec.BucketCount);
    }

    private void Edges(CompiledRule rule, uint buckets)
    {
        _edges.Clear();
        _owners.Clear();
        var end = 0u;
        foreach (var (lower, upper, owner) in _runs.InOrder)
        {
            if (lower > end) Add(end, -1);
            Add(lower, owner);
            end = upper;
        }

        if (end < buckets) Add(end, -1);
        (rule.Edges, rule.Owners) = (_edges is [0] ? FromZero : [.. _edges], _owners is [0] ? ToFirst : [.. _owners]);

        void Add(uint edge, short owner)
        {
            if (_owners.Count > 0 && _owners[^1] == owner) return;
            _edges.Add(edge);
            _owners.Add(owner);
        }
    }

    private CompiledAssignment Assignment(CompiledFlag flag, Assignment source, string path)
    {
        if (source.OutcomeCase == Experiments.V1.Assignment.OutcomeOneofCase.None) problems.Add(path, "says neither variant, fallthrough, client_default nor server_default");
        if (source.OutcomeCase != Experiments.V1.Assignment.OutcomeOneofCase.Variant) return new(source, null);
        var variant = flag.Variant(source.Variant);
        if (variant is null) problems.Add(problems.At(path, ".variant"), $"there is no variant \"{source.Variant}\"");
        return new(source, variant);
    }
}
