using Busker.Experiments.V1;
using Busker.Flags.Hashing;

namespace Busker.Flags.State;

/// <summary>The rules of one flag.</summary>
internal sealed class FlagCompiler(FlagState state, Parts parts, ExpressionCompiler expressions, Problems problems)
{
    public void Fill(Flag source, string path)
    {
        if (!parts.Flags.TryGetValue(source.Name, out var flag) || flag.Source != source) return;
        flag.Prerequisites = [.. source.Prerequisites.Select((p, i) => expressions.Flag(p, $"{path}.prerequisites[{i}]")).OfType<Conditions.FlagVariantCondition>()];
        flag.Clients = Clients(source, path);
        foreach (var twice in source.Rules.GroupBy(r => r.Name).Where(g => g.Count() > 1)) problems.Add(path + ".rules", $"\"{twice.Key}\" is there twice");
        flag.Rules = [.. source.Rules.Select((r, i) => Rule(flag, r, $"{path}.rules[{i}]"))];
    }

    private bool[]? Clients(Flag source, string path)
    {
        if (state.Clients.Count == 0 || source.Clients.Contains("*")) return null;
        foreach (var name in source.Clients.Where(n => state.Clients.All(c => c.Name != n))) problems.Add(path + ".clients", $"there is no client \"{name}\"");
        return [.. state.Clients.Select(c => source.Clients.Contains(c.Name))];
    }

    private CompiledRule Rule(CompiledFlag flag, Rule source, string path)
    {
        var rule = new CompiledRule(source, $"{flag.Name}/{source.Name}");
        if (source.Name.Length == 0) problems.Add(path + ".name", "is missing");
        if (source.Everyone == (source.Segment.Length > 0 || source.Targeting is not null)) problems.Add(path, "say who it is for: a segment, targeting, or everyone");
        if (source.Segment.Length > 0)
        {
            rule.Segment = parts.Segments.GetValueOrDefault(source.Segment);
            if (rule.Segment is null) problems.Add(path + ".segment", $"there is no segment \"{source.Segment}\"");
        }

        if (source.Targeting is not null) rule.Targeting = expressions.Compile(source.Targeting, path + ".targeting");
        foreach (var name in source.Environments)
        {
            var at = state.Environments.IndexOf(name);
            if (at < 0) problems.Add(path + ".environments", $"there is no environment \"{name}\"");
            else rule.Environments |= 1ul << at;
        }

        if (source.Assignment is not { BucketCount: > 0 } spec) problems.Add(path + ".assignment", "is missing, or has no buckets");
        else Assignments(flag, rule, spec, path + ".assignment");
        return rule;
    }

    private void Assignments(CompiledFlag flag, CompiledRule rule, AssignmentSpec spec, string path)
    {
        StateCompiler.Ranges(spec.Assignments.SelectMany(a => a.Ranges), spec.BucketCount, path, problems);
        rule.Assignments = [.. spec.Assignments.Select((a, i) => Assignment(flag, a, $"{path}.assignments[{i}]"))];
        rule.Bucketing = spec.Hash is { } hash
            ? expressions.Hash(hash, spec.BucketCount, path + ".hash")
            : Bucketing.Salted(rule.Source.Segment.Length > 0 ? rule.Source.Segment : rule.Key, spec.BucketCount);
        var (edges, owners) = (new List<uint>(), new List<short>());
        var runs = spec.Assignments.SelectMany((a, i) => a.Ranges.Select(r => (r.Lower, r.Upper, Owner: (short)i))).OrderBy(r => r.Lower);
        var end = 0u;
        foreach (var (lower, upper, owner) in runs)
        {
            if (lower > end) Add(end, -1);
            Add(lower, owner);
            end = upper;
        }

        if (end < spec.BucketCount) Add(end, -1);
        (rule.Edges, rule.Owners) = ([.. edges], [.. owners]);

        void Add(uint edge, short owner)
        {
            if (owners.Count > 0 && owners[^1] == owner) return;
            edges.Add(edge);
            owners.Add(owner);
        }
    }

    private CompiledAssignment Assignment(CompiledFlag flag, Assignment source, string path)
    {
        if (source.OutcomeCase == Experiments.V1.Assignment.OutcomeOneofCase.None) problems.Add(path, "says neither variant, fallthrough, client_default nor server_default");
        if (source.OutcomeCase != Experiments.V1.Assignment.OutcomeOneofCase.Variant) return new(source, null);
        var variant = Array.Find(flag.VariantArray, v => v.Name == source.Variant);
        if (variant is null) problems.Add(path + ".variant", $"there is no variant \"{source.Variant}\"");
        return new(source, variant);
    }
}
