using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.GrowthBook;

/// <summary>Saved groups become segments: once for each attribute they are asked about.</summary>
internal sealed class GrowthBookGroups(Node savedGroups, FlagState state, Report report)
{
    private const int MaxDepth = 50;
    private int _depth;
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>The group as a list of values. Null: a kind of group that matches nobody here.</summary>
    public IReadOnlyList<Node>? Values(Node id, string path)
    {
        if (id.Kind != NodeKind.Text)
        {
            report.LeaveOut(path, "names no group");
            return null;
        }

        return savedGroups[id.Text] switch
        {
            null => [],
            { Kind: NodeKind.List } list => list.Items,
            { Kind: NodeKind.Map } entry when entry.TextOf("type") == "list" && entry["values"] is { Kind: NodeKind.List } values => values.Items,
            _ => null,
        };
    }

    /// <summary>The attribute, or an element of it, is in the group.</summary>
    public Expression Members(Node id, string attribute, IReadOnlyList<Node> values) =>
        values.Count < 20 ? OneOf(attribute, values, false) : Segment($"{id.Text}/{attribute}", () => OneOf(attribute, values, false));

    /// <summary>A reference to a group by itself. What is not recognised matches nobody.</summary>
    public Expression Whole(Node reference, GrowthBookConditions conditions, string path)
    {
        if (reference.Kind != NodeKind.Map || reference["id"] is not { Kind: NodeKind.Text } id) return Say.Never;
        if (reference["attributeKey"] is { Kind: not NodeKind.Text }) return Say.Never;
        if (savedGroups[id.Text] is not { Kind: NodeKind.Map } entry) return Say.Never;
        if (entry.TextOf("type") == "condition")
        {
            return entry["condition"] is { Kind: NodeKind.Map } condition ? Segment(id.Text, () => conditions.Of(condition, $"savedGroups.{id.Text}.condition")) : Say.Never;
        }

        if (entry.TextOf("type") != "list" || entry["values"] is not { Kind: NodeKind.List } values) return Say.Never;
        var key = reference["attributeKey"] ?? entry["attributeKey"];
        if (key is not { Kind: NodeKind.Text }) return Say.Never;
        return GrowthBookConditions.IsAttribute(key.Text) ? Members(id, key.Text, values.Items) : report.LeaveOut(path, $"\"{key.Text}\" is no path of attributes");
    }

    /// <summary>=== with one of the literals; of a list, some element.</summary>
    public static Expression OneOf(string attribute, IReadOnlyList<Node> literals, bool ignoreCase)
    {
        var some = GrowthBookLists.Anything(attribute, literals, ignoreCase);
        return literals.Any(l => l.Kind == NodeKind.Null) ? Say.Any(some, Say.Absent(attribute)) : some;
    }

    // A group met again inside itself matches nobody there; a segment met again inside itself is false here.
    private Expression Segment(string name, Func<Expression> targeting)
    {
        if (_depth == MaxDepth) return report.LeaveOut($"savedGroups.{name}", $"groups refer to each other more than {MaxDepth} deep");
        if (_made.Add(name))
        {
            _depth++;
            var segment = new Segment { Name = name };
            state.Segments.Add(segment);
            var made = targeting();
            if (Say.IsAlways(made)) segment.Everyone = true;
            else segment.Targeting = made;
            _depth--;
        }

        return new() { Segment = name };
    }
}
