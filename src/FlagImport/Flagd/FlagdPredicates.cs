using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags.Conditions;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;
using Kind = Busker.Experiments.V1.Kinds.Types.Kind;

namespace Busker.FlagImport.Flagd;

/// <summary>`in`, `starts_with`, `ends_with`, `sem_ver`, `missing` and the questions about lists.</summary>
internal sealed class FlagdPredicates(Report report, FlagdOperands operands)
{
    private const int LongestHaystack = 40;

    public FlagdTruth In(IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count != 2) return Leave(path, "needs two arguments");
        if (operands.Of(arguments[0], path + "[0]") is not { } item || operands.Of(arguments[1], path + "[1]") is not { } list) return FlagdTruth.Of(false);
        return (item.Attribute, list.Attribute) switch
        {
            (not null, not null) => Leave(path, "compares two attributes"),
            (not null, null) => list.Literal.Kind switch
            {
                NodeKind.List => new(Say.Any(list.Literal.Items.Select(l => Say.IsStrictly(item.Attribute, l)).ToList() is { Count: <= 2 } few ? few : OneOf(item.Attribute, list.Literal.Items))),
                NodeKind.Text => Inside(item.Attribute, list.Literal.Text, path),
                _ => Leave(path + "[1]", "is neither a list nor a text"),
            },
            (null, not null) => Holds(item.Literal, list.Attribute, path),
            _ => Leave(path, "has no attribute"),
        };
    }

    private static List<Expression> OneOf(string attribute, IReadOnlyList<Node> literals) =>
    [
        .. Say.Sets(literals).Select(set => Say.That(new() { Attribute = attribute, Comparison = Comparison.Strict, OneOf = set })),
        .. literals.Any(l => l.Kind == NodeKind.Null) ? [Say.Absent(attribute)] : Array.Empty<Expression>(),
    ];

    // "SE,NO".includes(x): x, as text, is one of the pieces.
    private FlagdTruth Inside(string attribute, string text, string path)
    {
        if (text.Length > LongestHaystack) return Leave(path + "[1]", $"looks for the attribute in a text of more than {LongestHaystack} characters");
        var pieces = Enumerable.Range(0, text.Length).SelectMany(from => Enumerable.Range(1, text.Length - from).Select(length => text.Substring(from, length)));
        var inside = Say.IsText(attribute, Comparison.Text, pieces.Append(""));
        return new(text.Contains("null", StringComparison.Ordinal) ? Say.Any(inside, Say.Absent(attribute)) : inside);
    }

    private FlagdTruth Holds(Node item, string attribute, string path)
    {
        if (item.Kind is NodeKind.List or NodeKind.Map) return Leave(path + "[0]", "is a whole list or object");
        var text = item.Kind switch { NodeKind.Text => item.Text, NodeKind.Number => NumberText.Format(item.Number), NodeKind.Bool => item.Bool ? "true" : "false", _ => "null" };
        var contains = text.Length == 0 ? Say.IsTruthy(attribute) : Say.That(new() { Attribute = attribute, Comparison = Comparison.Strict, Contains = new() { Values = { text } } });
        var holds = Say.Any(
            Say.All(Say.IsKind(attribute, Kind.String), contains),
            item.Kind == NodeKind.Null ? Say.Never : Say.All(Say.IsKind(attribute, Kind.List), Some(attribute, new() { OneOf = Say.Sets([item]).Single() })));
        if (item.Kind == NodeKind.Null) report.LeaveOut(path + "[0]", "looks for null in a list");
        var fails = Say.All(Say.IsKind(attribute, Kind.Number, Kind.Bool, Kind.Struct), Say.IsTruthy(attribute));
        return new(holds, fails);
    }

    public FlagdTruth Text(bool atStart, IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count != 2) return new(Say.Never, Say.Never, Say.Always);
        if (operands.Of(arguments[0], path + "[0]") is not { } subject || operands.Of(arguments[1], path + "[1]") is not { } part) return FlagdTruth.Of(false);
        if (subject.Attribute is null || part.Attribute is not null) return Leave(path, "needs an attribute and then a text");
        if (part.Literal.Kind != NodeKind.Text) return new(Say.Never, Say.Never, Say.Always);
        var criterion = new Criterion { Attribute = subject.Attribute, Comparison = Comparison.Strict };
        if (atStart) criterion.StartsWith = new() { Values = { part.Literal.Text } };
        else criterion.EndsWith = new() { Values = { part.Literal.Text } };
        return new(Say.That(criterion), Say.Never, Say.Not(Say.IsKind(subject.Attribute, Kind.String)));
    }

    public FlagdTruth Version(IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count != 3) return new(Say.Never, Say.Never, Say.Always);
        if (operands.Of(arguments[0], path + "[0]") is not { } left || operands.Of(arguments[2], path + "[2]") is not { } right) return FlagdTruth.Of(false);
        var flipped = left.Attribute is null;
        if (left.Attribute is null == (right.Attribute is null)) return Leave(path, "needs an attribute and a version");
        var (attribute, literal) = flipped ? (right.Attribute!, left.Literal) : (left.Attribute!, right.Literal);
        var version = literal.Kind switch { NodeKind.Text => literal.Text, NodeKind.Number => NumberText.Format(literal.Number), _ => "" };
        var op = Op(arguments[1].Kind == NodeKind.Text ? arguments[1].Text : "", flipped);
        if (op == SemVer.Types.Op.Unspecified || !FullVersion.TryParse(version, out _)) return new(Say.Never, Say.Never, Say.Always);
        var known = Say.Any(At(SemVer.Types.Op.Less), At(SemVer.Types.Op.GreaterOrEqual));
        return new(At(op), Say.Never, Say.Not(known));

        Expression At(SemVer.Types.Op order) => Say.That(new() { Attribute = attribute, Comparison = Comparison.Strict, SemVer = new() { Op = order, Version = version } });
    }

    private static SemVer.Types.Op Op(string op, bool flipped) => op switch
    {
        "=" => SemVer.Types.Op.Equal,
        "!=" => SemVer.Types.Op.NotEqual,
        "<" => flipped ? SemVer.Types.Op.Greater : SemVer.Types.Op.Less,
        "<=" => flipped ? SemVer.Types.Op.GreaterOrEqual : SemVer.Types.Op.LessOrEqual,
        ">" => flipped ? SemVer.Types.Op.Less : SemVer.Types.Op.Greater,
        ">=" => flipped ? SemVer.Types.Op.LessOrEqual : SemVer.Types.Op.GreaterOrEqual,
        "^" => SemVer.Types.Op.Caret,
        "~" => SemVer.Types.Op.Tilde,
        _ => SemVer.Types.Op.Unspecified,
    };

    /// <summary>Truthy if one of the attributes is not there; null is there.</summary>
    public FlagdTruth Missing(IReadOnlyList<Node> names, bool all, string path)
    {
        var absent = new List<Expression>();
        for (var i = 0; i < names.Count; i++)
        {
            if (operands.Of(Node.Of(new OrderedDictionary<string, Node> { ["var"] = names[i] }), $"{path}[{i}]") is { Attribute: { } attribute })
                absent.Add(Say.That(new() { Attribute = attribute, Presence = Presence.Missing }));
            else report.LeaveOut($"{path}[{i}]", "is not the name of an attribute");
        }

        return new(all ? Say.All(absent) : Say.Any(absent));
    }

    public FlagdTruth SomeElement(IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count != 2 || operands.Of(arguments[0], path + "[0]") is not { Attribute: { } attribute }) return Leave(path, "needs an attribute and a question");
        if (FlagdOperands.Operation(arguments[1]) is not var (op, inner)) return Leave(path + "[1]", "is no question");
        var parts = FlagdOperands.Arguments(inner);
        if (parts.Count != 2 || !IsElement(parts[0]) || parts[1].Kind == NodeKind.Map) return Leave(path + "[1]", "asks of elements what cannot be asked here");
        var question = (op, parts[1].Kind) switch
        {
            ("===", NodeKind.Text or NodeKind.Number or NodeKind.Bool) => new Quantifier { OneOf = Say.Sets([parts[1]]).Single() },
            ("in", NodeKind.List) when parts[1].Items.All(i => i.Kind == NodeKind.Text) => new Quantifier { OneOf = Say.Sets(parts[1].Items).Single() },
            ("starts_with", NodeKind.Text) => new Quantifier { StartsWith = new() { Values = { parts[1].Text } } },
            ("ends_with", NodeKind.Text) => new Quantifier { EndsWith = new() { Values = { parts[1].Text } } },
            _ => null,
        };
        if (question is null) return Leave(path + "[1]", $"\"{op}\" is asked of elements");
        report.Differs(path + "[0]", "a value that is no list fails there, and does not match here");
        return new(Say.All(Say.IsKind(attribute, Kind.List), Some(attribute, question)));
    }

    private static bool IsElement(Node node) => FlagdOperands.Operation(node) is ("var", { Kind: NodeKind.Text, Text: "" });

    private static Expression Some(string attribute, Quantifier question) =>
        Say.That(new() { Attribute = attribute, Comparison = Comparison.Strict, Some = question });

    private FlagdTruth Leave(string path, string reason) => new(report.LeaveOut(path, reason));
}
