using Busker.Experiments.V1;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;
using Kind = Busker.Experiments.V1.Kinds.Types.Kind;

namespace Busker.FlagImport.Drafts;

/// <summary>Short words for expressions. Constants are folded, so what is always or never true stays visible.</summary>
internal static class Say
{
    public static Expression Always => new() { All = new() };

    public static Expression Never => new() { Any = new() };

    public static bool IsAlways(Expression e) => e.KindCase == Expression.KindOneofCase.All && e.All.Expressions_.Count == 0;

    public static bool IsNever(Expression e) => e.KindCase == Expression.KindOneofCase.Any && e.Any.Expressions_.Count == 0;

    public static Expression If(bool truth) => truth ? Always : Never;

    public static Expression All(params IEnumerable<Expression> parts)
    {
        var all = new Expressions();
        foreach (var part in parts)
        {
            if (IsNever(part)) return Never;
            if (part.KindCase == Expression.KindOneofCase.All) all.Expressions_.AddRange(part.All.Expressions_);
            else all.Expressions_.Add(part);
        }

        return all.Expressions_ is [var one] ? one : new() { All = all };
    }

    public static Expression Any(params IEnumerable<Expression> parts)
    {
        var any = new Expressions();
        foreach (var part in parts)
        {
            if (IsAlways(part)) return Always;
            if (part.KindCase == Expression.KindOneofCase.Any) any.Expressions_.AddRange(part.Any.Expressions_);
            else any.Expressions_.Add(part);
        }

        return any.Expressions_ is [var one] ? one : new() { Any = any };
    }

    public static Expression Not(Expression e) =>
        IsAlways(e) ? Never : IsNever(e) ? Always : e.KindCase == Expression.KindOneofCase.Not ? e.Not : new() { Not = e };

    public static Expression That(Criterion criterion) => new() { Criterion = criterion };

    public static Literal Literal(string text) => new() { String = text };

    public static Literal Literal(double number) => new() { Number = number };

    /// <summary>Any of the texts; none: never.</summary>
    public static Expression IsText(string attribute, Comparison comparison, IEnumerable<string> texts, bool ignoreCase = false)
    {
        var set = new OneOf { Values = { texts.Distinct().Select(Literal) }, IgnoreCase = ignoreCase };
        return set.Values.Count == 0 ? Never : That(new() { Attribute = attribute, Comparison = comparison, OneOf = set });
    }

    /// <summary>=== of JavaScript; false for a list or an object, which equals only itself.</summary>
    public static Expression IsStrictly(string attribute, Node literal) => literal.Kind switch
    {
        NodeKind.Null => Absent(attribute),
        NodeKind.Bool => That(new() { Attribute = attribute, Comparison = Comparison.Strict, OneOf = new() { Values = { new Literal { Bool = literal.Bool } } } }),
        NodeKind.Number => That(new() { Attribute = attribute, Comparison = Comparison.Strict, OneOf = new() { Values = { Literal(literal.Number) } } }),
        NodeKind.Text => IsText(attribute, Comparison.Strict, [literal.Text]),
        _ => Never,
    };

    /// <summary>Sets of one kind of literal each: what OneOf takes.</summary>
    public static IEnumerable<OneOf> Sets(IEnumerable<Node> literals, bool ignoreCase = false) =>
        literals.GroupBy(l => l.Kind).Where(g => g.Key is NodeKind.Bool or NodeKind.Number or NodeKind.Text).Select(g => new OneOf
        {
            IgnoreCase = ignoreCase && g.Key == NodeKind.Text,
            Values = { g.Select(l => l.Kind switch { NodeKind.Bool => new Literal { Bool = l.Bool }, NodeKind.Number => Literal(l.Number), _ => Literal(l.Text) }).Distinct() },
        });

    public static Expression IsKind(string attribute, params Kind[] kinds) => That(new() { Attribute = attribute, Kinds = new() { Kinds_ = { kinds } } });

    public static Expression Absent(string attribute) => That(new() { Attribute = attribute, Presence = Presence.NullOrMissing });

    public static Expression Present(string attribute) => That(new() { Attribute = attribute, Presence = Presence.Set });

    /// <summary>false, 0 or "".</summary>
    public static Expression IsEmpty(string attribute) => Any(IsStrictly(attribute, Node.Of(false)), IsStrictly(attribute, Node.Of(0)), IsStrictly(attribute, Node.Of("")));

    /// <summary>Truthy as in JavaScript.</summary>
    public static Expression IsTruthy(string attribute) => All(Present(attribute), Not(IsEmpty(attribute)));

    /// <summary>&lt;, &lt;=, &gt; or &gt;= against one literal.</summary>
    public static Expression Ordered(string attribute, Comparison comparison, string op, Literal literal) =>
        That(new() { Attribute = attribute, Comparison = comparison, Between = Range(op, literal) });

    public static Between Range(string op, Literal literal) => op switch
    {
        "<" => new() { Upper = literal, UpperExclusive = true },
        "<=" => new() { Upper = literal },
        ">" => new() { Lower = literal, LowerExclusive = true },
        ">=" => new() { Lower = literal },
        _ => new() { Lower = literal, Upper = literal },
    };

    /// <summary>The unit at the selector has a bucket in the ranges.</summary>
    public static Expression Gate(string selector, BucketHash hash, uint buckets, IEnumerable<BucketRange> ranges)
    {
        var gate = new BucketGate { Selector = selector, Hash = hash, BucketCount = buckets, Ranges = { ranges } };
        return gate.Ranges.Count == 0 ? Never : new() { Gate = gate };
    }

    /// <summary>The runs of buckets that belong.</summary>
    public static List<BucketRange> Runs(uint buckets, Func<uint, bool> belongs)
    {
        var runs = new List<BucketRange>();
        for (var bucket = 0u; bucket < buckets; bucket++)
        {
            if (!belongs(bucket)) continue;
            if (runs.Count > 0 && runs[^1].Upper == bucket) runs[^1].Upper++;
            else runs.Add(new() { Lower = bucket, Upper = bucket + 1 });
        }

        return runs;
    }
}
