using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;

namespace Busker.FlagImport.GrowthBook;

/// <summary>Prerequisites: a condition on the value of another feature, decided here for each value it can have.</summary>
internal sealed class GrowthBookParents(GrowthBookConditions conditions, IReadOnlyDictionary<string, FlagDraft> features, FlagState state)
{
    public Expression Holds(Node parent, string path)
    {
        var condition = parent["condition"] is { IsTruthy: true } given ? conditions.Of(given, path + ".condition") : Say.Always;
        if (!features.TryGetValue(parent.TextOf("id"), out var feature)) return Say.If(Fits(condition, Node.Null));
        var fitting = feature.Values.Where(v => Fits(condition, v.Value)).Select(v => v.Key).ToList();
        if (fitting.Count == feature.Values.Count) return Say.Always;
        return fitting.Count == 0 ? Say.Never : new() { Flag = new() { Flag = feature.Flag.Name, Variants = { fitting } } };
    }

    private bool Fits(Expression condition, Node value)
    {
        if (Say.IsAlways(condition) || Say.IsNever(condition)) return Say.IsAlways(condition);
        var draft = new FlagDraft("f", "");
        draft.Give("fits", condition, draft.Variant("yes", Node.Of(true)));
        draft.ChooseSchema();
        var small = new FlagState { Account = "a", Flags = { draft.Flag }, Segments = { state.Segments } };
        var book = FlagBook.Build(small, TimeProvider.System);
        if (book.Fault is not null) return false; // the feature is left out for the same reason
        var context = new EvaluationContext();
        context.Set("value", ContextJson.Read(new Google.Protobuf.WellKnownTypes.Struct { Fields = { ["value"] = value.ToValue() } }).Get("value"));
        return book.Value.Resolve("f", context, book.Value.Operator()).Variant is not null;
    }
}
