using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;
using Kind = Busker.Experiments.V1.Kinds.Types.Kind;

namespace Busker.FlagImport.Flagd;

/// <summary>
/// Comparisons as flagd's JSONLogic engine for JavaScript makes them: text with text and null as JavaScript does, anything
/// else as numbers; what is no number fails the evaluation.
/// </summary>
internal sealed class FlagdComparisons(Report report)
{
    private static readonly Kind[] Compound = [Kind.List, Kind.Struct];

    /// <param name="interpreted">The engine does not compile this part, and then treats both sides alike.</param>
    public FlagdTruth Compare(string op, FlagdOperand left, FlagdOperand right, bool interpreted, string path)
    {
        if (left.Attribute is not null && right.Attribute is not null) return Leave(path, "compares two attributes");
        if (left.Attribute is null && right.Attribute is null) return Constant(op, left.Literal, right.Literal, path);
        if (left.Attribute is null) return Flipped(op, right.Attribute!, left.Literal, interpreted, path);
        var literal = right.Literal;
        if (literal.Kind is NodeKind.List or NodeKind.Map) return Leave(path, "compares with a whole list or object");
        if (left.Attribute == EvaluationContext.Now) return Now(op, literal, path);
        return op switch
        {
            "===" => new(Say.IsStrictly(left.Attribute, literal)),
            "!==" => new(Say.Not(Say.IsStrictly(left.Attribute, literal))),
            "==" => new(Equal(left.Attribute, literal), Fails(left.Attribute, literal)),
            "!=" => new(Say.Not(Equal(left.Attribute, literal)), Fails(left.Attribute, literal)),
            _ => new(Ordered(op, left.Attribute, literal), Fails(left.Attribute, literal)),
        };
    }

    // With the literal first the engine looks at the attribute only, so text that is no number is just not equal.
    private FlagdTruth Flipped(string op, string attribute, Node literal, bool interpreted, string path)
    {
        op = op switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => op };
        if (interpreted || attribute == EvaluationContext.Now || op is "===" or "!==" || literal.Kind is NodeKind.List or NodeKind.Map)
        {
            return Compare(op, new(attribute, Node.Null), new(null, literal), interpreted, path);
        }

        var fails = Say.IsKind(attribute, Compound);
        if (op is not ("==" or "!=")) return new(Ordered(op, attribute, literal), fails);
        var equal = literal.Kind == NodeKind.Null ? Say.Absent(attribute) : Say.All(Say.Present(attribute), Equal(attribute, literal));
        return new(op == "==" ? equal : Say.Not(equal), fails);
    }

    private FlagdTruth Constant(string op, Node left, Node right, string path)
    {
        if (left.Kind != right.Kind || left.Kind is NodeKind.List or NodeKind.Map) return Leave(path, "compares two literals of different kinds");
        var order = left.Kind == NodeKind.Text ? string.CompareOrdinal(left.Text, right.Text) : left.Number.CompareTo(right.Number);
        return FlagdTruth.Of(op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, ">=" => order >= 0, "!=" or "!==" => order != 0, _ => order == 0 });
    }

    private static Expression Equal(string attribute, Node literal)
    {
        var number = JsNumber.Of(literal);
        var numeric = double.IsNaN(number) ? Say.Never : Say.Ordered(attribute, Comparison.Loose, "=", Say.Literal(number));
        return literal.Kind switch
        {
            NodeKind.Null => Say.Any(Say.Absent(attribute), Say.IsStrictly(attribute, Node.Of(0)), Say.IsStrictly(attribute, Node.Of(false))),
            NodeKind.Text => Say.Any(Say.IsStrictly(attribute, literal), Say.All(Say.IsKind(attribute, Kind.Number, Kind.Bool), numeric)),
            _ => numeric,
        };
    }

    private static Expression Ordered(string op, string attribute, Node literal)
    {
        var number = JsNumber.Of(literal);
        var numeric = double.IsNaN(number) ? Say.Never : Say.Ordered(attribute, Comparison.Loose, op, Say.Literal(number));
        return literal.Kind != NodeKind.Text ? numeric : Say.Any(
            Say.All(Say.IsKind(attribute, Kind.String), Say.Ordered(attribute, Comparison.Strict, op, Say.Literal(literal.Text))),
            Say.All(Say.Not(Say.IsKind(attribute, Kind.String)), numeric));
    }

    private static Expression Fails(string attribute, Node literal)
    {
        var compound = Say.IsKind(attribute, Compound);
        if (literal.Kind == NodeKind.Null) return compound;
        if (literal.Kind == NodeKind.Text)
        {
            return double.IsNaN(JsNumber.Of(literal)) ? Say.IsKind(attribute, [.. Compound, Kind.Number, Kind.Bool]) : compound;
        }

        var numeric = Say.Ordered(attribute, Comparison.Loose, ">=", Say.Literal(double.NegativeInfinity));
        return Say.Any(compound, Say.All(Say.IsKind(attribute, Kind.String), Say.Not(numeric)));
    }

    // There the time is in whole seconds.
    private FlagdTruth Now(string op, Node literal, string path)
    {
        if (literal.Kind != NodeKind.Number) return Leave(path, "compares the time with what is no number");
        var n = literal.Number;
        var whole = Math.Floor(n) == n;
        return op switch
        {
            ">" => new(At(">=", Math.Floor(n) + 1)),
            ">=" => new(At(">=", Math.Ceiling(n))),
            "<" => new(At("<", Math.Ceiling(n))),
            "<=" => new(At("<", Math.Floor(n) + 1)),
            "==" or "===" => new(whole ? Say.All(At(">=", n), At("<", n + 1)) : Say.Never),
            _ => new(whole ? Say.Any(At("<", n), At(">=", n + 1)) : Say.Always),
        };

        static Expression At(string order, double seconds) => Say.Ordered(EvaluationContext.Now, Comparison.Strict, order, Say.Literal(seconds));
    }

    private FlagdTruth Leave(string path, string reason) => new(report.LeaveOut(path, reason));
}
