using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags.Conditions;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.FlagImport.Flagd;

/// <summary>JSONLogic, taken apart: which cases a targeting has, and what each ends in.</summary>
internal sealed class FlagdLogic
{
    // What may fail is asked twice, so each level may triple an expression.
    private const int MaxDepth = 10;
    private readonly Report _report;
    private readonly FlagdOperands _operands;
    private readonly FlagdComparisons _comparisons;
    private readonly FlagdPredicates _predicates;
    private readonly FlagdFractional _fractional;
    private readonly IReadOnlyList<string> _variants;
    private int _depth;

    /// <summary>Within an `if` without an else, which flagd's engine does not compile.</summary>
    public bool Interpreted { get; private set; }

    public FlagdLogic(Report report, string flag, IReadOnlyList<string> variants, bool fractionalV1)
    {
        (_report, _variants) = (report, variants);
        _operands = new(report, flag);
        _comparisons = new(report);
        _predicates = new(report, _operands);
        _fractional = new(report, _operands, this, flag, fractionalV1);
    }

    public List<FlagdCase> Cases(Node node, string path)
    {
        if (node.Kind != NodeKind.Map) return FlagdCase.Only(Literal(node));
        if (FlagdOperands.Operation(node) is not var (op, inner)) return Leave(path, "is not one operation");
        var arguments = FlagdOperands.Arguments(inner);
        path = $"{path}.{op}";
        switch (op)
        {
            case "if" or "?:": return AsEngine(arguments, () => Branches(arguments, path));
            case "fractional": return _fractional.Cases(arguments, path);
            case "and" or "or": return Chain(op == "and", arguments, path);
            case "var": return Attribute(node, path);
            case "missing" or "missing_some": return Names(arguments, path);
        }

        var truth = Truth(node, path[..^(op.Length + 1)]);
        return
        [
            new(truth.Fails, new FlagdResult.Failure()), new(truth.IsNull, new FlagdResult.Default()),
            new(truth.Holds, new FlagdResult.Named("true")), new(Say.Always, new FlagdResult.Named("false")),
        ];
    }

    public FlagdTruth Truth(Node node, string path)
    {
        if (_depth == MaxDepth) return new(_report.LeaveOut(path, $"conditions nested more than {MaxDepth} deep"));
        _depth++;
        var truth = Decide(node, path);
        _depth--;
        return truth;
    }

    private FlagdTruth Decide(Node node, string path)
    {
        if (node.Kind != NodeKind.Map) return FlagdTruth.Of(node.IsTruthy && (node.Kind != NodeKind.List || node.Items.Count > 0));
        if (FlagdOperands.Operation(node) is not var (op, inner)) return new(_report.LeaveOut(path, "is not one operation"));
        var arguments = FlagdOperands.Arguments(inner);
        path = $"{path}.{op}";
        switch (op)
        {
            case "!" or "not": return arguments.Count == 0 ? FlagdTruth.Of(true) : Truth(arguments[0], path).Not();
            case "!!": return arguments.Count == 0 ? FlagdTruth.Of(false) : Truth(arguments[0], path) with { IsNull = Say.Never };
            case "and" or "or": return Joined(op == "and", [.. arguments.Select((a, i) => Truth(a, $"{path}[{i}]"))]);
            case "if" or "?:": return AsEngine(arguments, () => Chosen(arguments, path));
            case "==" or "!=" or "===" or "!==" or "<" or "<=" or ">" or ">=": return Compare(op, arguments, path);
            case "in": return _predicates.In(arguments, path);
            case "starts_with" or "ends_with": return _predicates.Text(op == "starts_with", arguments, path);
            case "sem_ver": return _predicates.Version(arguments, path);
            case "missing": return _predicates.Missing(arguments, false, path);
            case "missing_some" when arguments is [{ Kind: NodeKind.Number, Number: 1 }, { Kind: NodeKind.List } names]: return _predicates.Missing(names.Items, true, path);
            case "some": return _predicates.SomeElement(arguments, path);
            case "none": return _predicates.SomeElement(arguments, path).Not();
            case "var" when _operands.Of(node, path) is { } operand: return Attribute(operand);
            default: return new(_report.LeaveOut(path, $"\"{op}\" is not an operation that can be expressed"));
        }
    }

    private T AsEngine<T>(IReadOnlyList<Node> arguments, Func<T> read)
    {
        var before = Interpreted;
        Interpreted |= arguments.Count < 3;
        var result = read();
        Interpreted = before;
        return result;
    }

    private static FlagdTruth Attribute(FlagdOperand operand) => operand.Attribute is not { } attribute
        ? FlagdTruth.Of(operand.Literal.IsTruthy)
        : attribute == Flags.EvaluationContext.Now ? FlagdTruth.Of(true) : new(Say.All(Say.IsTruthy(attribute), Say.Not(GrowthBook.GrowthBookLists.Size(attribute, 0, 0))));

    private static FlagdResult Literal(Node node) => node.Kind switch
    {
        NodeKind.Text => new FlagdResult.Named(node.Text),
        NodeKind.Number => new FlagdResult.Named(NumberText.Format(node.Number)),
        NodeKind.Bool => new FlagdResult.Named(node.Bool ? "true" : "false"),
        NodeKind.Null => new FlagdResult.Default(),
        _ => new FlagdResult.Failure(),
    };

