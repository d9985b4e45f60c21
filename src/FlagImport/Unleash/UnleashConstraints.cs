using System.Text;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Busker.Flags.Conditions;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.FlagImport.Unleash;

/// <summary>Unleash's constraints. Its client turns every value of the context into text before it compares.</summary>
internal sealed class UnleashConstraints(Report report)
{
    public Expression All(IReadOnlyList<Node> constraints, string path) =>
        Say.All(constraints.Select((c, i) => Of(c, $"{path}[{i}]")).ToList());

    /// <summary>The attribute that a field of Unleash's context becomes: properties stand beside the other fields.</summary>
    public string Attribute(string name, string path)
    {
        if (name.Length == 0 || name.Contains('.', StringComparison.Ordinal) || name == EvaluationContext.Now) report.LeaveOut(path, $"\"{name}\" cannot name an attribute");
        return name;
    }

    /// <summary>Unleash's clients hash text beyond ASCII each in its own way.</summary>
    public void Hashed(string group, string path)
    {
        if (group.Any(c => c > 127)) report.Differs(path + ".groupId", $"\"{group}\" is hashed as UTF-8 here, as by Unleash's own server side; its client for Node takes the low byte of each character");
    }

    private Expression Of(Node c, string path)
    {
        if (c.Kind != NodeKind.Map) return Say.Never;
        var op = c.TextOf("operator");
        var known = Decide(c, op, path);
        if (known is null) return Say.Never; // an operator its client does not know matches nobody, inverted or not
        return c["inverted"]?.IsTruthy == true ? Say.Not(known) : known;
    }

    private Expression? Decide(Node c, string op, string path)
    {
        if (op is "DATE_AFTER" or "DATE_BEFORE") return Date(c, op, path);
        if (op is not ("IN" or "NOT_IN" or "REGEX" or "IN_CIDR") && op.Split('_')[0] is not ("STR" or "NUM" or "SEMVER")) return null;
        var attribute = Attribute(c.TextOf("contextName"), path + ".contextName");
        switch (op)
        {
            case "IN": return Say.IsText(attribute, Comparison.Text, Values(c, path));
            case "NOT_IN": return Say.Not(Say.IsText(attribute, Comparison.Text, Values(c, path)));
            case "STR_STARTS_WITH": return Text(c, attribute, path, (criterion, text) => criterion.StartsWith = text);
            case "STR_ENDS_WITH": return Text(c, attribute, path, (criterion, text) => criterion.EndsWith = text);
            case "STR_CONTAINS": return Text(c, attribute, path, (criterion, text) => criterion.Contains = text);
            case "NUM_EQ": return Number(c, attribute, "=");
            case "NUM_GT": return Number(c, attribute, ">");
            case "NUM_GTE": return Number(c, attribute, ">=");
            case "NUM_LT": return Number(c, attribute, "<");
            case "NUM_LTE": return Number(c, attribute, "<=");
            case "SEMVER_EQ": return Version(c, attribute, SemVer.Types.Op.Equal);
            case "SEMVER_GT": return Version(c, attribute, SemVer.Types.Op.Greater);
            case "SEMVER_GTE": return Version(c, attribute, SemVer.Types.Op.GreaterOrEqual);
            case "SEMVER_LT": return Version(c, attribute, SemVer.Types.Op.Less);
            case "SEMVER_LTE": return Version(c, attribute, SemVer.Types.Op.LessOrEqual);
            case "REGEX": return Regex(c, attribute, path);
            case "IN_CIDR": return Network(attribute, Values(c, path), Comparison.Text);
            default: return null;
        }
    }

    /// <summary>IPv4 blocks hold IPv4 addresses only, IPv6 blocks those written as IPv6 only.</summary>
    public static Expression Network(string attribute, IReadOnlyList<string> blocks, Comparison comparison)
    {
        var colon = Say.That(new() { Attribute = attribute, Comparison = comparison, Contains = new() { Values = { ":" } } });
        return Say.Any(
            Say.All(Inside(false), Say.Not(colon)),
            Say.All(Inside(true), colon));

        Expression Inside(bool six)
        {
            var cidrs = blocks.Where(b => b.Contains(':', StringComparison.Ordinal) == six && NetworkRange.TryParse(b, out _)).ToList();
            return cidrs.Count == 0 ? Say.Never : Say.That(new() { Attribute = attribute, Comparison = comparison, InNetwork = new() { Cidrs = { cidrs } } });
        }
    }

