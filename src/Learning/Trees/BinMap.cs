using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>One column's codes. Numeric: code b holds values in (Cuts[b−1], Cuts[b]]. Categorical: code = place in Categories.</summary>
internal sealed class BinColumn
{
    public required double[] Cuts { get; init; }
    public required int[]? Categories { get; init; }

    /// <summary>Codes 0 … Values − 1 are values; the code <c>Values</c> is missing (or an unknown category).</summary>
    public int Values => Categories?.Length ?? Cuts.Length + 1;

    /// <summary>Codes of some values. The search has no branch: a misprediction would cost more than its steps.</summary>
    public void Encode(ReadOnlySpan<double> values, Span<byte> into)
    {
        if (Categories is { } categories)
        {
            for (var i = 0; i < values.Length; i++) into[i] = (byte)(Place(categories, values[i]) is >= 0 and var at ? at : categories.Length);
            return;
        }

        Span<double> cuts = stackalloc double[256];
        cuts.Fill(double.PositiveInfinity);
        Cuts.CopyTo(cuts);
        if (Vector512.IsHardwareAccelerated) EncodeWide(cuts, values, into, (byte)Values);
        else EncodePlain(cuts, values, into, (byte)Values);
    }

    /// <summary>How many of every sixteenth cut lie below the value, then how many of the sixteen after them.</summary>
    internal static void EncodeWide(ReadOnlySpan<double> cuts, ReadOnlySpan<double> values, Span<byte> into, byte missing)
    {
        Span<double> pivots = stackalloc double[16];
        for (var i = 0; i < 16; i++) pivots[i] = cuts[16 * i + 15];
        var (low, high) = (Vector512.Create(pivots), Vector512.Create(pivots[8..]));
        ref var first = ref MemoryMarshal.GetReference(cuts);
        for (var i = 0; i < values.Length; i++)
        {
            var value = Vector512.Create(values[i]);
            var at = BitOperations.PopCount(Below(low, value) | (Below(high, value) << 8)) << 4;
            at += BitOperations.PopCount(Below(Vector512.LoadUnsafe(ref first, (nuint)at), value) | (Below(Vector512.LoadUnsafe(ref first, (nuint)at + 8), value) << 8));
            into[i] = double.IsNaN(values[i]) ? missing : (byte)at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Below(Vector512<double> cuts, Vector512<double> value) => (uint)Vector512.LessThan(cuts, value).ExtractMostSignificantBits();

    internal static void EncodePlain(ReadOnlySpan<double> cuts, ReadOnlySpan<double> values, Span<byte> into, byte missing)
    {
        ref var first = ref MemoryMarshal.GetReference(cuts);
        for (var i = 0; i < values.Length; i++)
        {
            var (value, at) = (values[i], 0);
            for (var half = 128; half > 0; half >>= 1) at += half & -Unsafe.BitCast<bool, byte>(Unsafe.Add(ref first, at + half - 1) < value);
            into[i] = double.IsNaN(value) ? missing : (byte)at;
        }
    }

    private static int Place(int[] categories, double value) => Array.IndexOf(categories, value is >= 0 and < int.MaxValue ? (int)value : -1);
}

/// <summary>The codes of every column of a table, fixed at training.</summary>
internal sealed class BinMap(BinColumn[] columns)
{
    private const int SampleRows = 200_000;

    public BinColumn[] Columns => columns;

    public static BinMap Of(Table table, BoostOptions options, Crew crew)
    {
        var columns = new BinColumn[table.Width];
        var sample = table.Rows <= SampleRows ? null : new Rng(options.Seed).Fork(0xB1).Sample(table.Rows, SampleRows);
        crew.For(table.Width, (c, _) => columns[c] = options.Categorical.Contains(table.Names[c])
            ? Categories(table.Columns[c])
            : Numeric(table.Columns[c], sample, options));
        return new BinMap(columns);
    }

    private static BinColumn Categories(double[] column)
    {
        var counts = new Dictionary<int, int>();
        foreach (var value in column)
        {
            if (!double.IsNaN(value)) counts[(int)value] = counts.GetValueOrDefault((int)value) + 1;
        }

        int[] kept = [.. counts.OrderByDescending(p => p.Value).ThenBy(p => p.Key).Take(254).Select(p => p.Key)];
        return new BinColumn { Cuts = [], Categories = kept };
    }

    private static BinColumn Numeric(double[] column, int[]? sample, BoostOptions options)
    {
        var values = sample is null ? (double[])column.Clone() : Array.ConvertAll(sample, r => column[r]);
        values = Array.FindAll(values, v => !double.IsNaN(v));
        Array.Sort(values);
        return new BinColumn { Cuts = Cut(values, column, options), Categories = null };
    }

    private static double[] Cut(double[] sorted, double[] column, BoostOptions options)
    {
        if (sorted.Length == 0) return [];
        var cuts = new SortedSet<double>();
        if (Distinct(sorted, options.MaxBins) is { } distinct)
        {
            for (var i = 1; i < distinct.Count; i++) cuts.Add(Middle(distinct[i - 1], distinct[i]));
            return [.. cuts];
        }

        var quantiles = options.Cuts == Cuts.Quantile ? options.MaxBins - 1 : (int)(options.MaxBins * options.QuantileShare);
        for (var q = 1; q <= quantiles; q++)
        {
            var at = (int)((long)q * (sorted.Length - 1) / (quantiles + 1));
            var next = at;
            while (next < sorted.Length && sorted[next] == sorted[at]) next++;
            if (next < sorted.Length) cuts.Add(Middle(sorted[at], sorted[next]));
        }

        if (options.Cuts == Cuts.Quantile) return [.. cuts];

        // The other half, and what ties left over, at equal widths over the true range: the tail keeps its bins.
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in column)
        {
            if (value < low) low = value;
            if (value > high) high = value;
        }

        var widths = options.MaxBins - 1 - cuts.Count;
        for (var w = 1; w <= widths; w++) cuts.Add(low + (high - low) * w / (widths + 1));
        return [.. cuts];
    }

    private static List<double>? Distinct(double[] sorted, int limit)
    {
        var distinct = new List<double>(limit) { sorted[0] };
        foreach (var value in sorted)
        {
            if (value == distinct[^1]) continue;
            if (distinct.Count == limit) return null;
            distinct.Add(value);
        }

        return distinct;
    }

    /// <summary>A cut strictly below <paramref name="above"/> and not below <paramref name="below"/>.</summary>
    private static double Middle(double below, double above)
    {
        var middle = below + (above - below) / 2;
        return middle >= below && middle < above ? middle : below;
    }
}
