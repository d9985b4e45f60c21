using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Busker.Flags.Conditions;

namespace Busker.FlagImport.Confidence;

/// <summary>Confidence's targeting: named criteria, and an expression over their names.</summary>
internal sealed class ConfidenceTargeting(Report report, IReadOnlySet<string> segments, Func<string, string> list)
{
    private const int MaxDepth = 30;

    // No expression is everyone; an empty one nobody.
    public Expression Of(Node targeting, string path) =>
        targeting.Member("expression") is { } expression ? Expression(expression, targeting.Member("criteria") ?? Node.Null, path + ".expression", 0) : Say.Always;

    private Expression Expression(Node e, Node criteria, string path, int depth)
    {
        if (depth > MaxDepth) return report.LeaveOut(path, $"is nested more than {MaxDepth} deep");
        if (e.Member("ref") is { Kind: NodeKind.Text } name) return criteria[name.Text] is { } criterion ? Criterion(criterion, $"{path[..path.LastIndexOf(".expression", StringComparison.Ordinal)]}.criteria.{name.Text}") : Say.Never;
        if (e.Member("not") is { } not) return new() { Not = Expression(not, criteria, path + ".not", depth + 1) };
        if (e.Member("and") is { } and) return new() { All = new() { Expressions_ = { Operands(and, path + ".and") } } };
        if (e.Member("or") is { } or) return new() { Any = new() { Expressions_ = { Operands(or, path + ".or") } } };
        return e.Members.Count == 0 ? Say.Never : report.LeaveOut(path, "is none of ref, not, and, or");

        IEnumerable<Expression> Operands(Node operands, string at) =>
            (operands.Member("operands")?.Items ?? []).Select((o, i) => Expression(o, criteria, $"{at}[{i}]", depth + 1));
    }

    private Expression Criterion(Node criterion, string path)
    {
        if (criterion.Member("segment") is { } segment)
        {
            var name = ConfidenceImport.Last(segment.TextOf("segment"));
            return segments.Contains(name) ? new() { Segment = name } : Say.Never;
        }

        if (criterion.Member("materializedSegment") is { } materialized) return new() { List = list(materialized.MemberText("materializedSegment")) };
        if (criterion.Member("attribute") is not { } attribute) return criterion.Members.Count == 0 ? Say.Never : report.LeaveOut(path, "is no kind of criterion that is known");
        var made = new Criterion { Attribute = attribute.MemberText("attributeName") };
        if (made.Attribute == EvaluationContext.Now) return report.LeaveOut(path, "the attribute's name means the clock here");
        if (attribute.Member("anyRule") is { } any) return Inner(any, path + ".anyRule") is { } some ? With(made, c => c.Some = some) : Say.Never;
        if (attribute.Member("allRule") is { } all) return Inner(all, path + ".allRule") is { } every ? With(made, c => c.Every = every) : Say.Never;
        if (Inner(Node.Of(new OrderedDictionary<string, Node> { ["rule"] = attribute }), path) is not { } q) return Say.Never;
        return With(made, c =>
        {
            if (q.EqualTo is not null) c.EqualTo = q.EqualTo;
            else if (q.OneOf is not null) c.OneOf = q.OneOf;
            else if (q.Between is not null) c.Between = q.Between;
            else if (q.StartsWith is not null) c.StartsWith = q.StartsWith;
            else if (q.EndsWith is not null) c.EndsWith = q.EndsWith;
            else c.Contains = q.Contains;
        });
    }

    private static Expression With(Criterion criterion, Action<Criterion> put)
    {
        put(criterion);
        return Say.That(criterion);
    }

    private Quantifier? Inner(Node outer, string path)
    {
        var rule = outer.Member("rule") ?? Node.Null;
        if (rule.Member("eqRule") is { } eq) return new() { EqualTo = new() { Value = Literal(eq.Member("value"), path + ".eqRule.value") } };
        if (rule.Member("setRule") is { } set)
        {
            var literals = (set.Member("values")?.Items ?? []).Select((v, i) => Literal(v, $"{path}.setRule.values[{i}]")).ToList();
            if (literals.Contains(null)) report.LeaveOut(path + ".setRule", "has an empty value");
            return new() { OneOf = new() { Values = { literals.OfType<Literal>() } } };
        }

        if (rule.Member("rangeRule") is { } range) return new() { Between = Range(range, path + ".rangeRule") };
        if (rule.Member("startsWithRule") is { } starts) return new() { StartsWith = new() { Values = { starts.TextOf("value") } } };
        if (rule.Member("endsWithRule") is { } ends) return new() { EndsWith = new() { Values = { ends.TextOf("value") } } };
        if (rule.Member("containsRule") is { } contains) return new() { Contains = new() { Values = { contains.TextOf("value") } } };
        report.LeaveOut(path, "has no rule that is known");
        return null;
    }

    private Between Range(Node range, string path)
    {
        var between = new Between
        {
            Lower = Literal(range.Member("startInclusive") ?? range.Member("startExclusive"), path), LowerExclusive = range.Member("startExclusive") is not null,
            Upper = Literal(range.Member("endInclusive") ?? range.Member("endExclusive"), path), UpperExclusive = range.Member("endExclusive") is not null,
        };
        return between;
    }

    /// <summary>Null: nothing is set.</summary>
    private Literal? Literal(Node? value, string path)
    {
        if (value is null || value.Members.Count == 0) return null;
        if (value.Member("boolValue") is { Kind: NodeKind.Bool } flag) return new() { Bool = flag.Bool };
        if (value.Member("numberValue") is { } number && JsNumber.Of(number) is var n && !double.IsNaN(n)) return Say.Literal(n);
        if (value.Member("stringValue") is { Kind: NodeKind.Text } text) return Say.Literal(text.Text);
        if (value.Member("versionValue") is { } version) return new() { Version = version.TextOf("version") };
        if (value.Member("timestampValue") is { Kind: NodeKind.Text } time && TimestampText.TryParse(time.Text, out var us)) return new() { TimestampUs = us };
        report.LeaveOut(path, "is no value that is known");
        return Say.Literal("");
    }
}
