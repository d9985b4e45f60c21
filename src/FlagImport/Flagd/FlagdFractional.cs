using System.Text;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Busker.Flags.Hashing;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;
using Kind = Busker.Experiments.V1.Kinds.Types.Kind;

namespace Busker.FlagImport.Flagd;

/// <summary>flagd's split by the hash of a text. Weights are parts of their sum.</summary>
internal sealed class FlagdFractional(Report report, FlagdOperands operands, FlagdLogic logic, string flag, bool v1)
{
    private readonly Algorithm _algorithm = v1 ? Algorithm.Murmur332Absolute : Algorithm.Murmur332Scaled;

    private static List<FlagdCase> Nothing => FlagdCase.Only(new FlagdResult.Default());

    public List<FlagdCase> Cases(IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count < (v1 ? 2 : 1)) return Nothing;
        var own = arguments[0].Kind == NodeKind.List ? null : By(arguments[0], path + "[0]");
        if (arguments[0].Kind != NodeKind.List && own is null) return Nothing;
        var parts = Parts(own is null ? arguments : [.. arguments.Skip(1)], path);
        if (parts is null) return Nothing;
        var total = parts.Sum(p => (long)p.Weight);
        if (total is 0 or > int.MaxValue) return Nothing;
        return own is null ? ByTargetingKey(parts, (uint)total) : ByText(own, parts, (uint)total);
    }

    private sealed record Part(uint Weight, uint Lower, List<FlagdCase> Cases);

    /// <summary>A text with at most one attribute in it. Pieces: how many `cat` joins; 0: there is no `cat`.</summary>
    private sealed record Subject(string Prefix, string? Attribute, string Suffix, int Pieces);

    private Subject? By(Node node, string path)
    {
        if (node.Kind == NodeKind.Text) return new(node.Text, null, "", 0);
        if (node.Kind != NodeKind.Map) return null;
        if (FlagdOperands.Operation(node) is not ("cat", var inner))
        {
            return operands.Of(node, path) is not { } operand ? null
                : operand.Attribute is null ? new(operand.Literal.Kind == NodeKind.Text ? operand.Literal.Text : "", null, "", 0)
                : new("", operand.Attribute, "", 0);
        }

        var (prefix, attribute, suffix) = (new StringBuilder(), (string?)null, new StringBuilder());
        foreach (var piece in FlagdOperands.Arguments(inner))
        {
            if (operands.Of(piece, path + ".cat") is not { } operand) return null;
            if (operand.Attribute is not null && (attribute is not null || operand.Attribute == EvaluationContext.Now))
            {
                report.LeaveOut(path + ".cat", "hashes more than one attribute");
                return null;
            }

            if (operand.Attribute is not null) attribute = operand.Attribute;
            else (attribute is null ? prefix : suffix).Append(operand.Literal.Kind == NodeKind.Null && logic.Interpreted ? "" : TextOf(operand.Literal));
        }

        return new(prefix.ToString(), attribute, suffix.ToString(), FlagdOperands.Arguments(inner).Count);
    }

    private static string TextOf(Node literal) => literal.Kind switch
    {
        NodeKind.Text => literal.Text,
        NodeKind.Number => Flags.Conditions.NumberText.Format(literal.Number),
        NodeKind.Bool => literal.Bool ? "true" : "false",
        NodeKind.Null => "null",
        _ => string.Join(',', literal.Items.Select(TextOf)),
    };

    /// <summary>Null: it gives nothing.</summary>
    private List<Part>? Parts(IReadOnlyList<Node> entries, string path)
    {
        var (parts, lower) = (new List<Part>(), 0u);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Kind != NodeKind.List || entries[i].Items is not { Count: 1 or 2 } entry) return Left(entries[i], $"{path}[{i}]");
            if (entry.Count == 2 && (entry[1].Kind != NodeKind.Number || Math.Floor(entry[1].Number) != entry[1].Number)) return Left(entry[1], $"{path}[{i}][1]");
            if (entry[0].Kind == NodeKind.List) return null;
            if (v1 && entry.Count == 2 && entry[1].Number < 0) report.LeaveOut($"{path}[{i}][1]", "is negative, which the older split does not cut to 0");
            var weight = entry.Count == 2 ? Math.Max(0, entry[1].Number) : 1;
            if (weight + lower > int.MaxValue) return null;
            var cases = logic.Cases(entry[0], $"{path}[{i}][0]");
            if (entry[0].Kind == NodeKind.Map && cases.Exists(c => c.Result is FlagdResult.Failure && !Say.IsNever(c.When))) report.LeaveOut($"{path}[{i}][0]", "may fail, and then fails the whole split");
            parts.Add(new((uint)weight, lower, cases));
            lower += (uint)weight;
        }

        return parts;
    }

    private List<Part>? Left(Node node, string path)
    {
        if (node.Kind == NodeKind.Map) report.LeaveOut(path, "is computed");
        return null;
    }

    private List<FlagdCase> ByTargetingKey(List<Part> parts, uint total)
    {
        var unit = Say.IsTruthy(EvaluationContext.TargetingKey);
        var hash = new BucketHash { Algorithm = _algorithm, Prefix = flag };
        if (parts.TrueForAll(p => p.Cases is [_]))
        {
            var split = parts.Where(p => p.Weight > 0).Select(p => (new BucketRange { Lower = p.Lower, Upper = p.Lower + p.Weight }, p.Cases[0].Result)).ToList();
            return [new(unit, new FlagdResult.Split(hash, total, split)), .. Nothing];
        }

        return [.. Gated(unit, EvaluationContext.TargetingKey, hash, parts, total), .. Nothing];
    }

    private List<FlagdCase> ByText(Subject by, List<Part> parts, uint total)
    {
        if (by.Attribute is not { } attribute) return Constant(by.Prefix + by.Suffix, parts, total);
        var hash = new BucketHash { Algorithm = _algorithm, Prefix = by.Prefix, Suffix = by.Suffix };
        if (by.Pieces == 0) return [.. Empty(Say.IsStrictly(attribute, Node.Of("")), ""), .. Gated(Say.IsKind(attribute, Kind.String), attribute, hash, parts, total), .. Nothing];
        return
        [
            .. logic.Interpreted && by.Pieces == 1 ? [new(Say.Absent(attribute), new FlagdResult.Failure())] : Empty(Say.Absent(attribute), logic.Interpreted ? "" : "null"), .. Empty(Say.IsStrictly(attribute, Node.Of("")), ""),
            .. Empty(Say.IsStrictly(attribute, Node.Of(true)), "true"), .. Empty(Say.IsStrictly(attribute, Node.Of(false)), "false"),
            .. Gated(Say.IsKind(attribute, Kind.String, Kind.Number), attribute, hash, parts, total), .. Nothing,
        ];

        IEnumerable<FlagdCase> Empty(Expression when, string text) => Constant(by.Prefix + text + by.Suffix, parts, total).Select(c => c.Within(when));
    }

    private List<FlagdCase> Constant(string text, List<Part> parts, uint total)
    {
        var bucket = Bucketing.Of(_algorithm, Encoding.UTF8.GetBytes(text), total);
        return parts.Find(p => bucket >= p.Lower && bucket < p.Lower + p.Weight)?.Cases ?? Nothing;
    }

    private static IEnumerable<FlagdCase> Gated(Expression unit, string attribute, BucketHash hash, List<Part> parts, uint total) =>
        parts.Where(p => p.Weight > 0).SelectMany(p =>
        {
            var gate = Say.Gate(attribute, hash, total, [new BucketRange { Lower = p.Lower, Upper = p.Lower + p.Weight }]);
            return p.Cases.Select(c => c.Within(Say.All(unit, gate)));
        });
}
