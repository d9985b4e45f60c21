using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.FlagImport.GrowthBook;

/// <summary>GrowthBook's Mongo-like conditions, with the conversions of its JavaScript client.</summary>
internal sealed class GrowthBookConditions(Report report, GrowthBookGroups groups)
{
    private readonly GrowthBookOperators _operators = new(report, groups);

    /// <summary>A condition on the attributes: every member holds.</summary>
    public Expression Of(Node condition, string path)
    {
        if (condition.Kind != NodeKind.Map) return report.LeaveOut(path, "is no condition");
        return Say.All(condition.Members.Select(m => Member(m.Key, m.Value, $"{path}.{m.Key}")).ToList());
    }

    private Expression Member(string key, Node value, string path) => key switch
    {
        "$or" => Or(value, path),
        "$nor" => Say.Not(Or(value, path)),
        "$and" => Say.All(Each(value, path)),
        "$not" => Say.Not(Of(value, path)),
        "$savedGroup" => groups.Whole(value, this, path),
        _ => IsAttribute(key) ? _operators.Value(key, value, path) : report.LeaveOut(path, $"\"{key}\" is no path of attributes"),
    };

    // An empty $or is true there.
    private Expression Or(Node value, string path)
    {
        var parts = Each(value, path);
        return parts.Count == 0 ? Say.Always : Say.Any(parts);
    }

    private List<Expression> Each(Node value, string path)
    {
        if (value.Kind != NodeKind.List) return [report.LeaveOut(path, "is no list of conditions")];
        return [.. value.Items.Select((c, i) => Of(c, $"{path}[{i}]"))];
    }

    /// <summary>Steps that are names: an index into a list, or the resolver's own clock, is not.</summary>
    public static bool IsAttribute(string path) =>
        path != EvaluationContext.Now && path.Split('.').All(s => s.Length > 0 && !s.All(char.IsAsciiDigit));

    /// <summary>A value as text equals a literal; missing is the text "null".</summary>
    public static Expression IsText(string attribute, string literal, bool ignoreCase)
    {
        var equal = Say.IsText(attribute, Comparison.Text, [literal], ignoreCase);
        return literal.Equals("null", ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal) ? Say.Any(equal, Say.Absent(attribute)) : equal;
    }
}
