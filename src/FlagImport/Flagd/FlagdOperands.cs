using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.FlagImport.GrowthBook;
using Busker.Flags;

namespace Busker.FlagImport.Flagd;

/// <summary>What `var` names.</summary>
internal sealed class FlagdOperands(Report report, string flag)
{
    /// <summary>The one operation of a node; null: it is a literal.</summary>
    public static (string Name, Node Arguments)? Operation(Node node) =>
        node.Kind == NodeKind.Map && node.Members.Count == 1 ? (node.Members.GetAt(0).Key, node.Members.GetAt(0).Value) : null;

    /// <summary>The arguments as a list; a single one stands for itself.</summary>
    public static IReadOnlyList<Node> Arguments(Node arguments) => arguments.Kind == NodeKind.List ? arguments.Items : [arguments];

    /// <summary>Null: it is neither, and the flag is left out.</summary>
    public FlagdOperand? Of(Node node, string path)
    {
        if (node.Kind != NodeKind.Map) return new(null, node);
        if (Operation(node) is not ("var", var arguments)) return Leave(path, "compares with the result of another operation");
        var parts = Arguments(arguments);
        if (parts.Count > 1 && parts[1].Kind != NodeKind.Null) return Leave(path + ".var", "has a value for when it is missing");
        if (parts.Count == 0 || parts[0].Kind != NodeKind.Text || parts[0].Text.Length == 0) return Leave(path + ".var", "is not the name of an attribute");
        return Named(parts[0].Text, path + ".var");
    }

    private FlagdOperand? Named(string name, string path)
    {
        if (name == "$flagd.flagKey") return new(null, Node.Of(flag));
        if (name == "$flagd.timestamp") return new(EvaluationContext.Now, Node.Null);
        if (name == "targetingKey") return new(EvaluationContext.TargetingKey, Node.Null);
        var steps = name.Split('.');
        if (name.StartsWith("$flagd", StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal) || name.Contains("../", StringComparison.Ordinal)
            || steps.Contains("length") || !GrowthBookConditions.IsAttribute(name)) return Leave(path, $"\"{name}\" is not the name of an attribute");
        return new(name, Node.Null);
    }

    private FlagdOperand? Leave(string path, string reason)
    {
        report.LeaveOut(path, reason);
        return null;
    }
}
