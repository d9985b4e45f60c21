namespace Busker.Learning.Trees;

/// <summary>The arrays of a tree while a reader fills them.</summary>
internal sealed class TreeArrays(int nodes)
{
    public int Nodes => nodes;
    public int[] Feature { get; } = new int[nodes];
    public double[] Threshold { get; } = new double[nodes];
    public int[] Left { get; } = [.. Enumerable.Repeat(-1, nodes)];
    public int[] Right { get; } = [.. Enumerable.Repeat(-1, nodes)];
    public NodeTraits[] Traits { get; } = new NodeTraits[nodes];
    public double[] Value { get; } = new double[nodes];
    public double[] Cover { get; } = new double[nodes];
    public double[] Gain { get; } = new double[nodes];
    public int[]?[] Categories { get; } = new int[]?[nodes];

    public Tree ToTree() => new()
    {
        Feature = Feature, Threshold = Threshold, Left = Left, Right = Right, Traits = Traits, Value = Value, Cover = Cover, Gain = Gain,
        Categories = Categories,
    };
}
