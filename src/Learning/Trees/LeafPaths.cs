namespace Busker.Learning.Trees;

/// <summary>
/// A tree seen from its leaves: per leaf the different columns on its path, the share of the background that each lets
/// through, and the decisions it asks for. Contributions of a leaf depend only on which columns are satisfied, so short
/// paths are tabulated over all 2^d answers.
/// </summary>
internal sealed class LeafPaths
{
    internal const int Tabulated = 6;

    internal sealed record Element(int Feature, double Share, (int Node, bool Left)[] Asks);

    internal sealed record Path(double Value, Element[] Elements, double[]? Table);

    public LeafPaths(Tree tree)
    {
        Tree = tree;
        var paths = new List<Path>();
        Collect(tree, 0, [], paths);
        Paths = [.. paths];
        Flat = FlatPaths.Of(this);
        Expected = Paths.Sum(p => p.Value * p.Elements.Aggregate(1.0, (share, e) => share * e.Share));
    }

    public Tree Tree { get; }
    public Path[] Paths { get; }

    /// <summary>The same in flat arrays, for trees of up to 64 inner nodes whose paths are all tabulated; null for others.</summary>
    public FlatPaths? Flat { get; }

    /// <summary>Mean leaf value over the background.</summary>
    public double Expected { get; }

    private static void Collect(Tree tree, int node, Element[] path, List<Path> paths)
    {
        if (tree.IsLeaf(node))
        {
            paths.Add(new Path(tree.Value[node], path, path.Length <= Tabulated ? Tabulate(tree.Value[node], path) : null));
            return;
        }

        foreach (var left in new[] { true, false })
        {
            var child = left ? tree.Left[node] : tree.Right[node];
            var share = Math.Max(tree.Cover[child], 1e-9) / Math.Max(tree.Cover[node], 1e-9);
            var at = Array.FindIndex(path, e => e.Feature == tree.Feature[node]);
            var element = at < 0
                ? new Element(tree.Feature[node], share, [(node, left)])
                : path[at] with { Share = path[at].Share * share, Asks = [.. path[at].Asks, (node, left)] };
            Collect(tree, child, at < 0 ? [.. path, element] : [.. path[..at], element, .. path[(at + 1)..]], paths);
        }
    }

    private static double[] Tabulate(double value, Element[] path)
    {
        var table = new double[path.Length << path.Length];
        for (uint answers = 0; answers < 1u << path.Length; answers++)
        {
            Contribute(value, path, answers, table.AsSpan((int)answers * path.Length, path.Length));
        }

        return table;
    }

    /// <summary>
    /// Shapley values of one leaf (Lundberg 2018, algorithm 2, along one path): weights over subset sizes are extended by
    /// each element, then each element is unwound in turn. Bit i of <paramref name="answers"/>: element i is satisfied.
    /// </summary>
    public static void Contribute(double value, Element[] path, ulong answers, Span<double> into)
    {
        var d = path.Length;
        Span<double> weights = stackalloc double[d + 1];
        weights.Clear();
        weights[0] = 1;
        for (var l = 1; l <= d; l++)
        {
            var (one, zero) = (((answers >> (l - 1)) & 1) != 0 ? 1.0 : 0, path[l - 1].Share);
            for (var i = l - 1; i >= 0; i--)
            {
                weights[i + 1] += one * weights[i] * (i + 1) / (l + 1);
                weights[i] = zero * weights[i] * (l - i) / (l + 1);
            }
        }

        for (var e = 0; e < d; e++)
        {
            var (satisfied, zero) = (((answers >> e) & 1) != 0, path[e].Share);
            var (next, total) = (weights[d], 0.0);
            for (var j = d - 1; j >= 0; j--)
            {
                if (satisfied)
                {
                    var part = next * (d + 1) / (j + 1);
                    total += part;
                    next = weights[j] - part * zero * (d - j) / (d + 1);
                }
                else
                {
                    total += weights[j] / (zero * (d - j) / (d + 1));
                }
            }

            into[e] = total * ((satisfied ? 1 : 0) - zero) * value;
        }
    }
}
