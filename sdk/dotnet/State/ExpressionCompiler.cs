using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Busker.Flags.Hashing;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;

namespace Busker.Flags.State;

/// <summary>Expressions to conditions.</summary>
internal sealed class ExpressionCompiler(Parts parts, PredicateCompiler predicates, Problems problems)
{
    private const int MaxDepth = 32;
    private readonly BucketRuns _runs = new(problems);

    /// <summary>Some flag depends on another.</summary>
    public bool NamesFlags { get; private set; }

    public Condition? Compile(Expression expression, string path, int depth = 0)
    {
        if (depth > MaxDepth) return Wrong(path, $"is nested more than {MaxDepth} deep");
        switch (expression.KindCase)
        {
            case Expression.KindOneofCase.All:
                return new AllCondition(Many(expression.All, problems.At(path, ".all"), depth));
            case Expression.KindOneofCase.Any:
                return new AnyCondition(Many(expression.Any, problems.At(path, ".any"), depth));
            case Expression.KindOneofCase.Not:
                return Compile(expression.Not, problems.At(path, ".not"), depth + 1) is { } inner ? new NotCondition(inner) : null;
            case Expression.KindOneofCase.Criterion:
                return predicates.Compile(expression.Criterion, problems.At(path, ".criterion"));
            case Expression.KindOneofCase.Segment:
                return parts.Segments.TryGetValue(expression.Segment, out var segment) ? segment : Wrong(problems.At(path, ".segment"), $"there is no segment \"{expression.Segment}\"");
            case Expression.KindOneofCase.List:
                return parts.Lists.TryGetValue(expression.List, out var list) ? new ListCondition(list) : Wrong(problems.At(path, ".list"), $"there is no list \"{expression.List}\"");
            case Expression.KindOneofCase.Flag:
                return Flag(expression.Flag, problems.At(path, ".flag"));
            case Expression.KindOneofCase.Gate:
                return Gate(expression.Gate, problems.At(path, ".gate"));
            default:
                return Wrong(path, "is empty; everyone must be said with `everyone`");
        }
    }

    public FlagVariantCondition? Flag(FlagCondition source, string path)
    {
        NamesFlags = true;
        if (!parts.Flags.TryGetValue(source.Flag, out var flag))
        {
            Wrong(problems.At(path, ".flag"), $"there is no flag \"{source.Flag}\"");
            return null;
        }

        foreach (var name in source.Variants.Where(n => flag.VariantArray.All(v => v.Name != n))) Wrong(problems.At(path, ".variants"), $"flag \"{source.Flag}\" has no variant \"{name}\"");
        return new(flag, [.. flag.VariantArray.Where(v => source.Variants.Contains(v.Name))]);
    }

    public Bucketing Hash(BucketHash source, uint buckets, string path)
    {
        if (source.Algorithm is < Algorithm.Murmur3128 or > Algorithm.Murmur332Variant) problems.Add(problems.At(path, ".algorithm"), "is missing or not known");
        return new(source.Algorithm, source.Prefix, source.Suffix, buckets);
    }

    private GateCondition? Gate(BucketGate source, string path)
    {
        if (source.BucketCount == 0 || source.Hash is null)
        {
            Wrong(path, "needs hash and bucket_count");
            return null;
        }

        _runs.Begin().Add(source.Ranges, 0).Check(source.BucketCount, problems.At(path, ".ranges"));
        return new(Hash(source.Hash, source.BucketCount, problems.At(path, ".hash")), BucketSet.Of(source.Ranges, source.BucketCount),
            source.Selector.Length == 0 ? null : new AttributePath(source.Selector));
    }

    private Condition[] Many(Expressions source, string path, int depth)
    {
        var parts = new Condition[source.Expressions_.Count];
        var whole = true;
        for (var i = 0; i < parts.Length; i++)
        {
            if (Compile(source.Expressions_[i], problems.At(path, "", i), depth + 1) is { } part) parts[i] = part;
            else whole = false; // and a problem was added, so nobody asks
        }

        return whole ? parts : [];
    }

    private Condition? Wrong(string path, string message)
    {
        problems.Add(path, message);
        return null;
    }
}
