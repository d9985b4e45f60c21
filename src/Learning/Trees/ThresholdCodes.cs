using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Busker.Learning.Trees;

/// <summary>
/// The thresholds a model compares a column with, ascending: a value becomes the number of thresholds below it, found by
/// comparing with every sixteenth and then with the sixteen behind it.
/// </summary>
internal sealed class ThresholdCodes
{
    /// <summary>Thresholds of one column.</summary>
    public const int Most = 256;

    private readonly int[] _features;
    private readonly double[] _thresholds;
    private readonly int[] _starts;
    private readonly double[] _pivots;
    private readonly double[][] _sorted;

    private ThresholdCodes(SortedDictionary<int, SortedSet<double>> sets)
    {
        (_features, _sorted) = ([.. sets.Keys], [.. sets.Values.Select(s => s.ToArray())]);
        (_starts, _pivots) = (new int[_features.Length], new double[16 * _features.Length]);
        var padded = new List<double>();
        Array.Fill(_pivots, double.PositiveInfinity);
        for (var c = 0; c < _features.Length; c++)
        {
            _starts[c] = padded.Count;
            padded.AddRange(_sorted[c]);
            while ((padded.Count - _starts[c]) % 16 != 0) padded.Add(double.PositiveInfinity);
            // The last sixteenth needs no pivot: nothing lies behind it.
            for (var p = 0; 16 * (p + 1) < padded.Count - _starts[c]; p++) _pivots[16 * c + p] = padded[_starts[c] + 16 * p + 15];
        }

        _thresholds = [.. padded];
    }

    /// <summary>Columns compared, numbered 0 … Columns − 1 in the order of the model's columns.</summary>
    public int Columns => _features.Length;

    /// <summary>Null when a column has more than <see cref="Most"/> thresholds.</summary>
    public static ThresholdCodes? Of(TreeModel model)
    {
        var sets = new SortedDictionary<int, SortedSet<double>>();
        foreach (var tree in model.Trees)
        {
            for (var node = 0; node < tree.Nodes; node++)
            {
                if (tree.IsLeaf(node)) continue;
                if (!sets.TryGetValue(tree.Feature[node], out var set)) sets[tree.Feature[node]] = set = [];
                set.Add(tree.Threshold[node]);
            }
        }

        return sets.Values.Any(s => s.Count > Most) ? null : new ThresholdCodes(sets);
    }

    public (int Column, int Number) Find(int feature, double threshold)
    {
        var column = Array.BinarySearch(_features, feature);
        return (column, Array.BinarySearch(_sorted[column], threshold));
    }

    /// <summary>Per column the number of thresholds below its value; a missing one gives 0 in <paramref name="missingLeft"/> and the largest number in the other.</summary>
    [SkipLocalsInit]
    public void Encode(ReadOnlySpan<double> row, Span<ushort> missingLeft, Span<ushort> missingRight)
    {
        ref var pivots = ref MemoryMarshal.GetArrayDataReference(_pivots);
        ref var thresholds = ref MemoryMarshal.GetArrayDataReference(_thresholds);
        for (var c = 0; c < _features.Length; c++)
        {
            var value = row[_features[c]];
            var wide = Vector512.Create(value);
            var block = 16 * Below(ref Unsafe.Add(ref pivots, 16 * c), wide);
            var code = (ushort)(block + Below(ref Unsafe.Add(ref thresholds, _starts[c] + block), wide));
            missingLeft[c] = code;
            missingRight[c] = double.IsNaN(value) ? ushort.MaxValue : code;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Below(ref double first, Vector512<double> value) => BitOperations.PopCount(
        (uint)Vector512.LessThan(Vector512.LoadUnsafe(ref first), value).ExtractMostSignificantBits()
        | ((uint)Vector512.LessThan(Vector512.LoadUnsafe(ref first, 8), value).ExtractMostSignificantBits() << 8));
}
