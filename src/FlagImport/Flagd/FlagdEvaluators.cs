using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.Flagd;

/// <summary>
/// `$ref` to a shared evaluator. flagd replaces them one evaluator after the other, so one may refer to those after it only;
/// a reference back, or to itself, is never replaced there, and the flag fails.
/// </summary>
internal sealed class FlagdEvaluators(Node evaluators, Report report)
{
    private const int MaxNodes = 200_000, MaxDepth = 128;
    private int _nodes, _depth;

    /// <summary>Each flag may unfold to so much.</summary>
    public Node Of(Node targeting, string path)
    {
        _nodes = 0;
        return Expand(targeting, path, -1);
    }

    private Node Expand(Node node, string path, int after)
    {
        if (++_nodes > MaxNodes)
        {
            if (_nodes == MaxNodes + 1) report.LeaveOut(path, "its evaluators unfold to too much");
            return Node.Null;
        }

        if (node.Kind == NodeKind.List) return Node.Of(node.Items.Select((item, i) => Expand(item, $"{path}[{i}]", after)).ToList());
        if (node.Kind != NodeKind.Map) return node;
        if (node.Members.Count == 1 && node["$ref"] is { Kind: NodeKind.Text } reference) return Referred(reference.Text, path, after);
        var members = new OrderedDictionary<string, Node>(StringComparer.Ordinal);
        foreach (var (name, value) in node.Members) members[name] = Expand(value, $"{path}.{name}", after);
        return Node.Of(members);
    }

    private Node Referred(string name, string path, int after)
    {
        var at = evaluators.Members.IndexOf(name);
        if (at > after && _depth < MaxDepth)
        {
            _depth++;
            var expanded = Expand(evaluators.Members.GetAt(at).Value, $"$evaluators.{name}", at);
            _depth--;
            return expanded;
        }

        report.LeaveOut(path, at > after ? "its evaluators refer to each other too deep" : at < 0 ? $"there is no evaluator \"{name}\"" : $"refers to \"{name}\" from itself or from an evaluator after it");
        return Node.Null;
    }
}
