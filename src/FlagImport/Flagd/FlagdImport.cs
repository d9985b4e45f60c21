using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Kernel;

namespace Busker.FlagImport.Flagd;

/// <summary>flagd's flag definitions. `targetingKey` of its context is our "targeting_key".</summary>
internal sealed class FlagdImport(Node source, ImportOptions options)
{
    private readonly Report _report = new();

    public Result<Imported> Run()
    {
        if (source["flags"] is not { Kind: NodeKind.Map } flags) return Fault.Invalid("flags", "is missing: this is no flag definition of flagd");
        var state = new FlagState { Account = options.Account.Length > 0 ? options.Account : "imported", Version = options.Version };
        var evaluators = new FlagdEvaluators(source["$evaluators"] ?? Node.Null, _report);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, node) in flags.Members)
        {
            _report.Begin();
            paths[name] = $"flags.{name}";
            var draft = Draft(name, node, evaluators);
            if (!_report.Lost) state.Flags.Add(draft.Flag);
        }

        return Weeding.Run(state, paths, _report);
    }

    private FlagDraft Draft(string name, Node node, FlagdEvaluators evaluators)
    {
        var draft = new FlagDraft(name, $"flags.{name}");
        foreach (var (variant, value) in node["variants"]?.Members ?? []) draft.NewVariant(variant, value);
        draft.ChooseSchema();
        draft.Flag.State = node.TextOf("state") == "DISABLED" ? Flag.Types.State.Disabled : Flag.Types.State.Active;
        var metadata = (source["metadata"] ?? Node.Null).ToStruct();
        foreach (var (key, value) in node["metadata"]?.Members ?? []) metadata.Fields[key] = value.ToValue();
        if (metadata.Fields.Count > 0) draft.Flag.Metadata = metadata;
        var fallback = node.TextOf("defaultVariant");
        if (draft.Values.ContainsKey(fallback)) draft.Flag.DefaultVariant = fallback;
        else if (fallback.Length > 0) _report.LeaveOut(draft.Path + ".defaultVariant", $"there is no variant \"{fallback}\": flagd refuses the whole file");
        if (node["targeting"] is not { Kind: NodeKind.Map or NodeKind.List or NodeKind.Text } targeting || (targeting.Kind == NodeKind.Map && targeting.Members.Count == 0)) return draft;
        var logic = new FlagdLogic(_report, name, [.. draft.Values.Keys], options.FractionalV1);
        Emit(draft, logic.Cases(evaluators.Of(targeting, draft.Path + ".targeting"), draft.Path + ".targeting"));
        return draft;
    }

    private static void Emit(FlagDraft draft, List<FlagdCase> cases)
    {
        var kept = cases.Where(c => !Say.IsNever(c.When)).ToList();
        var end = kept.FindIndex(c => Say.IsAlways(c.When) && c.Result is not FlagdResult.Split);
        if (end >= 0) kept.RemoveRange(end + 1, kept.Count - end - 1);
        while (kept.Count > 0 && kept[^1].Result is FlagdResult.Default) kept.RemoveAt(kept.Count - 1);
        for (var i = 0; i < kept.Count; i++)
        {
            var spec = kept[i].Result is FlagdResult.Split split
                ? new AssignmentSpec { BucketCount = split.Buckets, Hash = split.Hash, Assignments = { split.Parts.Select((p, n) => Assignment(draft, $"{n}", p.Result, p.Range)) } }
                : new AssignmentSpec { BucketCount = 1, Assignments = { Assignment(draft, "all", kept[i].Result, new() { Upper = 1 }) } };
            draft.Add($"case {i + 1}", kept[i].When, spec);
        }
    }

    private static Assignment Assignment(FlagDraft draft, string id, FlagdResult result, BucketRange range)
    {
        var assignment = new Assignment { Id = id, Ranges = { range } };
        if (result is FlagdResult.Named named && draft.Values.ContainsKey(named.Variant)) assignment.Variant = named.Variant;
        else if (result is FlagdResult.Default) assignment.ServerDefault = new();
        else assignment.ClientDefault = new();
        return assignment;
    }
}
