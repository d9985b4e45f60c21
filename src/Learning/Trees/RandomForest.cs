using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// A random forest: deep trees on random rows (63 %, without replacement) and random columns at each node, averaged. The
/// prediction is the mean label of the leaves, so for labels 0/1 a chance. Same engine, format and explanations as boosting.
/// </summary>
public sealed class RandomForest(int trees, int maxDepth, int minRows, ulong seed, Lanes lanes)
{
    /// <summary>Refuses labels that are not numbers (checked in <see cref="Examples"/>) and too many rows.</summary>
    public Result<TreeModel> Fit(Examples train)
    {
        var options = new BoostOptions
        {
            Loss = Loss.Squared, MaxLeaves = 4096, MaxDepth = maxDepth, MinRows = minRows, L2 = 0, RowFraction = 0.632, Seed = seed,
            ColumnFractionPerNode = Math.Sqrt(train.Table.Width) / train.Table.Width,
        };
        if (BoostCheck.Fault(train, options) is { } fault) return fault;
        using var crew = new Crew(lanes.Threads);
        var map = BinMap.Of(train.Table, options, crew);
        var codes = BinnedTable.Of(train.Table, map, crew);
        var loss = Losses.Of(train, options);
        var margins = new double[train.Rows];
        Array.Fill(margins, loss.Start());
        var gradients = new Gradients(train.Rows);
        gradients.Derive(loss, margins, crew);
        gradients.Pack(crew);
        var (grower, sampler, rows) = (new LeafGrower(train.Table, codes, map, options, crew), new RowSampler(train.Rows, options), new RowSet(train.Rows));
        var grown = new Tree[trees];
        for (var t = 0; t < trees; t++)
        {
            sampler.Draw(t, gradients, rows);
            var (draft, leaves) = grower.Grow(rows, gradients, t);
            foreach (var leaf in leaves) draft.Set(leaf.Node, draft.Value(leaf.Node) / trees);
            grown[t] = draft.Finish(map);
        }

        return new TreeModel(train.Table.Names, loss.Start(), Link.Identity, grown) { Fingerprint = Fingerprint.Of(train) };
    }
}
