using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.FlagImport.Unleash;

/// <summary>How Unleash spreads those for whom a feature is on over its variants.</summary>
internal sealed class UnleashVariants(Report report, UnleashConstraints constraints)
{
    private static readonly string[] DefaultStickiness = ["userId", "sessionId", "remoteAddress"];

    /// <summary>A list of variants that can answer: its weights are whole and sum to more than nothing.</summary>
    public bool CanAnswer(IReadOnlyList<Node> variants, string path)
    {
        if (variants.Any(v => JsNumber.Of(v["weight"]) is var w && (!(w >= 0) || Math.Floor(w) != w || w > int.MaxValue)))
        {
            report.LeaveOut(path, "has a weight that is no whole number");
            return false;
        }

        return Total(variants) is > 0 and <= int.MaxValue;
    }

    /// <summary>Rules for those who fit `when`; after them nobody who fits is left.</summary>
    public void Spread(UnleashFeature feature, string rule, Expression when, IReadOnlyList<Node> variants, string stickiness, string group, string path)
    {
        var names = variants.Select(v => feature.VariantOf(v)).ToList();
        for (var i = 0; i < variants.Count; i++)
        {
            var chosen = variants[i].ItemsOf("overrides").Select((o, n) => Override(o, $"{path}[{i}].overrides[{n}]")).ToList();
            feature.Draft.Give($"{rule}/override", Say.All(when, Say.Any(chosen)), names[i]);
        }

        var weighted = Enumerable.Range(0, variants.Count).Where(i => variants[i]["weight"]!.Number > 0).ToList();
        if (weighted.Count == 1)
        {
            feature.Draft.Give(rule, when, names[weighted[0]]);
            return;
        }

        constraints.Hashed(group, path);
        Buckets(feature, rule, when, variants, names, stickiness, group, path);
        report.Differs(path, $"without {(IsDefault(stickiness) ? string.Join(", ", DefaultStickiness) : stickiness)} a variant is drawn at random; here it is \"{names[weighted[0]]}\"");
        feature.Draft.Give($"{rule}/no unit", when, names[weighted[0]]);
    }

    private void Buckets(UnleashFeature feature, string rule, Expression when, IReadOnlyList<Node> variants, List<string> names, string stickiness, string group, string path)
    {
        var spec = new AssignmentSpec
        {
            BucketCount = (uint)Total(variants), Hash = new() { Algorithm = Algorithm.Murmur332Variant, Prefix = group + ":" },
        };
        var lower = 0u;
        for (var i = 0; i < variants.Count; i++)
        {
            var upper = lower + (uint)variants[i]["weight"]!.Number;
            if (upper > lower) spec.Assignments.Add(new Assignment { Id = $"{i}", Variant = names[i], Ranges = { new BucketRange { Lower = lower, Upper = upper } } });
            lower = upper;
        }

        if (!IsDefault(stickiness))
        {
            var attribute = constraints.Attribute(stickiness, path + ".stickiness");
            feature.Draft.Add(rule, Say.All(when, HasText(attribute)), spec, attribute);
            return;
        }

        var none = Say.Always;
        foreach (var attribute in DefaultStickiness)
        {
            var some = Say.All(Say.IsKind(attribute, Kinds.Types.Kind.String), HasText(attribute));
            feature.Draft.Add($"{rule} by {attribute}", Say.All(when, none, some), spec.Clone(), attribute);
            none = Say.All(none, Say.Not(some));
        }
    }

    private Expression Override(Node o, string path)
    {
        var values = o.ItemsOf("values").Where(v => v.Kind == NodeKind.Text).Select(v => v.Text).ToList();
        return values.Count == 0 ? Say.Never : Say.IsText(constraints.Attribute(o.TextOf("contextName"), path), Comparison.Text, values);
    }

    private static Expression HasText(string attribute) => Say.All(Say.Present(attribute), Say.Not(Say.IsStrictly(attribute, Node.Of(""))));

    private static bool IsDefault(string stickiness) => stickiness is "" or "default";

    private static double Total(IReadOnlyList<Node> variants) => variants.Sum(v => JsNumber.Of(v["weight"]));
}
