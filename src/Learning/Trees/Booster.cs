using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Progress of a fit: trees so far and the validation score (NaN without validation rows).</summary>
public readonly record struct BoostStep(int Trees, double Score);

/// <summary>
/// Fits boosted trees on histograms. The same examples, options and seed give the same model, bit for bit, whatever the
/// number of threads.
/// </summary>
public sealed class Booster(BoostOptions options, Lanes lanes)
{
    /// <summary>
    /// Refuses labels that do not suit the loss, a column that is constrained but absent, too many rows (2^23). Stops early on
    /// <paramref name="validation"/> when <see cref="BoostOptions.Patience"/> is set.
    /// </summary>
    public Result<TreeModel> Fit(Examples train, Examples? validation = null, Action<BoostStep>? progress = null)
    {
        if (BoostCheck.Fault(train, options) is { } fault) return fault;
        if (validation is not null && BoostCheck.Fault(validation, options) is { } other) return other;
        if (options.Patience > 0 && validation is null) return BoostCheck.Bad("early stopping needs validation rows");
        Examples? aligned = null;
        if (validation is not null)
        {
            var table = validation.Table.Select(train.Table.Names);
            if (table.Fault is { } absent) return absent;
            aligned = validation.On(table.Value);
        }

        using var crew = new Crew(lanes.Threads);
        var map = BinMap.Of(train.Table, options, crew);
        return Boost(train, map, aligned, crew, progress);
    }

    private TreeModel Boost(Examples train, BinMap map, Examples? validation, Crew crew, Action<BoostStep>? progress)
    {
        var codes = BinnedTable.Of(train.Table, map, crew);
        var loss = Losses.Of(train, options);
        var start = loss.Start();
        var margins = new double[train.Rows];
        Array.Fill(margins, start);
        var watch = validation is null ? null : new ValidationWatch(validation, map, options, start, crew);
        var gradients = new Gradients(train.Rows);
        var grower = new LeafGrower(train.Table, codes, map, options, crew);
        var sampler = new RowSampler(train.Rows, options);
        var rows = new RowSet(train.Rows);
        var trees = new List<Tree>();
        for (var t = 0; t < options.Trees; t++)
        {
            gradients.Derive(loss, margins, crew);
            sampler.Draw(t, gradients, rows);
            gradients.Pack(crew);
            var (draft, leaves) = grower.Grow(rows, gradients, t);
            if (leaves.Count == 1 && !sampler.Samples) break;
            foreach (var leaf in leaves) draft.Set(leaf.Node, draft.Value(leaf.Node) * options.LearningRate);
            Advance(margins, draft, leaves, rows, codes, map, crew);
            trees.Add(draft.Finish(map));
            var score = watch?.Add(draft) ?? double.NaN;
            progress?.Invoke(new BoostStep(t + 1, score));
            if (options.Patience > 0 && watch!.SinceBest >= options.Patience) break;
        }

        if (options.Patience > 0) trees.RemoveRange(watch!.Best, trees.Count - watch.Best);
        return new TreeModel(train.Table.Names, start, Losses.LinkOf(options.Loss), trees) { Fingerprint = Trees.Fingerprint.Of(train) };
    }

    private static void Advance(double[] margins, TreeDraft draft, List<Leaf> leaves, RowSet rows, BinnedTable codes, BinMap map, Crew crew)
    {
        if (rows.Count == margins.Length)
        {
            crew.For(leaves.Count, (i, _) =>
            {
                var (leaf, chosen) = (leaves[i], rows.Rows);
                var value = draft.Value(leaf.Node);
                for (var k = leaf.From; k < leaf.To; k++) margins[chosen[k]] += value;
            });
            return;
        }

        crew.Ranges(margins.Length, 8192, (from, to) =>
        {
            for (var r = from; r < to; r++) margins[r] += draft.Value(draft.LeafOf(codes, map, r));
        });
    }
}
