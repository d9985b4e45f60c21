using System.Numerics.Tensors;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// Grows one tree: splits the chosen leaf, counts the smaller child's histogram and subtracts it from the parent's to
/// get the sibling's. One parallel region per split does both children of a block of columns, scan included.
/// </summary>
internal sealed unsafe class LeafGrower
{
    /// <summary>Values to count before a second thread pays, and rows to a run.</summary>
    private const int Worthwhile = 20_000, Run = 8192;

    private readonly BinnedTable _table;
    private readonly BinMap _map;
    private readonly BoostOptions _options;
    private readonly Crew _crew;
    private readonly LeafCounter[] _counters;
    private readonly long[]?[] _parts;
    private readonly SplitFinder _finder;
    private readonly ColumnChoice _columns;
    private readonly Stack<long[]> _pool = new();
    private readonly Split[] _found;
    private readonly int _sumsLength;

    public LeafGrower(Table table, BinnedTable codes, BinMap map, BoostOptions options, Crew crew)
    {
        (_table, _map, _options, _crew) = (codes, map, options, crew);
        var rowCodes = RowCodes.Of(codes, crew);
        _counters = [.. Enumerable.Range(0, crew.Threads).Select(_ => new LeafCounter(rowCodes, codes.Width))];
        _parts = new long[]?[crew.Threads];
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
        var (gradient, hessian) = gradients.Sum(rows);
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
        var middle = rows.Divide(leaf.From, leaf.To, _table, split, _map.Columns[split.Feature].Values, _crew);
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
        small.Sums = Borrow();
        var everyRow = small.Depth == 0 && small.Count == _table.Rows;
        var list = everyRow ? null : rows.Rows;
        var blocks = (_table.Width + RowCodes.Lane - 1) / RowCodes.Lane;
        if (_crew.Threads == 1 || (long)small.Count * _table.Width < Worthwhile)
        {
            Clear(small.Sums, (0, _table.Width));
            _counters[0].Add(list, small.From, small.To, gradients.Words, small.Sums, (0, blocks));
            for (var f = 0; f < _table.Width; f++) Scan(small, large, f);
        }
        else if (small.Count < 2 * Run)
        {
            _crew.For(blocks, (b, worker) =>
            {
                var columns = (First: b * RowCodes.Lane, End: Math.Min(_table.Width, (b + 1) * RowCodes.Lane));
                Clear(small.Sums, columns);
                _counters[worker].Add(list, small.From, small.To, gradients.Words, small.Sums, (b, b + 1));
                for (var f = columns.First; f < columns.End; f++) Scan(small, large, f);
            });
        }
        else
        {
            CountInRuns(small, list, gradients, blocks);
            _crew.For(_table.Width, (f, _) =>
            {
                Gather(small.Sums, f);
                Scan(small, large, f);
            });
            for (var w = 1; w < _parts.Length; w++) Return(ref _parts[w]);
        }

        Reduce(small, 0);
        if (large is not null) Reduce(large, 1);
    }

    /// <summary>Each thread sums the runs of rows it gets into histograms of its own; sums do not depend on who got what.</summary>
    private void CountInRuns(Leaf leaf, int[]? list, Gradients gradients, int blocks)
    {
        Clear(leaf.Sums!, (0, _table.Width));
        for (var w = 1; w < _parts.Length; w++) _parts[w] = null;
        _parts[0] = leaf.Sums;
        var spare = Enumerable.Range(1, _parts.Length - 1).Select(_ => Borrow()).ToArray();
        _crew.For((leaf.Count + Run - 1) / Run, (run, worker) =>
        {
            if (_parts[worker] is null) Clear(_parts[worker] = spare[worker - 1], (0, _table.Width));
            var from = leaf.From + run * Run;
            _counters[worker].Add(list, from, Math.Min(leaf.To, from + Run), gradients.Words, _parts[worker]!, (0, blocks));
        });
        for (var w = 1; w < _parts.Length; w++)
        {
            if (_parts[w] is null) Return(ref spare[w - 1]!);
        }
    }

    private void Gather(long[] sums, int feature)
    {
        var (start, length) = (feature * Histogram.Stride, 2 * (_map.Columns[feature].Values + 1));
        for (var w = 1; w < _parts.Length; w++)
        {
            if (_parts[w] is { } part) TensorPrimitives.Add<long>(sums.AsSpan(start, length), part.AsSpan(start, length), sums.AsSpan(start, length));
        }
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

    private void Clear(long[] sums, (int First, int End) columns)
    {
        for (var f = columns.First; f < columns.End; f++) Array.Clear(sums, f * Histogram.Stride, 2 * (_map.Columns[f].Values + 1));
    }

    private long[] Borrow() => _pool.TryPop(out var sums) ? sums : GC.AllocateUninitializedArray<long>(_sumsLength, pinned: true);

    private void Return(ref long[]? sums)
    {
        if (sums is not null) _pool.Push(sums);
        sums = null;
    }

    private void Release(Leaf leaf)
    {
        if (leaf.Sums is { } sums) _pool.Push(sums);
        leaf.Sums = null;
    }
}
