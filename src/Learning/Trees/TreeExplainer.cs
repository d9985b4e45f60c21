using Busker.Kernel;

namespace Busker.Learning.Trees;

/// <summary>
/// Exact path-dependent TreeSHAP of a model's margin: expected margin + Σ contributions = margin, checked on every call.
/// Immutable and shared; a call does not allocate for trees of up to 1,024 nodes.
/// </summary>
public sealed class TreeExplainer
{
    private readonly TreeModel _model;
    private readonly LeafPaths[] _trees;

    /// <summary>Prepares the paths to every leaf once.</summary>
    public TreeExplainer(TreeModel model)
    {
        _model = model;
        _trees = [.. model.Trees.Select(tree => new LeafPaths(tree))];
        Expected = model.BaseScore + _trees.Sum(t => t.Expected);
    }

    /// <summary>The margin with nothing known about a row.</summary>
    public double Expected { get; }

    /// <summary>
    /// Fills one contribution per column and returns the margin. A sum that misses the margin by more than 1e-6 · (1 + |margin|)
    /// is a bug and throws.
    /// </summary>
    public double Explain(ReadOnlySpan<double> row, Span<double> contributions)
    {
        contributions = contributions[.._model.Features.Length];
        contributions.Clear();
        Span<bool> scratch = stackalloc bool[1024];
        foreach (var tree in _trees)
        {
            if (tree.Flat is { } flat)
            {
                flat.Add(row, contributions);
                continue;
            }

            var left = tree.Tree.Nodes <= scratch.Length ? scratch : new bool[tree.Tree.Nodes];
            for (var node = 0; node < tree.Tree.Nodes; node++)
            {
                if (!tree.Tree.IsLeaf(node)) left[node] = tree.Tree.GoesLeft(node, row[tree.Tree.Feature[node]]);
            }

            foreach (var path in tree.Paths) Add(path, left, contributions);
        }

        var margin = _model.Predictor.Margin(row);
        var sum = Expected;
        foreach (var contribution in contributions) sum += contribution;
        return Math.Abs(sum - margin) <= 1e-6 * (1 + Math.Abs(margin))
            ? margin
            : throw new InvariantException($"contributions sum to {sum}, the margin is {margin}");
    }

    private static void Add(LeafPaths.Path path, ReadOnlySpan<bool> left, Span<double> contributions)
    {
        ulong answers = 0;
        var elements = path.Elements;
        for (var e = 0; e < elements.Length; e++)
        {
            var satisfied = true;
            foreach (var (node, wantsLeft) in elements[e].Asks) satisfied &= left[node] == wantsLeft;
            if (satisfied) answers |= 1UL << e;
        }

        if (path.Table is { } table)
        {
            var start = (int)answers * elements.Length;
            for (var e = 0; e < elements.Length; e++) contributions[elements[e].Feature] += table[start + e];
            return;
        }

        Span<double> parts = stackalloc double[elements.Length];
        LeafPaths.Contribute(path.Value, elements, answers, parts);
        for (var e = 0; e < elements.Length; e++) contributions[elements[e].Feature] += parts[e];
    }
}
