using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// Grows one tree: splits the chosen leaf, counts the smaller child's histogram and subtracts it from the parent's to
/// get the sibling's. One parallel region per split does both children of a block of columns, scan included.
/// </summary>
internal sealed unsafe class LeafGrower
{
    private readonly BinnedTable _table;
    private readonly BinMap _map;
    private readonly BoostOptions _options;
    private readonly Lanes _lanes;
    private readonly SplitFinder _finder;
    private readonly ColumnChoice _columns;
    private readonly Stack<long[]> _pool = new();
    private readonly Split[] _found;
    private readonly int _sumsLength;

    public LeafGrower(Table table, BinnedTable codes, BinMap map, BoostOptions options, Lanes lanes)
    {
        (_table, _map, _options, _lanes) = (codes, map, options, lanes);
        _finder = new SplitFinder(table, map, options);
        _columns = new ColumnChoice(table.Names, options);
        _found = new Split[2 * codes.Width];
        _sumsLength = codes.Width * Histogram.Stride;
    }

    /// <summary>Grows on the rows of the set, which end up grouped by leaf. The draft's values hold the raw steps.</summary>
    public (TreeDraft Draft, List<Leaf> Leaves) Grow(RowSet rows, Gradients gradients, int number)
    {
        (_finder.GradientUnit, _finder.HessianUnit) = (gradients.GradientUnit, gradients.HessianUnit);
        _columns.NextTree(number);
        var draft = new TreeDraft();
        var leaves = new List<Leaf>();
        var root = Root(draft, rows, gradients);
        leaves.Add(root);
        Evaluate(root, null, rows, gradients);
        while (leaves.Count < _options.MaxLeaves && Next(leaves) is { } chosen)
        {
            leaves.Remove(chosen);
            var (left, right) = Divide(draft, chosen, rows);
            leaves.Add(left);
            leaves.Add(right);
            if (leaves.Count < _options.MaxLeaves) Measure(chosen, left, right, rows, gradients);
            Release(chosen);
        }

        foreach (var leaf in leaves) Release(leaf);
        return (draft, leaves);
    }

    private Leaf Root(TreeDraft draft, RowSet rows, Gradients gradients)
    {
        long gradient = 0, hessian = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var word = gradients.Words[rows.Rows[i]];
            gradient += (int)word;
            hessian += word >> 32;
        }

