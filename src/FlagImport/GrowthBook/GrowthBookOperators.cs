using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags.Conditions;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;
using Kind = Busker.Experiments.V1.Kinds.Types.Kind;

namespace Busker.FlagImport.GrowthBook;

/// <summary>What GrowthBook asks of one attribute.</summary>
internal sealed class GrowthBookOperators(Report report, GrowthBookGroups groups)
{
    private readonly GrowthBookLists _lists = new(report);

    public Expression Value(string attribute, Node condition, string path)
    {
        switch (condition.Kind)
        {
            case NodeKind.Text: return GrowthBookConditions.IsText(attribute, condition.Text, false);
            case NodeKind.Number: return Say.Ordered(attribute, Comparison.Loose, "=", Say.Literal(condition.Number));
            case NodeKind.Bool: return condition.Bool ? Say.IsTruthy(attribute) : Say.IsEmpty(attribute);
            case NodeKind.Null: return Say.Absent(attribute);
            case NodeKind.List when condition.Items.Count == 0: return GrowthBookLists.Size(attribute, 0, 0);
        }

        if (condition.Kind == NodeKind.List || condition.Members.Count == 0 || condition.Members.Keys.Any(k => !k.StartsWith('$')))
        {
            return report.LeaveOut(path, "compares with a whole list or object");
        }

        return Say.All(condition.Members.Select(m => Operator(attribute, m.Key, m.Value, $"{path}.{m.Key}")).ToList());
    }

    private Expression Operator(string attribute, string op, Node expected, string path) => op switch
    {
        "$eq" => Say.IsStrictly(attribute, expected),
        "$ne" => Say.Not(Say.IsStrictly(attribute, expected)),
        "$lt" => Ordered(attribute, "<", expected, path),
        "$lte" => Ordered(attribute, "<=", expected, path),
        "$gt" => Ordered(attribute, ">", expected, path),
        "$gte" => Ordered(attribute, ">=", expected, path),
        "$exists" => expected.IsTruthy ? Say.Present(attribute) : Say.Absent(attribute),
        "$in" or "$ini" => In(attribute, expected, op == "$ini"),
        "$nin" or "$nini" => expected.Kind == NodeKind.List ? Say.Not(In(attribute, expected, op == "$nini")) : Say.Never,
        "$inGroup" => groups.Values(expected, path) is { } values ? groups.Members(expected, attribute, values) : Say.Never,
        "$notInGroup" => groups.Values(expected, path) is { } values ? Say.Not(groups.Members(expected, attribute, values)) : Say.Never,
        "$not" => Say.Not(Value(attribute, expected, path)),
        "$size" => _lists.SizeIs(attribute, expected, path),
        "$elemMatch" => _lists.SomeElement(attribute, expected, path),
        "$all" or "$alli" => _lists.HasAll(attribute, expected, op == "$alli", path),
        "$regex" or "$regexi" => Pattern(attribute, expected, op == "$regexi", path),
        "$type" => OfKind(attribute, expected),
        "$veq" => Version(attribute, SemVer.Types.Op.Equal, expected),
        "$vne" => Version(attribute, SemVer.Types.Op.NotEqual, expected),
        "$vlt" => Version(attribute, SemVer.Types.Op.Less, expected),
        "$vlte" => Version(attribute, SemVer.Types.Op.LessOrEqual, expected),
        "$vgt" => Version(attribute, SemVer.Types.Op.Greater, expected),
        "$vgte" => Version(attribute, SemVer.Types.Op.GreaterOrEqual, expected),
        _ => Say.Never, // as its client answers
    };

    // JavaScript: two strings by their code units, anything else as numbers; lists and objects become strings first.
    private Expression Ordered(string attribute, string op, Node expected, string path)
    {
        if (expected.Kind is NodeKind.List or NodeKind.Map) return report.LeaveOut(path, "an order against a list or an object");
        var number = JsNumber.Of(expected);
        var byNumber = double.IsNaN(number) ? Say.Never : Say.Ordered(attribute, Comparison.Loose, op, Say.Literal(number));
        if (expected.Kind != NodeKind.Text) return byNumber;
        var texts = Say.IsKind(attribute, Kind.String, Kind.List, Kind.Struct);
        return Say.Any(
            Say.All(texts, Say.Ordered(attribute, Comparison.Text, op, Say.Literal(expected.Text))),
            Say.All(Say.Not(texts), byNumber));
    }

    private static Expression In(string attribute, Node expected, bool ignoreCase) =>
        expected.Kind != NodeKind.List ? Say.Never : GrowthBookGroups.OneOf(attribute, expected.Items, ignoreCase);

    private Expression Pattern(string attribute, Node expected, bool ignoreCase, string path)
    {
        if (expected.Kind != NodeKind.Text) return report.LeaveOut(path, "is no text");
        if (ignoreCase && expected.Text.Any(c => c > 127)) return report.LeaveOut(path, "a regex that ignores the case of letters beyond ASCII");
        var (program, refusal) = PatternSyntax.Compile(expected.Text, ignoreCase);
        if (program is null) return report.LeaveOut(path, $"/{expected.Text}/: {refusal}");
        var matches = Say.That(new() { Attribute = attribute, Comparison = Comparison.Text, Matches = new() { Regex = expected.Text, IgnoreCase = ignoreCase } });
        return new PatternPredicate(program, Comparison.Text).IsMatch("null") ? Say.Any(matches, Say.Absent(attribute)) : matches;
    }

    private static Expression OfKind(string attribute, Node expected) => (expected.Kind == NodeKind.Text ? expected.Text : "") switch
    {
        "string" => Say.IsKind(attribute, Kind.String),
        "number" => Say.IsKind(attribute, Kind.Number),
        "boolean" => Say.IsKind(attribute, Kind.Bool),
        "array" => Say.IsKind(attribute, Kind.List),
        "object" => Say.IsKind(attribute, Kind.Struct),
        "null" => Say.Absent(attribute),
        _ => Say.Never,
    };

    private static Expression Version(string attribute, SemVer.Types.Op op, Node expected)
    {
        var version = expected.Kind switch { NodeKind.Text => expected.Text, NodeKind.Number => NumberText.Format(expected.Number), _ => "" };
        return Say.That(new() { Attribute = attribute, Comparison = Comparison.Strict, SemVer = new() { Op = op, Version = version, Form = SemVer.Types.Form.Padded } });
    }
}
