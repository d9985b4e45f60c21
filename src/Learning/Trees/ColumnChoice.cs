using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Which columns a node may split on: drawn per tree and per node, and by interaction constraints.</summary>
internal sealed class ColumnChoice
{
    private readonly BoostOptions _options;
    private readonly int _width;
    private readonly HashSet<int>[] _groups;
    private bool[]? _tree;
    private Rng _rng;

    public ColumnChoice(string[] names, BoostOptions options)
    {
        (_options, _width) = (options, names.Length);
        _rng = new Rng(options.Seed);
        var listed = options.Interactions.Select(g => g.Select(n => Array.IndexOf(names, n)).ToHashSet()).ToList();
        var alone = Enumerable.Range(0, _width).Where(f => listed.TrueForAll(g => !g.Contains(f))).Select(f => new HashSet<int> { f });
        _groups = listed.Count == 0 ? [] : [.. listed, .. alone];
    }

    public bool Constrained => _groups.Length > 0;

    public void NextTree(int number)
    {
        _rng = new Rng(_options.Seed).Fork(0xC0).Fork((ulong)number);
        _tree = _options.ColumnFraction < 1 ? Draw(_options.ColumnFraction, null, _rng) : null;
    }

    /// <summary>Null = every column.</summary>
    public bool[]? At(Leaf leaf)
    {
        var allowed = _tree;
        if (Constrained && leaf.Path.Length > 0)
        {
            var meets = _groups.Where(g => leaf.Path.All(g.Contains)).SelectMany(g => g).ToHashSet();
            allowed = [.. Enumerable.Range(0, _width).Select(f => meets.Contains(f) && _tree?[f] != false)];
        }

        return _options.ColumnFractionPerNode < 1 ? Draw(_options.ColumnFractionPerNode, allowed, _rng.Fork((ulong)leaf.Node)) : allowed;
    }

    private bool[] Draw(double fraction, bool[]? among, Rng rng)
    {
        int[] open = [.. Enumerable.Range(0, _width).Where(f => among?[f] != false)];
        var chosen = new bool[_width];
        foreach (var i in rng.Sample(open.Length, Math.Max(1, (int)Math.Round(fraction * open.Length)))) chosen[open[i]] = true;
        return chosen;
    }
}
