using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Google.Protobuf.WellKnownTypes;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;

namespace Busker.FlagImport.Flagd;

/// <summary>A state as flagd's JSON: rules become one "if", segments evaluators, splits by flagd's own hash `fractional`.</summary>
internal sealed class FlagdExport
{
    /// <summary>Each gap in a split writes the rules after it once more.</summary>
    private const int MaxGaps = 64;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FlagBook _book;
    private readonly Report _report = new();
    private readonly FlagdConditions _conditions;
    private int _gaps;

    public FlagdExport(FlagBook book) => (_book, _conditions) = (book, new(book.State, _report));

    public Exported Run()
    {
        var flags = new JsonObject();
        for (var i = 0; i < _book.Flags.Count; i++)
        {
            var flag = _book.Flags[i];
            if (flag.Source.State == Flag.Types.State.Archived) continue; // there is none there either
            _report.Begin();
            _gaps = 0;
            var written = Written(flag, $"flags[{i}]");
            if (!_report.Lost) flags[flag.Name] = written;
        }

        var document = new JsonObject { ["$schema"] = "https://flagd.dev/schema/v0/flags.json" };
        if (_conditions.Named.Count > 0) document["$evaluators"] = Evaluators();
        document["flags"] = flags;
        return new(document.ToJsonString(Indented) + "\n", _report.Findings);
    }

    private JsonObject Evaluators()
    {
        var evaluators = new JsonObject();
        foreach (var segment in _book.State.Segments.Where(s => _conditions.Named.Contains(s.Name)))
        {
            _report.Begin();
            var path = $"segments[{_book.State.Segments.IndexOf(segment)}].targeting";
            var condition = segment.Everyone ? JsonLogic.All([true]) : _conditions.Of(segment.Targeting, path);
            if (!_report.Lost) evaluators[segment.Name] = condition is JsonObject ? condition : JsonLogic.All([condition]);
        }

        return evaluators;
    }

    private JsonObject Written(CompiledFlag flag, string path)
    {
        var source = flag.Source;
        if (source.Prerequisites.Count > 0) _report.LeaveOut(path + ".prerequisites", "depends on another flag");
        if (_book.State.Clients.Count > 0 && !source.Clients.Contains("*")) _report.LeaveOut(path + ".clients", "is not for every client, and there every client sees it");
        var variants = new JsonObject();
        foreach (var variant in flag.Variants) variants[variant.Name] = JsonNode.Parse(variant.Json.Span);
        if (flag.Variants.Select(v => v.Value.KindCase).Distinct().Count() > 1 || flag.Variants.Any(v => v.Value.KindCase is Value.KindOneofCase.NullValue or Value.KindOneofCase.ListValue))
        {
            _report.LeaveOut(path + ".variants", "are not all of one type that flags have there: bool, text, number or object");
        }

        var written = new JsonObject
        {
            ["state"] = source.State == Flag.Types.State.Active ? "ENABLED" : "DISABLED", ["variants"] = variants,
            ["defaultVariant"] = source.DefaultVariant.Length > 0 ? source.DefaultVariant : null,
        };
        var rules = Enumerable.Range(0, source.Rules.Count).Where(r => source.Rules[r].Enabled).ToArray();
        if (rules.Length > 0) written["targeting"] = Chain(source, rules, path) switch { JsonObject logic => logic, var plain => JsonLogic.Op("if", true, plain) };
        if (Metadata(source) is { Count: > 0 } metadata) written["metadata"] = metadata;
        return written;
    }

    private static JsonObject Metadata(Flag flag)
    {
        var metadata = new JsonObject();
        foreach (var (name, value) in flag.Metadata?.Fields ?? [])
        {
            if (value.KindCase is Value.KindOneofCase.BoolValue or Value.KindOneofCase.NumberValue or Value.KindOneofCase.StringValue) metadata[name] = JsonNode.Parse(Google.Protobuf.JsonFormatter.Default.Format(value));
        }

        return metadata;
    }

