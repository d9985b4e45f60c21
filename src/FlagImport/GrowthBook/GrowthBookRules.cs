using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.GrowthBook;

/// <summary>The rules of one feature, in the order and with the conversions of GrowthBook's client.</summary>
internal sealed class GrowthBookRules(Report report, GrowthBookConditions conditions, GrowthBookParents parents, GrowthBookExperiments experiments)
{
    public void Fill(FlagDraft draft, Node feature)
    {
        if (feature["rules"] is not { Kind: NodeKind.List } rules) return;
        for (var i = 0; i < rules.Items.Count; i++) Add(draft, rules.Items[i], i, $"{draft.Path}.rules[{i}]");
    }

    private void Add(FlagDraft draft, Node rule, int index, string path)
    {
        var name = rule.TextOf("id") is { Length: > 0 } id ? id : rule.TextOf("key") is { Length: > 0 } key ? key : $"rule {index + 1}";
        var before = Say.Always;
        foreach (var (parent, i) in rule.ItemsOf("parentConditions").Select((p, i) => (p, i)))
        {
            var holds = parents.Holds(parent, $"{path}.parentConditions[{i}]");
            if (parent["gate"]?.IsTruthy == true) draft.Give($"{name} needs {parent.TextOf("id")}", Say.All(before, Say.Not(holds)), draft.Variant("null", Node.Null));
            before = Say.All(before, holds);
        }

        if (rule["filters"] is { IsTruthy: true } filters) before = Say.All(before, Filters(filters, path + ".filters"));
        if (rule["force"] is { } force) Force(draft, name, rule, Say.All(before, Condition(rule, path)), force, path);
        else if ((rule["contextualVariations"] ?? rule["variations"]) is { Kind: NodeKind.List } variations) experiments.Add(draft, new(name, rule, variations.Items, path), before, Condition(rule, path));
    }

    private Expression Condition(Node rule, string path) =>
        rule["condition"] is { IsTruthy: true } condition ? conditions.Of(condition, path + ".condition") : Say.Always;

    public Expression Filters(Node filters, string path) => Say.All(filters.Items.Select((filter, i) =>
    {
        var at = $"{path}[{i}]";
        var version = filter["hashVersion"] is { IsTruthy: true } given ? JsNumber.Of(given) : 2;
        if (GrowthBookHash.Of(filter.TextOf("seed"), version) is not { } hash) return Say.Never;
        var ranges = filter.ItemsOf("ranges");
        return hash.Gate(experiments.Attribute(filter, "attribute", at), n => ranges.Any(r => GrowthBookHash.InRange(n, r)));
    }).ToList());

    private void Force(FlagDraft draft, string name, Node rule, Expression when, Node value, string path)
    {
        var variant = draft.Variant(GrowthBookImport.Wish(value, name), value);
        var (range, coverage) = (rule["range"], rule["coverage"]);
        if (range is not { IsTruthy: true } && coverage is null)
        {
            draft.Give(name, when, variant);
            return;
        }

        if (range is not { IsTruthy: true } && coverage is not { Kind: NodeKind.Number })
        {
            report.LeaveOut(path + ".coverage", "is no number");
            return;
        }

        var version = rule["hashVersion"] is { IsTruthy: true } given ? JsNumber.Of(given) : 1;
        var seed = rule.TextOf("seed") is { Length: > 0 } own ? own : draft.Flag.Name;
        if (GrowthBookHash.Of(seed, version) is not { } hash || (range is not { IsTruthy: true } && coverage!.Number == 0)) return;
        var gate = hash.Gate(experiments.Attribute(rule, "hashAttribute", path), n => range is { IsTruthy: true } ? GrowthBookHash.InRange(n, range) : n <= coverage!.Number);
        draft.Give(name, Say.All(when, gate), variant);
    }
}
