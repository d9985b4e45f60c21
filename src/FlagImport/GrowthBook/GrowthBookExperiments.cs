using System.Globalization;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.GrowthBook;

/// <summary>A rule that splits.</summary>
internal sealed record GrowthBookExperiment(string Name, Node Rule, IReadOnlyList<Node> Variations, string Path)
{
    public double NumberOr(string name, double otherwise) => Rule[name] is { IsTruthy: true } given ? JsNumber.Of(given) : otherwise;

    public string Key(string feature) => Rule.TextOf("key") is { Length: > 0 } key ? key : feature;

    public string Meta(int variation, string name) => Rule.ItemsOf("meta").ElementAtOrDefault(variation)?.TextOf(name) ?? "";
}

/// <summary>Rules with variations: who is in, and what each bucket is given.</summary>
internal sealed class GrowthBookExperiments(Report report, FlagState state, Node payload, bool sticky)
{
    private readonly HashSet<string> _stickyKeys = new(StringComparer.Ordinal);

    public void Add(FlagDraft draft, GrowthBookExperiment e, Expression before, Expression condition)
    {
        if (e.Variations.Count < 2) return;
        if (e.Rule.TextOf("contextualBanditRef") is { Length: > 0 } bandit && payload["contextualBandits"]?[bandit] is not null)
        {
            report.LeaveOut(e.Path, "weights that depend on the context (a contextual bandit)");
            return;
        }

        var attribute = Attribute(e.Rule, "hashAttribute", e.Path);
        var seed = e.Rule.TextOf("seed") is { Length: > 0 } own ? own : e.Key(draft.Flag.Name);
        if (GrowthBookHash.Of(seed, e.NumberOr("hashVersion", 1)) is not { } hash) return;
        var unit = Say.Not(Say.Any(Say.IsStrictly(attribute, Node.Of(0)), Say.IsStrictly(attribute, Node.Of(""))));
        var audience = Say.All(Namespace(e.Rule, attribute), condition);
        var materialization = Sticky(draft, e, ref audience);
        var spec = new AssignmentSpec { BucketCount = hash.Buckets, Hash = hash.Hash };
        spec.Assignments.Add(Assignments(draft, e, hash, emptyToo: materialization is not null));
        if (draft.Add(e.Name, Say.All(before, unit, audience), spec, attribute) is not { } rule) return;
        (rule.Kind, rule.Materialization) = (Rule.Types.Kind.Experiment, materialization);
    }

    /// <summary>The attribute that is hashed: a name, not a path.</summary>
    public string Attribute(Node source, string member, string path)
    {
        var name = source.TextOf(member) is { Length: > 0 } given ? given : "id";
        if (name.Contains('.', StringComparison.Ordinal) || !GrowthBookConditions.IsAttribute(name)) report.LeaveOut($"{path}.{member}", $"\"{name}\" cannot name an attribute");
        return name;
    }

    private static Expression Namespace(Node rule, string attribute)
    {
        if (rule["filters"] is { IsTruthy: true } || rule["namespace"] is not { Kind: NodeKind.List } name) return Say.Always;
        var (from, to) = (JsNumber.Of(name.Items.ElementAtOrDefault(1)), JsNumber.Of(name.Items.ElementAtOrDefault(2)));
        var text = name.Items.ElementAtOrDefault(0) is { Kind: NodeKind.Text } first ? first.Text : "undefined";
        return GrowthBookHash.Of("__" + text, 1)!.Gate(attribute, n => n >= from && n < to);
    }

    /// <param name="emptyToo">Also variations that nobody new is given.</param>
    private static List<Assignment> Assignments(FlagDraft draft, GrowthBookExperiment e, GrowthBookHash hash, bool emptyToo)
    {
        var ranges = e.Rule["ranges"] is { Kind: NodeKind.List } given
            ? given.Items.Select(r => (From: JsNumber.Of(r.Items.ElementAtOrDefault(0)), To: JsNumber.Of(r.Items.ElementAtOrDefault(1)))).ToList()
            : GrowthBookWeights.Ranges(e.Variations.Count, e.Rule["coverage"], e.Rule["weights"]);
        var assignments = new List<Assignment>();
        for (var i = 0; i < Math.Min(ranges.Count, e.Variations.Count); i++)
        {
            var (own, earlier) = (ranges[i], ranges[..i]);
            var runs = hash.Where(n => In(n, own) && !earlier.Exists(r => In(n, r)));
            if (runs.Count == 0 && !emptyToo) continue;
            var key = e.Meta(i, "key");
            var assignment = new Assignment { Id = key.Length > 0 && assignments.TrueForAll(a => a.Id != key) ? key : i.ToString(CultureInfo.InvariantCulture), Ranges = { runs } };
            if (e.Rule.ItemsOf("meta").ElementAtOrDefault(i)?["passthrough"] is { IsTruthy: true }) assignment.Fallthrough = new();
            else assignment.Variant = draft.Variant(GrowthBookImport.Wish(e.Variations[i], key.Length > 0 ? key : $"{e.Name}/{i}"), e.Variations[i]);
            assignments.Add(assignment);
        }

        return assignments;

        static bool In(double n, (double From, double To) range) => n >= range.From && n < range.To;
    }

    // Whoever has a bucket keeps it whatever the condition and the namespace say, unless an older version blocks.
    private MaterializationSpec? Sticky(FlagDraft draft, GrowthBookExperiment e, ref Expression audience)
    {
        if (!sticky || e.Rule["disableStickyBucketing"] is { IsTruthy: true }) return null;
        var key = e.Key(draft.Flag.Name);
        if (!_stickyKeys.Add(key)) report.LeaveOut(e.Path, $"shares the sticky buckets of \"{key}\" with another rule");
        if (e.Rule.TextOf("fallbackAttribute").Length > 0) report.LeaveOut(e.Path + ".fallbackAttribute", "merges the sticky buckets of two units");
        if (e.Rule.ItemsOf("meta").Any(m => m["passthrough"] is { IsTruthy: true })) report.LeaveOut(e.Path + ".meta", "a sticky bucket that is passed through");
        var least = e.NumberOr("minBucketVersion", 0);
        if (least > 1000) report.LeaveOut(e.Path + ".minBucketVersion", "is above 1000");
        var version = e.NumberOr("bucketVersion", 0);
        var name = List($"{key}__{version}");
        var blocked = Enumerable.Range(0, (int)Math.Clamp(least, 0, 1000)).Select(v => List($"{key}__{v}"));
        var kept = version >= least && IsKept(e);
        audience = Say.All(Say.Not(Say.Any(blocked.Select(b => new Expression { List = b }).ToList())), kept ? Say.Any(new Expression { List = name }, audience) : audience);
        return new() { Read = kept ? name : "", Write = name };
    }

    // A bucket that is kept is found by its variation's key; without keys it is written and never read.
    private bool IsKept(GrowthBookExperiment e)
    {
        var keys = e.Rule.ItemsOf("meta").Select(m => m.TextOf("key")).ToList();
        if (keys.TrueForAll(k => k.Length == 0)) return false;
        if (keys.Count != e.Variations.Count || keys.Contains("") || keys.Distinct(StringComparer.Ordinal).Count() < keys.Count) report.LeaveOut(e.Path + ".meta", "has not one key for each variation, by which sticky buckets are found");
        return true;
    }

    private string List(string name)
    {
        if (state.Lists.All(l => l.Name != name)) state.Lists.Add(new MaterializedList { Name = name, Remote = new() });
        return name;
    }
}
