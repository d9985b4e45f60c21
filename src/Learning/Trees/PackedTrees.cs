using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Busker.Learning.Trees;

/// <summary>
/// Numeric trees in four bytes per node. A row is first turned into small integers: for each (column, side of missing) the
/// number of the model's own thresholds below the value. A node then compares integers: slot (10 bits), threshold number
/// (10), left child within the tree (12; the right one follows). A leaf is its own child, so eight trees walk in step.
/// </summary>
internal sealed unsafe class PackedTrees
{
    private const int MaxSlots = 1024, MaxThresholds = 1023, MaxNodes = 4096;

    private readonly uint[] _nodes;
    private readonly double[] _values;
    private readonly int[] _roots;
    private readonly int[] _depths;
    private readonly int[] _slotFeature;
    private readonly bool[] _slotMissingLeft;
    private readonly int[] _slotStart;
    private readonly double[] _thresholds;
    private readonly double _base;
    private readonly int _trees;

    private PackedTrees(TreeModel model, Slots slots)
    {
        _base = model.BaseScore;
        _trees = model.Trees.Count;
        (_slotFeature, _slotMissingLeft, _slotStart, _thresholds) = slots.Flatten();
        var padded = (_trees + 7) / 8 * 8;
        (_roots, _depths) = (new int[padded], new int[padded / 8]);
        var (nodes, values) = (new List<uint>(), new List<double>());
        for (var t = 0; t < _trees; t++)
        {
            _roots[t] = nodes.Count;
            _depths[t / 8] = Math.Max(_depths[t / 8], model.Trees[t].Depth());
            Pack(model.Trees[t], slots, nodes, values);
        }

        if (nodes.Count == 0) (nodes, values) = ([MaxThresholds << 12], [0]);
        (_nodes, _values) = ([.. nodes], [.. values]);
    }

    /// <summary>Null when the model has what four bytes cannot say: categories, zero as missing, very many thresholds or nodes.</summary>
    public static PackedTrees? Of(TreeModel model)
    {
        var slots = new Slots();
        foreach (var tree in model.Trees)
        {
            if (tree.Nodes > MaxNodes || tree.Traits.Any(f => (f & ~NodeTraits.MissingLeft) != 0)) return null;
            for (var node = 0; node < tree.Nodes; node++)
            {
                if (!tree.IsLeaf(node)) slots.Add(tree.Feature[node], tree.Traits[node], tree.Threshold[node]);
            }
        }

        return slots.Count <= MaxSlots && slots.Most <= MaxThresholds ? new PackedTrees(model, slots) : null;
    }

    /// <summary>Lays a tree out breadth first with siblings side by side.</summary>
    private static void Pack(Tree tree, Slots slots, List<uint> nodes, List<double> values)
    {
        var root = nodes.Count;
        var order = new List<int> { 0 };
        for (var i = 0; i < order.Count; i++)
        {
            var node = order[i];
            if (tree.IsLeaf(node))
            {
                nodes.Add(((uint)MaxThresholds << 12) | (uint)(nodes.Count - root));
                values.Add(tree.Value[node]);
                continue;
            }

            var (slot, number) = slots.Find(tree.Feature[node], tree.Traits[node], tree.Threshold[node]);
            nodes.Add(((uint)slot << 22) | ((uint)number << 12) | (uint)order.Count);
            values.Add(0);
            order.Add(tree.Left[node]);
            order.Add(tree.Right[node]);
        }
    }

    [SkipLocalsInit]
    public double Margin(ReadOnlySpan<double> row)
    {
        var codes = stackalloc int[_slotFeature.Length + 1];
        codes[0] = 0;
        Encode(row, codes);
        return Avx2.IsSupported ? WalkEight(codes) : WalkOne(codes);
    }

    private void Encode(ReadOnlySpan<double> row, int* codes)
    {
        fixed (double* thresholds = _thresholds)
        {
            for (var s = 0; s < _slotFeature.Length; s++)
            {
                var value = row[_slotFeature[s]];
                var from = thresholds + _slotStart[s];
                var length = _slotStart[s + 1] - _slotStart[s];
                if (double.IsNaN(value))
                {
                    codes[s] = _slotMissingLeft[s] ? 0 : length;
                    continue;
                }

                var at = from;
                while (length > 1)
                {
                    var half = length >> 1;
                    at += at[half - 1] < value ? half : 0;
                    length -= half;
                }

                codes[s] = (int)(at - from) + (*at < value ? 1 : 0);
            }
        }
    }

    private double WalkEight(int* codes)
    {
        var margin = _base;
        var (low, mid) = (Vector256.Create(0xFFF), Vector256.Create(0x3FF));
        var reached = stackalloc int[8];
        fixed (uint* nodes = _nodes)
        fixed (int* roots = _roots)
        fixed (double* values = _values)
        {
            for (var t = 0; t < _trees; t += 8)
            {
                var root = Vector256.Load(roots + t);
                var at = root;
                for (var depth = _depths[t / 8]; depth > 0; depth--)
                {
                    var node = Avx2.GatherVector256((int*)nodes, at, 4);
                    var code = Avx2.GatherVector256(codes, Vector256.ShiftRightLogical(node, 22), 4);
                    var right = Vector256.GreaterThan(code, Vector256.ShiftRightLogical(node, 12) & mid);
                    at = root + (node & low) - right;
                }

                at.Store(reached);
                var count = Math.Min(8, _trees - t);
                for (var i = 0; i < count; i++) margin += values[reached[i]];
            }
        }

        return margin;
    }

    private double WalkOne(int* codes)
    {
        var margin = _base;
        for (var t = 0; t < _trees; t++)
        {
            var at = _roots[t];
            for (var depth = _depths[t / 8]; depth > 0; depth--)
            {
                var node = _nodes[at];
                at = _roots[t] + (int)(node & 0xFFF) + (codes[node >> 22] > ((node >> 12) & 0x3FF) ? 1 : 0);
            }

            margin += _values[at];
        }

        return margin;
    }

    /// <summary>The distinct thresholds of each (column, side of missing).</summary>
    private sealed class Slots
    {
        private readonly SortedDictionary<(int Feature, bool MissingLeft), SortedSet<double>> _sets = [];
        private readonly Dictionary<(int Feature, bool MissingLeft), (int Slot, double[] Sorted)> _found = [];

        public int Count => _sets.Count;
        public int Most => _sets.Count == 0 ? 0 : _sets.Max(s => s.Value.Count);

        public void Add(int feature, NodeTraits flags, double threshold)
        {
            var key = (feature, (flags & NodeTraits.MissingLeft) != 0);
            if (!_sets.TryGetValue(key, out var set)) _sets[key] = set = [];
            set.Add(threshold);
        }

        public (int[] Feature, bool[] MissingLeft, int[] Start, double[] Thresholds) Flatten()
        {
            var starts = new List<int> { 0 };
            var thresholds = new List<double>();
            foreach (var (key, set) in _sets)
            {
                _found[key] = (_found.Count, [.. set]);
                thresholds.AddRange(set);
                starts.Add(thresholds.Count);
            }

            return ([.. _sets.Keys.Select(k => k.Feature)], [.. _sets.Keys.Select(k => k.MissingLeft)], [.. starts], [.. thresholds]);
        }

        public (int Slot, int Number) Find(int feature, NodeTraits flags, double threshold)
        {
            var (slot, sorted) = _found[(feature, (flags & NodeTraits.MissingLeft) != 0)];
            return (slot, Array.BinarySearch(sorted, threshold));
        }
    }
}
