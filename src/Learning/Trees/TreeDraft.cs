namespace Busker.Learning.Trees;

/// <summary>A tree while it grows: nodes by number, children after their parent.</summary>
internal sealed class TreeDraft
{
    private readonly List<(Split Split, int Left, int Right)> _nodes = [];
    private readonly List<double> _values = [];
    private readonly List<double> _covers = [];

    public int Count => _nodes.Count;

    public int Add(double value, double cover)
    {
        _nodes.Add((Split.None, -1, -1));
        _values.Add(value);
        _covers.Add(cover);
        return _nodes.Count - 1;
    }

    public double Value(int node) => _values[node];

    public void Set(int node, double value) => _values[node] = value;

    public void Divide(int node, Split split, int left, int right) => _nodes[node] = (split, left, right);

    /// <summary>The leaf that a row of codes reaches.</summary>
    public int LeafOf(BinnedTable table, BinMap map, int row)
    {
        var node = 0;
        while (_nodes[node] is { Left: >= 0 } inner)
        {
            var feature = inner.Split.Feature;
            node = inner.Split.GoesLeft(table.Code(row, feature), map.Columns[feature].Values) ? inner.Left : inner.Right;
        }

        return node;
    }

    public Tree Finish(BinMap map)
    {
        var inner = _nodes.Select(n => n.Left >= 0).ToArray();
        return new Tree
        {
            Feature = [.. _nodes.Select((n, i) => inner[i] ? n.Split.Feature : 0)],
            Threshold = [.. _nodes.Select((n, i) => inner[i] && !n.Split.Categorical ? Cut(map.Columns[n.Split.Feature].Cuts, n.Split.Bin) : 0)],
            Left = [.. _nodes.Select(n => n.Left)],
            Right = [.. _nodes.Select(n => n.Right)],
            Traits = [.. _nodes.Select(n => (n.Split.MissingLeft ? NodeTraits.MissingLeft : 0) | (n.Split.Categorical ? NodeTraits.Categorical : 0))],
            Value = [.. _values.Select((v, i) => inner[i] ? 0 : v)],
            Cover = [.. _covers],
            Gain = [.. _nodes.Select((n, i) => inner[i] ? n.Split.Gain : 0)],
            Categories = [.. _nodes.Select((n, i) => inner[i] && n.Split.Categorical ? Chosen(n.Split, map.Columns[n.Split.Feature].Categories!) : null)],
        };
    }

    /// <summary>Behind the last cut only missing values are left.</summary>
    private static double Cut(double[] cuts, int bin) => bin < cuts.Length ? cuts[bin] : double.MaxValue;

    private static int[] Chosen(Split split, int[] categories)
    {
        int[] chosen = [.. categories.Where((_, code) => split.Codes.Has(code))];
        Array.Sort(chosen);
        return chosen;
    }
}
