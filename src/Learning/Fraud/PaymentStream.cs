using Busker.Kernel;
using Busker.Learning.Features;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>Payments of a folder as the model's plan sees them. <paramref name="Open"/>: no outcome yet. <paramref name="Category"/>: a column beside the plan's.</summary>
internal sealed record PaymentStream(PaymentHistory History, long[] Ids, bool[] Open, VelocityPlan Plan, double[]? Category)
{
    /// <summary>Reads the layout that the model's columns belong to; refuses columns that no plan here has.</summary>
    public static Result<PaymentStream> Of(string folder, TreeModel model)
    {
        var isSparkov = model.Features.Contains("category");
        var plan = isSparkov ? SparkovPlans.Past : CardPlans.Own;
        string[] own = isSparkov ? [.. plan.Names, "category"] : plan.Names;
        var other = Enumerable.Range(0, Math.Max(own.Length, model.Features.Length)).FirstOrDefault(c => own.ElementAtOrDefault(c) != model.Features.ElementAtOrDefault(c), -1);
        if (other >= 0)
            return new Fault(Code.InvalidArgument, "LEARNING_BAD_MODEL", $"column {other + 1} of the model is {model.Features.ElementAtOrDefault(other) ?? "missing"} where these payments have {own.ElementAtOrDefault(other) ?? "none"}; train the model again");
        if (isSparkov)
        {
            var sparkov = SparkovSet.Read(folder, open: true, model.Words.TryGetValue("category", out var words) ? words : []);
            return sparkov.Fault is { } bad ? bad : new PaymentStream(sparkov.Value.History, sparkov.Value.Ids, sparkov.Value.Open, plan, sparkov.Value.Category);
        }

        var cards = CardSet.Read(folder, open: true);
        return cards.Fault is { } fault ? fault : new PaymentStream(cards.Value.History, cards.Value.TransactionId, cards.Value.Open, plan, null);
    }

    public int[] Chosen(ScoreWish wish)
    {
        if (wish.Id is { } id) return Array.IndexOf(Ids, id) is >= 0 and var row ? [row] : [];
        var all = Enumerable.Range(0, History.Rows);
        var since = History.Time[^1] / VelocityPlan.Day - (wish.Days ?? 1) + 1;
        return wish.Days is null && Open.Contains(true) ? [.. all.Where(r => Open[r])] : [.. all.Where(r => History.Time[r] / VelocityPlan.Day >= since)];
    }

    public Result<Table> Replay()
    {
        var table = Features.Replay.Run(Plan, History);
        return table.Fault is not null || Category is null ? table : Table.Of([.. table.Value.Names, "category"], [.. table.Value.Columns, Category]);
    }

    /// <summary>The fingerprint of the rows of the model's training time.</summary>
    public string Trained(TreeModel model, Table table)
    {
        var (from, until) = ((long)model.Metrics["trained_from"], (long)model.Metrics["trained_until"]);
        var asked = Category is null ? CardPlans.Scorable(table) : null;
        int[] rows = [.. Enumerable.Range(0, History.Rows).Where(r => History.Time[r] >= from && History.Time[r] <= until && asked?[r] != false)];
        return rows.Length == 0 ? "" : Fingerprint.Of(Examples.Of(table.Take(rows), Array.ConvertAll(rows, r => History.Fraud[r] ? 1.0 : 0)).Value);
    }
}
