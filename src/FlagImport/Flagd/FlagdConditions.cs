using System.Text.Json.Nodes;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.FlagImport.Flagd;

/// <summary>Expressions as JSONLogic. What flagd has no operation for is left out.</summary>
internal sealed class FlagdConditions(FlagState state, Report report)
{
    private const string Converts = "a value of another type is converted, and a list looked into, here and not there";
    private readonly List<string> _open = [];

    /// <summary>The segments that were named, to be written as evaluators.</summary>
    public HashSet<string> Named { get; } = new(StringComparer.Ordinal);

    public JsonNode? Segment(string name, string path)
    {
        var segment = state.Segments.Single(s => s.Name == name);
        if (_open.Contains(name)) return Leave(path, $"the segment \"{name}\" names itself");
        if (segment.Allocation is { Ranges.Ranges_: not [{ Lower: 0, Upper: BucketSpace.Buckets }] }) return Leave(path, $"the segment \"{name}\" is a share of the population");
        _open.Add(name);
        _ = segment.Everyone ? null : Of(segment.Targeting, path);
        _open.RemoveAt(_open.Count - 1);
        Named.Add(name);
        return new JsonObject { ["$ref"] = name };
    }

    public JsonNode? Of(Expression e, string path) => e.KindCase switch
    {
        Expression.KindOneofCase.All => Many(e.All, path + ".all") is { Count: > 0 } all ? JsonLogic.All(all) : JsonValue.Create(true),
        Expression.KindOneofCase.Any => Many(e.Any, path + ".any") is { Count: > 0 } any ? JsonLogic.Any(any) : JsonValue.Create(false),
        Expression.KindOneofCase.Not => JsonLogic.Op("!", Of(e.Not, path + ".not")),
        Expression.KindOneofCase.Segment => Segment(e.Segment, path + ".segment"),
        Expression.KindOneofCase.Criterion => Criterion(e.Criterion, path + ".criterion"),
        Expression.KindOneofCase.List => Leave(path + ".list", "a list of units"),
        Expression.KindOneofCase.Flag => Leave(path + ".flag", "depends on another flag"),
        _ => Leave(path + ".gate", "a share of the units as a condition"),
    };

    private List<JsonNode?> Many(Expressions parts, string path) => [.. parts.Expressions_.Select((e, i) => Of(e, $"{path}[{i}]"))];

    private JsonNode? Criterion(Criterion c, string path)
    {
        if (c.Attribute == "targetingKey" || c.Attribute.StartsWith("$flagd", StringComparison.Ordinal)) return Leave(path + ".attribute", "is a name that flagd keeps for itself");
        if (c.PredicateCase == Experiments.V1.Criterion.PredicateOneofCase.Presence) return Presence(c);
        if (c.PredicateCase == Experiments.V1.Criterion.PredicateOneofCase.EqualTo && c.EqualTo.Value is null or { ValueCase: Literal.ValueOneofCase.None }) return JsonLogic.Absent(c.Attribute);
        if (c.Comparison is not (Comparison.Typed or Comparison.Strict)) return Leave(path + ".comparison", "compares as text, or as JavaScript does");
        if (c.Comparison == Comparison.Typed) report.Differs(path, Converts);
        return c.PredicateCase switch
        {
            Experiments.V1.Criterion.PredicateOneofCase.EqualTo => Set(c, [c.EqualTo.Value], path + ".equal_to"),
            Experiments.V1.Criterion.PredicateOneofCase.OneOf when c.OneOf.IgnoreCase => Leave(path + ".one_of.ignore_case", "has no counterpart"),
            Experiments.V1.Criterion.PredicateOneofCase.OneOf => Set(c, c.OneOf.Values, path + ".one_of"),
            Experiments.V1.Criterion.PredicateOneofCase.Between => Between(c, path + ".between"),
            Experiments.V1.Criterion.PredicateOneofCase.StartsWith => Text("starts_with", c.StartsWith, c, path + ".starts_with"),
            Experiments.V1.Criterion.PredicateOneofCase.EndsWith => Text("ends_with", c.EndsWith, c, path + ".ends_with"),
            Experiments.V1.Criterion.PredicateOneofCase.Contains => Text("in", c.Contains, c, path + ".contains"),
            Experiments.V1.Criterion.PredicateOneofCase.SemVer when c.SemVer.Form == SemVer.Types.Form.Lenient => JsonLogic.Op("sem_ver", JsonLogic.Var(c.Attribute), Sign(c.SemVer.Op), c.SemVer.Version),
            _ => Leave($"{path}.{c.PredicateCase.ToString().ToLowerInvariant()}", "has no counterpart"),
        };
    }

