using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Kernel;

namespace Busker.FlagImport.GrowthBook;

/// <summary>GrowthBook's payload. The attributes of its client are the attributes of the context; "id" is the usual unit.</summary>
internal sealed class GrowthBookImport(Node payload, ImportOptions options)
{
    private readonly Report _report = new();
    private readonly HashSet<string> _sound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FlagDraft> _drafts = new(StringComparer.Ordinal);

    public Result<Imported> Run()
    {
        if (payload["features"] is not { Kind: NodeKind.Map } features)
        {
            return Fault.Invalid("features", payload["encryptedFeatures"] is null ? "is missing: this is no payload of GrowthBook" : "are encrypted: import the payload decrypted");
        }

        var state = new FlagState { Account = options.Account.Length > 0 ? options.Account : "imported", Version = options.Version };
        var groups = new GrowthBookGroups(payload["savedGroups"] ?? Node.Null, state, _report);
        var conditions = new GrowthBookConditions(_report, groups);
        foreach (var (name, feature) in features.Members) _drafts[name] = Draft(name, feature);
        foreach (var (_, i) in payload.ItemsOf("experiments").Select((e, i) => (e, i))) _report.LeaveOut($"experiments[{i}]", "changes pages: no flag");
        var experiments = new GrowthBookExperiments(_report, state, payload, options.StickyBuckets);
        var rules = new GrowthBookRules(_report, conditions, new(conditions, _drafts, state), experiments);
        foreach (var (name, feature) in features.Members)
        {
            _report.Begin();
            if (ReachesCircle(name, features, [])) _report.LeaveOut($"features.{name}.rules", "prerequisites in a circle");
            else rules.Fill(_drafts[name], feature);
            _drafts[name].ChooseSchema();
            if (!_report.Lost) state.Flags.Add(_drafts[name].Flag);
        }

        return Weeding.Run(state, _drafts.ToDictionary(d => d.Key, d => d.Value.Path), _report);
    }

    private bool ReachesCircle(string name, Node features, HashSet<string> way)
    {
        if (_sound.Contains(name)) return false;
        if (way.Count > 30 || !way.Add(name)) return true;
        var parents = features[name]?.ItemsOf("rules").SelectMany(r => r.ItemsOf("parentConditions")).Select(p => p.TextOf("id")) ?? [];
        if (parents.Distinct().Any(p => ReachesCircle(p, features, way))) return true;
        way.Remove(name);
        _sound.Add(name);
        return false;
    }

    /// <summary>A readable name for a value.</summary>
    public static string Wish(Node value, string otherwise) => value.Kind switch
    {
        NodeKind.Null => "null",
        NodeKind.Bool => value.Bool ? "true" : "false",
        NodeKind.Number => Flags.Conditions.NumberText.Format(value.Number),
        NodeKind.Text when value.Text.Length is > 0 and <= 40 => value.Text,
        _ => otherwise,
    };

    // Every value the feature can have is known before prerequisites ask about them.
    private static FlagDraft Draft(string name, Node feature)
    {
        var draft = new FlagDraft(name, $"features.{name}");
        var value = feature["defaultValue"] ?? Node.Null;
        draft.Flag.DefaultVariant = draft.Variant(Wish(value, "default"), value);
        if (feature.ItemsOf("rules").Any(r => r.ItemsOf("parentConditions").Any(p => p["gate"]?.IsTruthy == true))) draft.Variant("null", Node.Null);
        foreach (var rule in feature.ItemsOf("rules"))
        {
            if (rule["force"] is { } force) draft.Variant(Wish(force, rule.TextOf("id")), force);
            foreach (var (variation, i) in rule.ItemsOf("variations").Concat(rule.ItemsOf("contextualVariations")).Select((v, i) => (v, i)))
            {
                var key = rule.ItemsOf("meta").ElementAtOrDefault(i)?.TextOf("key") ?? "";
                draft.Variant(Wish(variation, key.Length > 0 ? key : $"{rule.TextOf("key")}/{i}"), variation);
            }
        }

        return draft;
    }
}
