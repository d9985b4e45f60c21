using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Busker.Learning.Trees;

/// <summary>
/// Small numeric trees without walking them (Lucchese et al. 2015, QuickScorer): every node is compared, 32 trees at once, and a
/// node that sends the row right strikes out the leaves on its left; the first leaf that is left over is the one reached. No
/// branch and no chain of loads, so it is quick from cold caches too.
/// </summary>
internal sealed unsafe class MaskedTrees
{
    private const int Leaves = 32, Together = 32, Columns = 64;

    private readonly ThresholdCodes _codes;
    private readonly int[] _groupRows;
    private readonly ushort[] _slots;
    private readonly ushort[] _numbers;
    private readonly uint[] _keeps;
    private readonly double[] _values;
    private readonly double _base;
    private readonly int _trees;

    private MaskedTrees(TreeModel model, ThresholdCodes codes)
    {
        (_codes, _base, _trees) = (codes, model.BaseScore, model.Trees.Count);
        _groupRows = [.. model.Trees.Chunk(Together).Select(group => group.Max(t => t.Leaves - 1))];
        var cells = _groupRows.Sum() * Together;
        (_slots, _numbers, _keeps, _values) = (new ushort[cells], new ushort[cells], new uint[cells], new double[_trees * Leaves]);
        Array.Fill(_numbers, ushort.MaxValue);
        Array.Fill(_keeps, uint.MaxValue);
        var start = 0;
        for (var t = 0; t < _trees; t++)
        {
            if (t > 0 && t % Together == 0) start += _groupRows[t / Together - 1] * Together;
            var (cell, leaf) = (start + t % Together, 0);
            Place(model.Trees[t], 0, ref cell, ref leaf, t);
        }
    }

    /// <summary>Null when the machine has no 512-bit registers, or a tree more than 32 leaves, or the model categories, zero as missing, or more than 64 columns.</summary>
    public static MaskedTrees? Of(TreeModel model) =>
        Avx512BW.IsSupported && model.Trees.All(t => t.Leaves <= Leaves && t.Traits.All(f => (f & ~NodeTraits.MissingLeft) == 0))
        && ThresholdCodes.Of(model) is { } codes && codes.Columns <= Columns
            ? new MaskedTrees(model, codes)
            : null;

    /// <summary>Numbers the leaves of a subtree from left to right and fills a cell for each inner node.</summary>
    private void Place(Tree tree, int node, ref int cell, ref int leaf, int number)
    {
        if (tree.IsLeaf(node))
        {
            _values[number * Leaves + leaf++] = tree.Value[node];
            return;
        }

        var (column, threshold) = _codes.Find(tree.Feature[node], tree.Threshold[node]);
        var (mine, first) = (cell, leaf);
        cell += Together;
        Place(tree, tree.Left[node], ref cell, ref leaf, number);
        var missingLeft = (tree.Traits[node] & NodeTraits.MissingLeft) != 0;
        _slots[mine] = (ushort)(column % 32 + (missingLeft ? 0 : 32) + column / 32 * 64);
        _numbers[mine] = (ushort)threshold;
        _keeps[mine] = ~(uint)((1UL << leaf) - (1UL << first));
        Place(tree, tree.Right[node], ref cell, ref leaf, number);
    }

    [SkipLocalsInit]
    public double Margin(ReadOnlySpan<double> row)
    {
        Span<ushort> left = stackalloc ushort[Columns];
        Span<ushort> right = stackalloc ushort[Columns];
        _codes.Encode(row, left, right);
        var (a, b) = (Vector512.Create<ushort>(left), Vector512.Create<ushort>(right));
        var (c, d) = (Vector512.Create<ushort>(left[32..]), Vector512.Create<ushort>(right[32..]));
        var (margin, all) = (_base, _codes.Columns > 32);
        var open = stackalloc uint[Together];
        fixed (ushort* slots = _slots, numbers = _numbers)
        fixed (uint* keeps = _keeps)
        fixed (double* values = _values)
        {
            var cell = 0;
            for (var g = 0; g < _groupRows.Length; g++)
            {
                var (low, high) = (Vector512<uint>.AllBitsSet, Vector512<uint>.AllBitsSet);
                for (var end = cell + _groupRows[g] * Together; cell < end; cell += Together)
                {
                    var slot = Vector512.Load(slots + cell);
                    var code = Avx512BW.PermuteVar32x16x2(a, slot, b);
                    if (all) code = Vector512.ConditionalSelect(Vector512.GreaterThan(slot, Vector512.Create((ushort)63)), Avx512BW.PermuteVar32x16x2(c, slot, d), code);
                    var goesRight = Vector512.GreaterThan(code, Vector512.Load(numbers + cell)).AsInt16();
                    low &= Vector512.Load(keeps + cell) | ~Vector512.WidenLower(goesRight).AsUInt32();
                    high &= Vector512.Load(keeps + cell + 16) | ~Vector512.WidenUpper(goesRight).AsUInt32();
                }

                low.Store(open);
                high.Store(open + 16);
                var value = values + g * Together * Leaves;
                var count = Math.Min(Together, _trees - g * Together);
                for (var i = 0; i < count; i++) margin += value[i * Leaves + BitOperations.TrailingZeroCount(open[i])];
            }
        }

        return margin;
    }
}
