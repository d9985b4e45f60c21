using Busker.Experiments.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.FlagImport.Drafts;

/// <summary>A flag in the making.</summary>
internal sealed class FlagDraft
{
    private readonly Dictionary<string, Node> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rules = new(StringComparer.Ordinal);

    public FlagDraft(string name, string path)
    {
        Path = path;
        Flag = new() { Name = name, State = Flag.Types.State.Active, Schema = new() { Scalar = ValueSchema.Types.Scalar.Json } };
    }

    /// <summary>Where it stands in the source.</summary>
    public string Path { get; }

    public Flag Flag { get; }

    public IReadOnlyDictionary<string, Node> Values => _values;

    /// <summary>The name of the variant with this value: an earlier one if there is one, else named as wished or nearly so.</summary>
    public string Variant(string wished, Node value)
    {
        var text = value.ToValue();
        var known = Flag.Variants.FirstOrDefault(v => v.Value.Equals(text));
        return known?.Name ?? NewVariant(wished, value);
    }

    /// <summary>A variant of its own, whatever others hold.</summary>
    public string NewVariant(string wished, Node value)
    {
        var name = Free(wished.Length is 0 or > 80 ? "value" : wished, _values.ContainsKey);
        Flag.Variants.Add(new Variant { Name = name, Value = value.ToValue() });
        _values[name] = value;
        return name;
    }

    /// <summary>Whom it fits gets the variant; null: the caller's own default.</summary>
    public void Give(string rule, Expression when, string? variant)
    {
        var assignment = new Assignment { Id = variant ?? "default", Ranges = { new BucketRange { Upper = 1 } } };
        if (variant is null) assignment.ClientDefault = new();
        else assignment.Variant = variant;
        Add(rule, when, new() { BucketCount = 1, Assignments = { assignment } });
    }

    /// <summary>A rule, unless it can never fit.</summary>
    public Rule? Add(string name, Expression when, AssignmentSpec spec, string selector = "")
    {
        if (Say.IsNever(when) || spec.Assignments.Count == 0) return null;
        name = Free(name.Length is 0 or > 80 ? "rule" : name, _rules.Contains);
        _rules.Add(name);
        var rule = new Rule { Name = name, Enabled = true, Kind = Rule.Types.Kind.Targeting, TargetingKeySelector = selector, Assignment = spec };
        if (Say.IsAlways(when)) rule.Everyone = true;
        else rule.Targeting = when;
        Flag.Rules.Add(rule);
        return rule;
    }

    /// <summary>The narrowest schema that all values have.</summary>
    public void ChooseSchema()
    {
        var values = Flag.Variants.Select(v => v.Value).Where(v => v.KindCase != Value.KindOneofCase.NullValue).ToList();
        Flag.Schema.Scalar =
            values.Count == 0 ? ValueSchema.Types.Scalar.Json
            : values.TrueForAll(v => v.KindCase == Value.KindOneofCase.BoolValue) ? ValueSchema.Types.Scalar.Bool
            : values.TrueForAll(v => v.KindCase == Value.KindOneofCase.StringValue) ? ValueSchema.Types.Scalar.String
            : values.TrueForAll(v => v.KindCase == Value.KindOneofCase.NumberValue) ? ValueSchema.Types.Scalar.Double
            : ValueSchema.Types.Scalar.Json;
    }

    private static string Free(string wished, Func<string, bool> taken)
    {
        var name = wished;
        for (var n = 2; taken(name); n++) name = $"{wished}-{n}";
        return name;
    }
}
