using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Busker.Learning.Algebra;

/// <summary>
/// The register tiles of <see cref="Gemm"/>: 12 × 32 with 512-bit registers, 6 × 16 with 256-bit ones. An element's products are added
/// in the order of the depth in either, so both give the same bits.
/// </summary>
internal static class GemmTile
{
    public static readonly bool Wide = Vector512.IsHardwareAccelerated;
    public static readonly int Rows = Wide ? 12 : 6;
    public static readonly int Columns = Wide ? 32 : 16;

    /// <summary>c ← c + a·b for one packed tile: a is depth × Rows, b is depth × Columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref float a, ref float b, int length, ref float c, int stride)
    {
        if (Wide) AddWide(ref a, ref b, length, ref c, stride);
        else AddNarrow(ref a, ref b, length, ref c, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWide(ref float a, ref float b, int length, ref float c, int stride)
    {
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector512<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        Vector512<float> c60 = default, c61 = default, c70 = default, c71 = default, c80 = default, c81 = default;
        Vector512<float> c90 = default, c91 = default, ca0 = default, ca1 = default, cb0 = default, cb1 = default;
        ref var end = ref Unsafe.Add(ref b, length * 32);
        while (Unsafe.IsAddressLessThan(ref b, ref end))
        {
            var b0 = Vector512.LoadUnsafe(ref b);
            var b1 = Vector512.LoadUnsafe(ref b, 16);
            var x = Vector512.Create(a);
            var y = Vector512.Create(Unsafe.Add(ref a, 1));
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            c10 = Vector512.FusedMultiplyAdd(y, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(y, b1, c11);
            x = Vector512.Create(Unsafe.Add(ref a, 2));
            y = Vector512.Create(Unsafe.Add(ref a, 3));
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            c30 = Vector512.FusedMultiplyAdd(y, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(y, b1, c31);
            x = Vector512.Create(Unsafe.Add(ref a, 4));
            y = Vector512.Create(Unsafe.Add(ref a, 5));
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
            c50 = Vector512.FusedMultiplyAdd(y, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(y, b1, c51);
            x = Vector512.Create(Unsafe.Add(ref a, 6));
            y = Vector512.Create(Unsafe.Add(ref a, 7));
            c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
            c70 = Vector512.FusedMultiplyAdd(y, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(y, b1, c71);
            x = Vector512.Create(Unsafe.Add(ref a, 8));
            y = Vector512.Create(Unsafe.Add(ref a, 9));
            c80 = Vector512.FusedMultiplyAdd(x, b0, c80);
            c81 = Vector512.FusedMultiplyAdd(x, b1, c81);
            c90 = Vector512.FusedMultiplyAdd(y, b0, c90);
            c91 = Vector512.FusedMultiplyAdd(y, b1, c91);
            x = Vector512.Create(Unsafe.Add(ref a, 10));
            y = Vector512.Create(Unsafe.Add(ref a, 11));
            ca0 = Vector512.FusedMultiplyAdd(x, b0, ca0);
            ca1 = Vector512.FusedMultiplyAdd(x, b1, ca1);
            cb0 = Vector512.FusedMultiplyAdd(y, b0, cb0);
            cb1 = Vector512.FusedMultiplyAdd(y, b1, cb1);
            a = ref Unsafe.Add(ref a, 12);
            b = ref Unsafe.Add(ref b, 32);
        }

        AddRow(ref c, c00, c01);
        AddRow(ref Unsafe.Add(ref c, stride), c10, c11);
        AddRow(ref Unsafe.Add(ref c, 2 * stride), c20, c21);
        AddRow(ref Unsafe.Add(ref c, 3 * stride), c30, c31);
        AddRow(ref Unsafe.Add(ref c, 4 * stride), c40, c41);
        AddRow(ref Unsafe.Add(ref c, 5 * stride), c50, c51);
        AddRow(ref Unsafe.Add(ref c, 6 * stride), c60, c61);
        AddRow(ref Unsafe.Add(ref c, 7 * stride), c70, c71);
        AddRow(ref Unsafe.Add(ref c, 8 * stride), c80, c81);
        AddRow(ref Unsafe.Add(ref c, 9 * stride), c90, c91);
        AddRow(ref Unsafe.Add(ref c, 10 * stride), ca0, ca1);
        AddRow(ref Unsafe.Add(ref c, 11 * stride), cb0, cb1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(ref float c, Vector512<float> left, Vector512<float> right)
    {
        (Vector512.LoadUnsafe(ref c) + left).StoreUnsafe(ref c);
        (Vector512.LoadUnsafe(ref c, 16) + right).StoreUnsafe(ref c, 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddNarrow(ref float a, ref float b, int length, ref float c, int stride)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (nuint p = 0, pa = 0, pb = 0; p < (nuint)length; p++, pa += 6, pb += 16)
        {
            var b0 = Vector256.LoadUnsafe(ref b, pb);
            var b1 = Vector256.LoadUnsafe(ref b, pb + 8);
            var x = Vector256.Create(Unsafe.Add(ref a, pa));
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 1));
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 2));
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 3));
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 4));
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 5));
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
        }

        AddRow(ref c, c00, c01);
        AddRow(ref Unsafe.Add(ref c, stride), c10, c11);
        AddRow(ref Unsafe.Add(ref c, 2 * stride), c20, c21);
        AddRow(ref Unsafe.Add(ref c, 3 * stride), c30, c31);
        AddRow(ref Unsafe.Add(ref c, 4 * stride), c40, c41);
        AddRow(ref Unsafe.Add(ref c, 5 * stride), c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(ref float c, Vector256<float> left, Vector256<float> right)
    {
        (Vector256.LoadUnsafe(ref c) + left).StoreUnsafe(ref c);
        (Vector256.LoadUnsafe(ref c, 8) + right).StoreUnsafe(ref c, 8);
    }
}