        var root = new Leaf
        {
            Node = draft.Add(0, rows.Count), From = 0, To = rows.Count, Depth = 0, Gradient = gradient, Hessian = hessian,
        };
        draft.Set(0, Value(root));
        root.Allowed = _columns.At(root);
        return root;
    }

    private double Value(Leaf leaf) =>
        _finder.Score.Value(leaf.Gradient * _finder.GradientUnit, leaf.Hessian * _finder.HessianUnit, leaf.Low, leaf.High);

    private Leaf? Next(List<Leaf> leaves)
    {
        Leaf? best = null;
        foreach (var leaf in leaves)
        {
            if (leaf.Best.Feature < 0) continue;
            if (best is null || Precedes(leaf, best)) best = leaf;
        }

        return best;
    }

    private bool Precedes(Leaf leaf, Leaf other)
    {
        if (_options.Growth == Growth.DepthWise && leaf.Depth != other.Depth) return leaf.Depth < other.Depth;
        return leaf.Best.Gain != other.Best.Gain ? leaf.Best.Gain > other.Best.Gain : leaf.Node < other.Node;
    }

    private (Leaf Left, Leaf Right) Divide(TreeDraft draft, Leaf leaf, RowSet rows)
    {
        var split = leaf.Best;
        var middle = rows.Divide(leaf.From, leaf.To, _table, split, _map.Columns[split.Feature].Values, _lanes);
        var (low, high) = ((leaf.Low, leaf.High), (leaf.Low, leaf.High));
        var monotone = _finder.Monotone(split.Feature);
        if (monotone != 0)
        {
            // Children of a monotone split may not cross the middle of the two values ("basic" constraints).
            var left = Bounded(leaf, split.Gradient, split.Hessian);
            var right = Bounded(leaf, leaf.Gradient - split.Gradient, leaf.Hessian - split.Hessian);
            var between = (left + right) / 2;
            (low, high) = monotone > 0
                ? ((leaf.Low, between), (between, leaf.High))
                : ((between, leaf.High), (leaf.Low, between));
        }

        var path = _columns.Constrained ? leaf.Path.Append(split.Feature).Distinct().ToArray() : [];
        var leftLeaf = Child(draft, leaf, (leaf.From, middle), (split.Gradient, split.Hessian), low, path);
        var rightLeaf = Child(draft, leaf, (middle, leaf.To), (leaf.Gradient - split.Gradient, leaf.Hessian - split.Hessian), high, path);
        draft.Divide(leaf.Node, split, leftLeaf.Node, rightLeaf.Node);
        return (leftLeaf, rightLeaf);
    }

    private double Bounded(Leaf leaf, long gradient, long hessian) =>
        _finder.Score.Value(gradient * _finder.GradientUnit, hessian * _finder.HessianUnit, leaf.Low, leaf.High);

    private Leaf Child(
        TreeDraft draft, Leaf parent, (int From, int To) run, (long Gradient, long Hessian) sums, (double Low, double High) bounds, int[] path)
    {
        var leaf = new Leaf
        {
            Node = draft.Add(0, run.To - run.From), From = run.From, To = run.To, Depth = parent.Depth + 1,
            Gradient = sums.Gradient, Hessian = sums.Hessian, Low = bounds.Low, High = bounds.High, Path = path,
        };
        draft.Set(leaf.Node, Value(leaf));
        leaf.Allowed = _columns.At(leaf);
        return leaf;
    }

    private bool MaySplit(Leaf leaf) =>
        leaf.Count >= 2 * Math.Max(1, _options.MinRows) && (_options.MaxDepth == 0 || leaf.Depth < _options.MaxDepth);

    private void Measure(Leaf parent, Leaf left, Leaf right, RowSet rows, Gradients gradients)
    {
        if (!MaySplit(left) && !MaySplit(right)) return;
        var (small, large) = left.Count <= right.Count ? (left, right) : (right, left);
        large.Sums = parent.Sums;
        parent.Sums = null;
        Evaluate(small, large, rows, gradients);
    }

    /// <summary>Counts <paramref name="small"/>, derives <paramref name="large"/> from the parent's sums it holds, and scans both.</summary>
    private void Evaluate(Leaf small, Leaf? large, RowSet rows, Gradients gradients)
    {
        small.Sums = _pool.TryPop(out var sums) ? sums : GC.AllocateUninitializedArray<long>(_sumsLength, pinned: true);
        var blocks = _table.Blocks.Length;
        var lanes = (long)small.Count * _table.Width < 40_000 ? Lanes.One : _lanes;
        var cuts = blocks % lanes.Threads == 0 || small.Count < 200_000 ? 1 : lanes.Threads;
        if (cuts > 1) CountInPieces(small, rows, gradients, cuts);
        lanes.For(blocks, b =>
        {
            if (cuts == 1)
            {
                Clear(small.Sums, b);
                Count(small, rows, gradients, b, (small.From, small.To), small.Sums);
            }

            for (var f = b * BinnedTable.Lane; f < Math.Min(_table.Width, (b + 1) * BinnedTable.Lane); f++)
            {
                Scan(small, large, f);
            }
        });
        Reduce(small, 0);
        if (large is not null) Reduce(large, 1);
    }

    private void Scan(Leaf small, Leaf? large, int feature)
    {
        var length = 2 * (_map.Columns[feature].Values + 1);
        var start = feature * Histogram.Stride;
        fixed (long* smallSums = small.Sums)
        {
            _found[2 * feature] = MaySplit(small) && small.Allowed?[feature] != false
                ? _finder.Find(small, feature, smallSums + start)
                : Split.None;
        }

        if (large is null) return;
        Histogram.Subtract(large.Sums.AsSpan(start, length), small.Sums.AsSpan(start, length));
        fixed (long* largeSums = large.Sums)
        {
            _found[2 * feature + 1] = MaySplit(large) && large.Allowed?[feature] != false
                ? _finder.Find(large, feature, largeSums + start)
                : Split.None;
        }
    }

    private void Reduce(Leaf leaf, int side)
    {
        leaf.Best = Split.None;
        for (var f = 0; f < _table.Width; f++)
        {
            if (_found[2 * f + side].Gain > leaf.Best.Gain) leaf.Best = _found[2 * f + side];
        }
    }

    private void Clear(long[] sums, int block)
    {
        for (var f = block * BinnedTable.Lane; f < Math.Min(_table.Width, (block + 1) * BinnedTable.Lane); f++)
        {
            Array.Clear(sums, f * Histogram.Stride, 2 * (_map.Columns[f].Values + 1));
        }
    }

    private void Count(Leaf leaf, RowSet rows, Gradients gradients, int block, (int From, int To) run, long[] into)
    {
        var columns = Math.Min(BinnedTable.Lane, _table.Width - block * BinnedTable.Lane);
        var everyRow = leaf.Depth == 0 && leaf.Count == _table.Rows;
        fixed (ulong* words = _table.Blocks[block])
        fixed (long* packed = gradients.Words, sums = into)
        fixed (int* chosen = rows.Rows)
        {
            Histogram.Add(words, packed, everyRow ? null : chosen, run.From, run.To, sums + block * BinnedTable.Lane * Histogram.Stride, columns);
        }
    }

    /// <summary>When the blocks do not divide evenly among the threads: runs of rows as well, added up afterwards.</summary>
    private void CountInPieces(Leaf leaf, RowSet rows, Gradients gradients, int cuts)
    {
        var parts = new long[cuts][];
        parts[0] = leaf.Sums!;
        for (var c = 1; c < cuts; c++) parts[c] = _pool.TryPop(out var sums) ? sums : GC.AllocateUninitializedArray<long>(_sumsLength, pinned: true);
        _lanes.For(cuts, c =>
        {
            var run = (leaf.From + (int)((long)leaf.Count * c / cuts), leaf.From + (int)((long)leaf.Count * (c + 1) / cuts));
            for (var b = 0; b < _table.Blocks.Length; b++)
            {
                Clear(parts[c], b);
                Count(leaf, rows, gradients, b, run, parts[c]);
            }
        });
        for (var c = 1; c < cuts; c++)
        {
            for (var f = 0; f < _table.Width; f++)
            {
                var (start, length) = (f * Histogram.Stride, 2 * (_map.Columns[f].Values + 1));
                System.Numerics.Tensors.TensorPrimitives.Add<long>(parts[0].AsSpan(start, length), parts[c].AsSpan(start, length), parts[0].AsSpan(start, length));
            }

            _pool.Push(parts[c]);
        }
    }

    private void Release(Leaf leaf)
    {
        if (leaf.Sums is { } sums) _pool.Push(sums);
        leaf.Sums = null;
    }
}
