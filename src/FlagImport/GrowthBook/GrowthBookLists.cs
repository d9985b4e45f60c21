using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;
using Kind = Busker.Experiments.V1.Kinds.Types.Kind;

namespace Busker.FlagImport.GrowthBook;

/// <summary>What GrowthBook asks of attributes that are lists.</summary>
internal sealed class GrowthBookLists(Report report)
{
    public static Expression Size(string attribute, double atLeast, double atMost) =>
        atMost < 0 || atLeast > atMost || atLeast > uint.MaxValue ? Say.Never : Say.That(new()
        {
            Attribute = attribute, Comparison = Comparison.Strict,
            Size = new() { AtLeast = (uint)Math.Max(0, atLeast), AtMost = (uint)Math.Min(uint.MaxValue, atMost) },
        });

    public Expression SizeIs(string attribute, Node expected, string path)
    {
        if (expected.Kind == NodeKind.Number) return Whole(attribute, expected.Number, expected.Number);
        if (expected.Kind != NodeKind.Map || expected.Members.Count == 0 || expected.Members.Values.Any(v => v.Kind != NodeKind.Number)) return report.LeaveOut(path, "asks of a size what is no number");
        var parts = new List<Expression> { Say.IsKind(attribute, Kind.List) };
        foreach (var (op, n) in expected.Members.Select(m => (m.Key, m.Value.Number)))
        {
            parts.Add(op switch
            {
                "$eq" => Whole(attribute, n, n),
                "$ne" => Say.Not(Whole(attribute, n, n)),
                "$gt" => Size(attribute, Math.Floor(n) + 1, uint.MaxValue),
                "$gte" => Size(attribute, Math.Ceiling(n), uint.MaxValue),
                "$lt" => Size(attribute, 0, Math.Ceiling(n) - 1),
                "$lte" => Size(attribute, 0, Math.Floor(n)),
                _ => report.LeaveOut($"{path}.{op}", "is asked of a size"),
            });
        }

        return Say.All(parts);
    }

    public Expression SomeElement(string attribute, Node expected, string path)
    {
        if (expected.Kind != NodeKind.Map || expected.Members.Count == 0 || expected.Members.Keys.Any(k => !k.StartsWith('$'))) return report.LeaveOut(path, "looks into lists of objects");
        var list = Say.IsKind(attribute, Kind.List);
        if (expected.Members.All(m => m.Key is "$lt" or "$lte" or "$gt" or "$gte" && m.Value.Kind == NodeKind.Number)) return Say.All(list, Some(attribute, Comparison.Text, new() { Between = Interval(expected) }));
        if (expected.Members.Count > 1) return report.LeaveOut(path, "asks several things of the same element");
        var (op, value) = (expected.Members.GetAt(0).Key, expected.Members.GetAt(0).Value);
        return op switch
        {
            "$eq" when value.Kind is NodeKind.Bool or NodeKind.Number or NodeKind.Text => Say.All(list, Anything(attribute, [value], false)),
            "$in" or "$ini" when value.Kind == NodeKind.List => Say.All(list, Anything(attribute, value.Items, op == "$ini")),
            "$regex" when value.Kind == NodeKind.Text => Say.All(list, Some(attribute, Comparison.Text, new() { Matches = new() { Regex = value.Text } })),
            _ => report.LeaveOut($"{path}.{op}", "is asked of elements"),
        };
    }

    public Expression HasAll(string attribute, Node expected, bool ignoreCase, string path)
    {
        if (expected.Kind != NodeKind.List) return Say.Never;
        var parts = new List<Expression> { Say.IsKind(attribute, Kind.List) };
        foreach (var (item, i) in expected.Items.Select((item, i) => (item, i)))
        {
            parts.Add(item.Kind switch
            {
                NodeKind.Text when !item.Text.Equals("null", StringComparison.OrdinalIgnoreCase) =>
                    Some(attribute, Comparison.Text, new() { OneOf = new() { Values = { Say.Literal(item.Text) }, IgnoreCase = ignoreCase } }),
                NodeKind.Number => Some(attribute, Comparison.Loose, new() { Between = Say.Range("=", Say.Literal(item.Number)) }),
                _ => report.LeaveOut($"{path}[{i}]", "is asked of elements"),
            });
        }

        return Say.All(parts);
    }

    /// <summary>Some element, or the value itself, is one of these.</summary>
    public static Expression Anything(string attribute, IEnumerable<Node> values, bool ignoreCase) =>
        Say.Any(Say.Sets(values, ignoreCase).Select(set => Some(attribute, Comparison.Strict, new() { OneOf = set })).ToList());

    private static Expression Whole(string attribute, double atLeast, double atMost) =>
        Math.Floor(atLeast) == atLeast && atLeast >= 0 ? Size(attribute, atLeast, atMost) : Say.Never;

    private static Expression Some(string attribute, Comparison comparison, Quantifier inner) =>
        Say.That(new() { Attribute = attribute, Comparison = comparison, Some = inner });

    private static Between Interval(Node bounds)
    {
        var between = new Between();
        foreach (var (op, value) in bounds.Members)
        {
            var (n, open) = (value.Number, op is "$lt" or "$gt");
            if (op is "$gt" or "$gte" && (between.Lower is null || n > between.Lower.Number || (n == between.Lower.Number && open))) (between.Lower, between.LowerExclusive) = (Say.Literal(n), open);
            if (op is "$lt" or "$lte" && (between.Upper is null || n < between.Upper.Number || (n == between.Upper.Number && open))) (between.Upper, between.UpperExclusive) = (Say.Literal(n), open);
        }

        return between;
    }
}
