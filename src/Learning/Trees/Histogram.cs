using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Busker.Learning.Trees;

/// <summary>
/// Sums per bin in fixed point: 256 bins × (Σ gradient, count·2^40 + Σ hessian) per column. Integer sums are exact, so
/// they do not depend on the order of rows or the number of threads, and parent − child is exactly the sibling.
/// </summary>
internal static unsafe class Histogram
{
    public const int Stride = 512;
    public const int CountShift = 40;
    public const long HessianMask = (1L << CountShift) - 1;

    private static readonly Vector128<long> OneRow = Vector128.Create(0, 1L << CountShift);

    /// <summary>
    /// Adds rows to the histograms of one block of up to eight columns. <paramref name="rows"/> null: rows
    /// <paramref name="from"/> … <paramref name="to"/> − 1 themselves. A gradient is two 32-bit halves: gradient, hessian.
    /// </summary>
    public static void Add(ulong* words, long* gradients, int* rows, int from, int to, long* sums, int columns)
    {
        if (columns == 8)
        {
            if (rows == null) AddAll8(words, gradients, from, to, sums);
            else AddSome8(words, gradients, rows, from, to, sums);
            return;
        }

        if (columns >= 4) Add4(words, gradients, rows, from, to, sums);
        for (var c = columns >= 4 ? 4 : 0; c < columns; c++) Add1(words, gradients, rows, from, to, sums + c * Stride, c * 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> Row(long gradient) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(gradient).AsInt32()) + OneRow;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(long* sums, int column, ulong code, Vector128<long> row)
    {
        var at = (Vector128<long>*)(sums + column * Stride) + code;
        *at += row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put8(long* sums, ulong word, Vector128<long> row)
    {
        Put(sums, 0, (byte)word, row);
        Put(sums, 1, (byte)(word >> 8), row);
        Put(sums, 2, (byte)(word >> 16), row);
        Put(sums, 3, (byte)(word >> 24), row);
        Put(sums, 4, (byte)(word >> 32), row);
        Put(sums, 5, (byte)(word >> 40), row);
        Put(sums, 6, (byte)(word >> 48), row);
        Put(sums, 7, word >> 56, row);
    }

    private static void AddAll8(ulong* words, long* gradients, int from, int to, long* sums)
    {
        for (var r = from; r < to; r++) Put8(sums, words[r], Row(gradients[r]));
    }

    private static void AddSome8(ulong* words, long* gradients, int* rows, int from, int to, long* sums)
    {
        var ahead = to - 16;
        for (var i = from; i < to; i++)
        {
            if (i < ahead && Sse.IsSupported)
            {
                Sse.Prefetch0(words + rows[i + 16]);
                Sse.Prefetch0(gradients + rows[i + 16]);
            }

            var r = rows[i];
            Put8(sums, words[r], Row(gradients[r]));
        }
    }

    private static void Add4(ulong* words, long* gradients, int* rows, int from, int to, long* sums)
    {
        for (var i = from; i < to; i++)
        {
            var r = rows == null ? i : rows[i];
            var (word, row) = (words[r], Row(gradients[r]));
            Put(sums, 0, (byte)word, row);
            Put(sums, 1, (byte)(word >> 8), row);
            Put(sums, 2, (byte)(word >> 16), row);
            Put(sums, 3, (byte)(word >> 24), row);
        }
    }

    private static void Add1(ulong* words, long* gradients, int* rows, int from, int to, long* sums, int shift)
    {
        for (var i = from; i < to; i++)
        {
            var r = rows == null ? i : rows[i];
            Put(sums, 0, (byte)(words[r] >> shift), Row(gradients[r]));
        }
    }

    /// <summary>sums −= child, over the codes in use.</summary>
    public static void Subtract(Span<long> sums, ReadOnlySpan<long> child) =>
        System.Numerics.Tensors.TensorPrimitives.Subtract(sums, child, sums);
}