    private List<FlagdCase> Branches(IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count < 2) return arguments.Count == 1 ? Cases(arguments[0], path + "[0]") : FlagdCase.Only(new FlagdResult.Default());
        var cases = new List<FlagdCase>();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var condition = Truth(arguments[i], $"{path}[{i}]");
            cases.Add(new(condition.Fails, new FlagdResult.Failure()));
            cases.AddRange(Cases(arguments[i + 1], $"{path}[{i + 1}]").Select(c => c.Within(condition.Holds)));
        }

        cases.AddRange(arguments.Count % 2 == 1 ? Cases(arguments[^1], $"{path}[{arguments.Count - 1}]") : FlagdCase.Only(new FlagdResult.Default()));
        return cases;
    }

    // `and` gives its first falsy operand or the last, `or` its first truthy one or the last.
    private List<FlagdCase> Chain(bool and, IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count == 0) return FlagdCase.Only(new FlagdResult.Default());
        if (_depth == MaxDepth) return Leave(path, $"conditions nested more than {MaxDepth} deep");
        var cases = new List<FlagdCase>();
        _depth++;
        for (var i = 0; i < arguments.Count - 1; i++)
        {
            var truth = Truth(arguments[i], $"{path}[{i}]");
            cases.Add(new(truth.Fails, new FlagdResult.Failure()));
            var decided = and ? Say.Not(truth.Holds) : truth.Holds;
            cases.AddRange(Cases(arguments[i], $"{path}[{i}]").Select(c => c.Within(decided)));
        }

        cases.AddRange(Cases(arguments[^1], $"{path}[{arguments.Count - 1}]"));
        _depth--;
        return cases;
    }

    // The attribute names the variant.
    private List<FlagdCase> Attribute(Node node, string path)
    {
        if (_operands.Of(node, path) is not { } operand) return [];
        if (operand.Attribute is not { } attribute) return FlagdCase.Only(Literal(operand.Literal));
        if (attribute == Flags.EvaluationContext.Now) return Leave(path, "the time as the name of a variant");
        return
        [
            new(Say.Absent(attribute), new FlagdResult.Default()),
            .. _variants.Select(v => new FlagdCase(Say.IsText(attribute, Comparison.Text, [v]), new FlagdResult.Named(v))),
            new(Say.Always, new FlagdResult.Failure()),
        ];
    }

    // The names that are missing, joined by ",": hardly a variant.
    private List<FlagdCase> Names(IReadOnlyList<Node> arguments, string path) =>
        _variants.Any(v => v.Length == 0 || v.Contains(',', StringComparison.Ordinal) || arguments.Concat(arguments.SelectMany(a => a.Items)).Any(a => a.Kind == NodeKind.Text && a.Text == v))
            ? Leave(path, "may name a variant")
            : FlagdCase.Only(new FlagdResult.Failure());

    private static FlagdTruth Joined(bool and, List<FlagdTruth> parts)
    {
        if (parts.Count == 0) return FlagdTruth.Of(false);
        var (reached, fails) = (Say.Always, new List<Expression>());
        foreach (var part in parts)
        {
            fails.Add(Say.All(reached, part.Fails));
            reached = Say.All(reached, and ? part.Holds : Say.Not(part.Holds));
        }

        return new(and ? Say.All(parts.Select(p => p.Holds)) : Say.Any(parts.Select(p => p.Holds)), Say.Any(fails));
    }

    private FlagdTruth Chosen(IReadOnlyList<Node> arguments, string path)
    {
        var (reached, holds, fails) = (Say.Always, new List<Expression>(), new List<Expression>());
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var (test, then) = (Truth(arguments[i], $"{path}[{i}]"), Truth(arguments[i + 1], $"{path}[{i + 1}]"));
            fails.Add(Say.All(reached, test.Fails));
            fails.Add(Say.All(reached, test.Holds, then.Fails));
            holds.Add(Say.All(reached, test.Holds, then.Holds));
            reached = Say.All(reached, Say.Not(test.Holds));
        }

        if (arguments.Count % 2 == 1)
        {
            var last = Truth(arguments[^1], $"{path}[{arguments.Count - 1}]");
            fails.Add(Say.All(reached, last.Fails));
            holds.Add(Say.All(reached, last.Holds));
        }

        return new(Say.Any(holds), Say.Any(fails));
    }

    private FlagdTruth Compare(string op, IReadOnlyList<Node> arguments, string path)
    {
        if (arguments.Count < 2) return new(Say.Never, Say.Always);
        var sides = arguments.Select((a, i) => _operands.Of(a, $"{path}[{i}]")).OfType<FlagdOperand>().ToList();
        if (sides.Count < arguments.Count) return FlagdTruth.Of(false);
        if (sides.Count > 2 && sides.Exists(side => side.Attribute is null && side.Literal.Kind != NodeKind.Number)) return new(_report.LeaveOut(path, "a chain of comparisons with what is no number"));
        return Joined(true, [.. Enumerable.Range(0, sides.Count - 1).Select(i => _comparisons.Compare(op, sides[i], sides[i + 1], Interpreted, path))]);
    }

    private List<FlagdCase> Leave(string path, string reason)
    {
        _report.LeaveOut(path, reason);
        return [];
    }
}
