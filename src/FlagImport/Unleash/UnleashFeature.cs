using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.Unleash;

/// <summary>A feature and the names its answers have.</summary>
internal sealed class UnleashFeature
{
    public const string Off = "off";
    private readonly bool _hasVariants;
    private readonly Dictionary<string, List<string>> _byName = new(StringComparer.Ordinal);

    public UnleashFeature(string name, string path, bool hasVariants, bool hasDependencies)
    {
        (_hasVariants, HasDependencies) = (hasVariants, hasDependencies);
        Draft = new(name, path);
        Draft.Flag.DefaultVariant = Draft.NewVariant(Off, Value(false, Node.Null, Node.Null));
        On = Draft.NewVariant("on", Value(true, Node.Null, Node.Null));
        _byName["disabled"] = [On]; // what the client calls the variant of a feature that is on and has none
    }

    public FlagDraft Draft { get; }

    public string On { get; }

    public bool HasDependencies { get; }

    /// <summary>Conditions whose variants are known only when every feature is made.</summary>
    public List<(UnleashFeature Parent, FlagCondition Condition, List<string> Wanted)> Needs { get; } = [];

    public string VariantOf(Node variant)
    {
        var value = Value(true, variant["name"] ?? Node.Null, variant["payload"] ?? Node.Null);
        var name = Draft.Variant(variant.TextOf("name"), value);
        var known = _byName.TryGetValue(variant.TextOf("name"), out var names) ? names : _byName[variant.TextOf("name")] = [];
        if (!known.Contains(name)) known.Add(name);
        return name;
    }

    public void Finish()
    {
        Draft.ChooseSchema();
        foreach (var (parent, condition, wanted) in Needs)
        {
            var names = wanted.Count == 0
                ? parent.Draft.Flag.Variants.Select(v => v.Name).Where(n => n != Off)
                : wanted.SelectMany(w => parent._byName.GetValueOrDefault(w, []));
            condition.Variants.Add(names.Distinct());
            if (condition.Variants.Count == 0) Draft.Flag.Rules.Clear(); // a variant the parent never has
        }

        Needs.RemoveAll(n => n.Condition.Variants.Count == 0 && Draft.Flag.Prerequisites.Remove(n.Condition));
    }

    private Node Value(bool enabled, Node name, Node payload) => !_hasVariants
        ? Node.Of(enabled)
        : Node.Of(new OrderedDictionary<string, Node>(StringComparer.Ordinal) { ["enabled"] = Node.Of(enabled), ["variant"] = name, ["payload"] = payload });
}
