using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Adds rows, one word of codes each, to the histograms of up to eight columns. A gradient is two 32-bit halves: gradient, hessian.</summary>
    public static void Add(ulong* words, long* gradients, int rows, long* sums, int columns)
    {
        if (columns == 8)
        {
            Add8(words, gradients, rows, (byte*)sums);
            return;
        }

        var done = 0;
        if ((columns & 4) != 0)
        {
            Add4(words, gradients, rows, (byte*)sums);
            done = 4;
        }

        if ((columns & 2) != 0)
        {
            Add2(words, gradients, rows, (byte*)(sums + done * Stride), done * 8);
            done += 2;
        }

        if ((columns & 1) != 0) Add1(words, gradients, rows, (byte*)(sums + done * Stride), done * 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> Row(long gradient) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(gradient).AsInt32()) + Vector128.Create(0, 1L << CountShift);

    /// <summary><paramref name="offset"/>: a code times sixteen, the bytes of a bin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(byte* sums, int column, ulong offset, Vector128<long> row)
    {
        var at = (Vector128<long>*)(sums + offset + column * Stride * sizeof(long));
        *at += row;
    }

    private static void Add8(ulong* words, long* gradients, int rows, byte* sums)
    {
        for (nint r = 0; r < rows; r++)
        {
            var (word, row) = (words[r], Row(gradients[r]));
            Put(sums, 0, (word << 4) & 0xFF0, row);
            Put(sums, 1, (word >> 4) & 0xFF0, row);
            Put(sums, 2, (word >> 12) & 0xFF0, row);
            Put(sums, 3, (word >> 20) & 0xFF0, row);
            Put(sums, 4, (word >> 28) & 0xFF0, row);
            Put(sums, 5, (word >> 36) & 0xFF0, row);
            Put(sums, 6, (word >> 44) & 0xFF0, row);
            Put(sums, 7, (word >> 52) & 0xFF0, row);
        }
    }

    private static void Add4(ulong* words, long* gradients, int rows, byte* sums)
    {
        for (nint r = 0; r < rows; r++)
        {
            var (word, row) = (words[r], Row(gradients[r]));
            Put(sums, 0, (word << 4) & 0xFF0, row);
            Put(sums, 1, (word >> 4) & 0xFF0, row);
            Put(sums, 2, (word >> 12) & 0xFF0, row);
            Put(sums, 3, (word >> 20) & 0xFF0, row);
        }
    }

    private static void Add2(ulong* words, long* gradients, int rows, byte* sums, int shift)
    {
        for (nint r = 0; r < rows; r++)
        {
            var (word, row) = (words[r] >> shift, Row(gradients[r]));
            Put(sums, 0, (word << 4) & 0xFF0, row);
            Put(sums, 1, (word >> 4) & 0xFF0, row);
        }
    }

    private static void Add1(ulong* words, long* gradients, int rows, byte* sums, int shift)
    {
        for (nint r = 0; r < rows; r++) Put(sums, 0, ((words[r] >> shift) << 4) & 0xFF0, Row(gradients[r]));
    }

    /// <summary>sums −= child, over the codes in use.</summary>
    public static void Subtract(Span<long> sums, ReadOnlySpan<long> child) =>
        System.Numerics.Tensors.TensorPrimitives.Subtract(sums, child, sums);
}