    private List<string> Values(Node c, string path)
    {
        if (c["values"] is not { Kind: NodeKind.List } values)
        {
            report.LeaveOut(path + ".values", "is missing: its client fails on it");
            return [];
        }

        if (values.Items.Any(v => v.IsTruthy && v.Kind != NodeKind.Text)) report.LeaveOut(path + ".values", "holds something that is no text");
        return [.. values.Items.Where(v => v.IsTruthy && v.Kind == NodeKind.Text).Select(v => v.Text.Trim())];
    }

    private Expression Text(Node c, string attribute, string path, Action<Criterion, Text> put)
    {
        var text = new Text { Values = { Values(c, path) }, IgnoreCase = c["caseInsensitive"]?.IsTruthy == true };
        if (text.Values.Count == 0) return Say.Never;
        var criterion = new Criterion { Attribute = attribute, Comparison = Comparison.Text };
        put(criterion, text);
        return Say.That(criterion);
    }

    private static Expression Number(Node c, string attribute, string op)
    {
        var value = JsNumber.Of(c["value"]);
        return double.IsNaN(value) ? Say.Never : Say.Ordered(attribute, Comparison.Text, op, Say.Literal(value));
    }

    private static Expression Version(Node c, string attribute, SemVer.Types.Op op)
    {
        var literal = c.TextOf("value").Trim();
        var bare = literal.StartsWith('v') ? literal[1..] : literal;
        if (!FullVersion.TryParse(bare, out var version) || !version.IsStrict(bare)) return Say.Never;
        return Say.That(new() { Attribute = attribute, Comparison = Comparison.Strict, SemVer = new() { Op = op, Version = bare, Form = SemVer.Types.Form.Strict } });
    }

    private Expression Regex(Node c, string attribute, string path)
    {
        var source = c.TextOf("value");
        if (source.Length == 0) return Say.Present(attribute);
        var (pattern, ascii) = Re2(source);
        var ignoreCase = c["caseInsensitive"]?.IsTruthy == true;
        if (ignoreCase && !ascii) return report.LeaveOut(path + ".value", "a regex that ignores the case of letters beyond ASCII");
        return Say.That(new() { Attribute = attribute, Comparison = Comparison.Text, Matches = new() { Regex = pattern, IgnoreCase = ignoreCase } });
    }

    // RE2's "." stops at \n only, and its \s is ASCII.
    private static (string Pattern, bool Ascii) Re2(string source)
    {
        var pattern = new StringBuilder();
        var (inClass, ascii) = (false, true);
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            ascii &= c < 128;
            if (c == '\\' && i + 1 < source.Length)
            {
                var next = source[++i];
                if (next is 's' or 'S') pattern.Append(inClass ? (next == 's' ? @"\t\n\f\r " : @"\S") : next == 's' ? @"[\t\n\f\r ]" : @"[^\t\n\f\r ]");
                else pattern.Append(c).Append(next);
                continue;
            }

            if (c == '[') inClass = true;
            else if (c == ']') inClass = false;
            if (c == '.' && !inClass) pattern.Append(@"[^\n]");
            else pattern.Append(c);
        }

        return (pattern.ToString(), ascii);
    }

    private Expression Date(Node c, string op, string path)
    {
        var text = c.TextOf("value");
        if (!TimestampText.TryParse(text, out var us) || (text.Length > 10 && !(text.EndsWith('Z') || text[^6] is '+' or '-')))
        {
            return report.LeaveOut(path + ".value", $"\"{text}\" is no date, or one with a time and no zone");
        }

        const string time = "currentTime";
        var order = op == "DATE_AFTER" ? ">" : "<";
        var unset = Say.Any(Say.Absent(time), Say.IsStrictly(time, Node.Of("")));
        return Say.Any(
            Say.All(unset, Say.Ordered(EvaluationContext.Now, Comparison.Typed, order, new() { TimestampUs = us })),
            Say.All(Say.Not(unset), Say.Ordered(time, Comparison.Typed, order, new() { TimestampUs = us })));
    }
}