    private static JsonObject Presence(Criterion c) => c.Presence switch
    {
        Experiments.V1.Presence.Set => JsonLogic.Present(c.Attribute),
        Experiments.V1.Presence.NullOrMissing => JsonLogic.Absent(c.Attribute),
        Experiments.V1.Presence.Missing => Missing(c.Attribute),
        _ => JsonLogic.All([JsonLogic.Absent(c.Attribute), JsonLogic.Op("!", Missing(c.Attribute))]),
    };

    private static JsonObject Missing(string attribute) => JsonLogic.Op("!!", JsonLogic.Op("missing", JsonLogic.Var(attribute)["var"]!.DeepClone()));

    private JsonNode? Set(Criterion c, IEnumerable<Literal> values, string path)
    {
        if (c.Attribute == EvaluationContext.Now) return Leave(path, "the time as a single moment");
        var literals = new JsonArray();
        foreach (var value in values)
        {
            if (value.ValueCase is Literal.ValueOneofCase.TimestampUs) return Leave(path, "a time");
            literals.Add(value.ValueCase switch
            {
                Literal.ValueOneofCase.Bool => JsonValue.Create(value.Bool),
                Literal.ValueOneofCase.Number => JsonValue.Create(value.Number),
                Literal.ValueOneofCase.Version => JsonValue.Create(value.Version),
                _ => JsonValue.Create(value.String),
            });
        }

        if (literals.Any(l => l!.GetValueKind() == System.Text.Json.JsonValueKind.Number && !double.IsFinite(l.GetValue<double>()))) return Leave(path, "a number that JSON does not have");
        return literals.Count == 0 ? JsonValue.Create(false) : JsonLogic.Op("in", JsonLogic.Var(c.Attribute), literals);
    }

    private JsonNode? Between(Criterion c, string path)
    {
        var ends = new[] { (Literal: c.Between.Lower, Op: c.Between.LowerExclusive ? ">" : ">="), (Literal: c.Between.Upper, Op: c.Between.UpperExclusive ? "<" : "<=") }.Where(e => e.Literal is not null).ToList();
        if (ends.Count == 0) return JsonValue.Create(false);
        if (ends.Exists(e => e.Literal.ValueCase != Literal.ValueOneofCase.Number || !double.IsFinite(e.Literal.Number))) return Leave(path, "a range of what are no numbers");
        report.Differs(path, c.Attribute == EvaluationContext.Now ? "the time is in whole seconds there" : "a value that is no number fails the flag there, or is taken for one");
        return JsonLogic.All([JsonLogic.Present(c.Attribute), .. ends.Select(e => JsonLogic.Op(e.Op, JsonLogic.Var(c.Attribute), e.Literal.Number))]);
    }

    private JsonNode? Text(string op, Text text, Criterion c, string path)
    {
        if (text.IgnoreCase) return Leave(path + ".ignore_case", "has no counterpart");
        if (op != "in") return JsonLogic.Any(text.Values.Select(v => JsonLogic.Op(op, JsonLogic.Var(c.Attribute), v)));
        if (text.Values.Contains("")) return Leave(path, "an empty text");
        report.Differs(path, "a list is looked into there, and another value that is no text fails the flag");
        return JsonLogic.Any(text.Values.Select(v => JsonLogic.Op(op, v, JsonLogic.Var(c.Attribute))));
    }

    private static string Sign(SemVer.Types.Op op) => op switch
    {
        SemVer.Types.Op.Equal => "=",
        SemVer.Types.Op.NotEqual => "!=",
        SemVer.Types.Op.Less => "<",
        SemVer.Types.Op.LessOrEqual => "<=",
        SemVer.Types.Op.Greater => ">",
        SemVer.Types.Op.GreaterOrEqual => ">=",
        SemVer.Types.Op.Caret => "^",
        _ => "~",
    };

    private JsonNode? Leave(string path, string reason)
    {
        report.LeaveOut(path, reason);
        return null;
    }
}
