using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Busker.Learning.Trees;

/// <summary>
/// The leaves of a small tree in flat arrays: decisions are bits of one word, an element of a path is satisfied when the bits under
/// its mask are the wanted ones, and the contributions of a leaf are looked up by which elements are satisfied.
/// </summary>
internal sealed class FlatPaths
{
    private readonly Tree _tree;
    private readonly int[] _inner;
    private readonly int[] _sizes;
    private readonly Element[] _elements;
    private readonly double[] _tables;

    private FlatPaths(LeafPaths paths, int[] inner)
    {
        (_tree, _inner) = (paths.Tree, inner);
        _sizes = [.. paths.Paths.Select(p => p.Elements.Length)];
        _elements = [.. paths.Paths.SelectMany(p => p.Elements).Select(e => new Element(Bits(e, _ => true), Bits(e, left => left), e.Feature))];
        _tables = [.. paths.Paths.SelectMany(p => p.Table!)];
    }

    public static FlatPaths? Of(LeafPaths paths)
    {
        int[] inner = [.. Enumerable.Range(0, paths.Tree.Nodes).Where(node => !paths.Tree.IsLeaf(node))];
        return inner.Length <= 64 && paths.Paths.All(p => p.Table is not null) ? new FlatPaths(paths, inner) : null;
    }

    public void Add(ReadOnlySpan<double> row, Span<double> contributions)
    {
        ulong left = 0;
        for (var i = 0; i < _inner.Length; i++)
        {
            var node = _inner[i];
            if (_tree.GoesLeft(node, row[_tree.Feature[node]])) left |= 1UL << i;
        }

        ref var element = ref MemoryMarshal.GetArrayDataReference(_elements);
        ref var table = ref MemoryMarshal.GetArrayDataReference(_tables);
        foreach (var size in _sizes)
        {
            nuint answers = 0;
            for (var e = 0; e < size; e++)
            {
                ref var one = ref Unsafe.Add(ref element, e);
                answers |= (nuint)Unsafe.BitCast<bool, byte>((left & one.Mask) == one.Wanted) << e;
            }

            ref var parts = ref Unsafe.Add(ref table, answers * (nuint)size);
            for (var e = 0; e < size; e++) contributions[Unsafe.Add(ref element, e).Feature] += Unsafe.Add(ref parts, e);
            element = ref Unsafe.Add(ref element, size);
            table = ref Unsafe.Add(ref table, size << size);
        }
    }

    private ulong Bits(LeafPaths.Element element, Func<bool, bool> counted) =>
        element.Asks.Where(a => counted(a.Left)).Aggregate(0UL, (bits, a) => bits | (1UL << Array.BinarySearch(_inner, a.Node)));

    private readonly record struct Element(ulong Mask, ulong Wanted, int Feature);
}
