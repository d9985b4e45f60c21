namespace Busker.Learning.Trees;

/// <summary>How a node treats its column.</summary>
[Flags]
public enum NodeTraits : byte
{
    None = 0,
    MissingLeft = 1,
    Categorical = 2,

    /// <summary>0 counts as missing as well (only in models read from elsewhere).</summary>
    ZeroIsMissing = 4,

    /// <summary>What lies between −1 and 0 is the category 0 (only in models read from elsewhere).</summary>
    CutsToZero = 8,
}

/// <summary>
/// One tree as flat arrays; node 0 is the root, a node with Left = −1 is a leaf. A row goes left when its value ≤
/// Threshold, or is in the category set; NaN follows <see cref="NodeTraits.MissingLeft"/>. Categories outside every set go right.
/// </summary>
public sealed class Tree
{
    /// <summary>Column that a node asks for.</summary>
    public required int[] Feature { get; init; }

    /// <summary>What a value is compared with; not used in leaves and categorical nodes.</summary>
    public required double[] Threshold { get; init; }

    /// <summary>Node for values up to the threshold; −1 in leaves.</summary>
    public required int[] Left { get; init; }

    /// <summary>Node for the others.</summary>
    public required int[] Right { get; init; }

    /// <summary>Treatment of missing values and categories, per node.</summary>
    public required NodeTraits[] Traits { get; init; }

    /// <summary>Leaf values, learning rate included; 0 for inner nodes.</summary>
    public required double[] Value { get; init; }

    /// <summary>Weight of the training rows that came by: the background of path-dependent SHAP.</summary>
    public required double[] Cover { get; init; }

    /// <summary>Loss saved by the split; 0 for leaves.</summary>
    public required double[] Gain { get; init; }

    /// <summary>Per categorical node the codes that go left, ascending; null elsewhere.</summary>
    public required int[]?[] Categories { get; init; }

    /// <summary>Inner nodes and leaves.</summary>
    public int Nodes => Feature.Length;

    /// <summary>Leaves.</summary>
    public int Leaves => Left.Count(child => child < 0);

    /// <summary>Whether a node asks nothing.</summary>
    public bool IsLeaf(int node) => Left[node] < 0;

    /// <summary>The one decision that prediction, explanation and dependence share.</summary>
    public bool GoesLeft(int node, double value)
    {
        var flags = Traits[node];
        if (double.IsNaN(value) || ((flags & NodeTraits.ZeroIsMissing) != 0 && Math.Abs(value) <= 1e-35f)) return (flags & NodeTraits.MissingLeft) != 0;
        if ((flags & NodeTraits.Categorical) == 0) return value <= Threshold[node];
        var known = (flags & NodeTraits.CutsToZero) != 0 ? value is > -1 and < int.MaxValue : value is >= 0 and < int.MaxValue;
        return known && Array.BinarySearch(Categories[node]!, (int)value) >= 0;
    }

    /// <summary>The leaf that a row comes to.</summary>
    public int LeafOf(ReadOnlySpan<double> row)
    {
        var node = 0;
        while (Left[node] >= 0) node = GoesLeft(node, row[Feature[node]]) ? Left[node] : Right[node];
        return node;
    }

    /// <summary>Questions on the longest way to a leaf.</summary>
    public int Depth()
    {
        var depths = new int[Nodes];
        var deepest = 0;
        for (var node = 0; node < Nodes; node++)
        {
            if (Left[node] < 0) continue;
            depths[Left[node]] = depths[Right[node]] = depths[node] + 1;
            deepest = Math.Max(deepest, depths[node] + 1);
        }

        return deepest;
    }
}