    /// <summary>The first rule that fits and gives something, else the rest; null is the default variant.</summary>
    private JsonNode? Chain(Flag flag, ReadOnlySpan<int> rules, string path)
    {
        if (rules.Length == 0) return null;
        var (rule, at) = (flag.Rules[rules[0]], $"{path}.rules[{rules[0]}]");
        Refuse(rule, at);
        var outcome = Outcome(flag, rule, rules[1..], path, at, out var needsUnit);
        var conditions = new List<JsonNode?>();
        if (needsUnit) conditions.Add(JsonLogic.Present(EvaluationContext.TargetingKey));
        if (rule.Segment.Length > 0) conditions.Add(_conditions.Segment(rule.Segment, at + ".segment"));
        if (rule.Targeting is not null) conditions.Add(_conditions.Of(rule.Targeting, at + ".targeting"));
        if (conditions.Count == 0) return outcome;
        var condition = conditions.Count == 1 ? conditions[0] : JsonLogic.All(conditions);
        return JsonLogic.Op("if", condition, outcome, Chain(flag, rules[1..], path));
    }

    private void Refuse(Rule rule, string path)
    {
        if (rule.Environments.Count > 0) _report.LeaveOut(path + ".environments", "there are none");
        if (rule.Materialization is not null) _report.LeaveOut(path + ".materialization", "assignments are not sticky there");
        if (rule.FallbackSelectors.Count > 0 || rule.TargetingKeySelector is not ("" or EvaluationContext.TargetingKey)) _report.LeaveOut(path + ".targeting_key_selector", "another unit than the targeting key");
    }

    private JsonNode? Outcome(Flag flag, Rule rule, ReadOnlySpan<int> after, string path, string at, out bool needsUnit)
    {
        var spec = rule.Assignment;
        needsUnit = rule.TargetingKeySelector.Length > 0;
        if (spec.Assignments is [{ Ranges: [{ Lower: 0 } all] } only] && all.Upper == spec.BucketCount) return Given(flag, only, $"{at}.assignment.assignments[0]");
        needsUnit = true;
        if (spec.Hash is not { Algorithm: Algorithm.Murmur332Scaled } hash)
        {
            _report.LeaveOut(at + ".assignment.hash", "is not the hash of flagd: MURMUR3_32_SCALED");
            return null;
        }

        var parts = new List<JsonNode?> { JsonLogic.Op("cat", hash.Prefix, JsonLogic.Var(EvaluationContext.TargetingKey), hash.Suffix) };
        var end = 0u;
        var runs = spec.Assignments.SelectMany((a, i) => a.Ranges.Select(r => (Range: r, Assignment: a, Path: $"{at}.assignment.assignments[{i}]"))).OrderBy(r => r.Range.Lower).ToList();
        foreach (var run in runs)
        {
            if (run.Range.Lower > end) parts.Add(Part(Gap(flag, after, path, at), run.Range.Lower - end));
            parts.Add(Part(Given(flag, run.Assignment, run.Path), run.Range.Upper - run.Range.Lower));
            end = run.Range.Upper;
        }

        if (end < spec.BucketCount) parts.Add(Part(Gap(flag, after, path, at), spec.BucketCount - end));
        if (spec.BucketCount > int.MaxValue) _report.LeaveOut(at + ".assignment.bucket_count", "is more than 2147483647");
        return JsonLogic.Op("fractional", [.. parts]);

        static JsonArray Part(JsonNode? outcome, uint weight) => [outcome, weight];
    }

    private JsonNode? Gap(Flag flag, ReadOnlySpan<int> after, string path, string at)
    {
        if (++_gaps <= MaxGaps) return Chain(flag, after, path);
        _report.LeaveOut(at + ".assignment", "too many splits with gaps, after which the next rule is tried");
        return null;
    }

    private JsonNode? Given(Flag flag, Assignment assignment, string path)
    {
        switch (assignment.OutcomeCase)
        {
            case Assignment.OutcomeOneofCase.Variant:
                return assignment.Variant;
            case Assignment.OutcomeOneofCase.ServerDefault:
                return null;
            case Assignment.OutcomeOneofCase.ClientDefault when flag.DefaultVariant.Length == 0:
                return null;
            case Assignment.OutcomeOneofCase.ClientDefault:
                _report.LeaveOut(path + ".client_default", "the caller's own default beside a default variant");
                return null;
            default:
                _report.LeaveOut(path + ".fallthrough", "an assignment that hands on to the next rule");
                return null;
        }
    }
}
