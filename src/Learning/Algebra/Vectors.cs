using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Busker.Learning.Algebra;

/// <summary>Kernels over flat single-precision rows. Lengths must agree; sums run in a fixed order.</summary>
public static class Vectors
{
    /// <summary>Σ xᵢyᵢ.</summary>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref var a = ref MemoryMarshal.GetReference(x);
        ref var b = ref MemoryMarshal.GetReference(y);
        var n = x.Length;
        Vector256<float> s0 = default, s1 = default;
        var i = 0;
        for (; i + 16 <= n; i += 16)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, (nuint)i), Vector256.LoadUnsafe(ref b, (nuint)i), s0);
            s1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, (nuint)i + 8), Vector256.LoadUnsafe(ref b, (nuint)i + 8), s1);
        }

        if (i + 8 <= n)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, (nuint)i), Vector256.LoadUnsafe(ref b, (nuint)i), s0);
            i += 8;
        }

        var sum = Vector256.Sum(s0 + s1);
        for (; i < n; i++) sum += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        return sum;
    }

    /// <summary>target ← target + scale·x.</summary>
    public static void AddScaled(Span<float> target, ReadOnlySpan<float> x, float scale)
    {
        ref var t = ref MemoryMarshal.GetReference(target);
        ref var a = ref MemoryMarshal.GetReference(x);
        var s = Vector256.Create(scale);
        var i = 0;
        for (; i + 8 <= x.Length; i += 8)
            Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, (nuint)i), s, Vector256.LoadUnsafe(ref t, (nuint)i)).StoreUnsafe(ref t, (nuint)i);
        for (; i < x.Length; i++) Unsafe.Add(ref t, i) += scale * Unsafe.Add(ref a, i);
    }

    /// <summary>target ← target · x, element by element.</summary>
    public static void Multiply(Span<float> target, ReadOnlySpan<float> x)
    {
        ref var t = ref MemoryMarshal.GetReference(target);
        ref var a = ref MemoryMarshal.GetReference(x);
        var i = 0;
        for (; i + 8 <= x.Length; i += 8) (Vector256.LoadUnsafe(ref t, (nuint)i) * Vector256.LoadUnsafe(ref a, (nuint)i)).StoreUnsafe(ref t, (nuint)i);
        for (; i < x.Length; i++) Unsafe.Add(ref t, i) *= Unsafe.Add(ref a, i);
    }

    /// <summary>products[r] = row r of <paramref name="rows"/> (row-major, width x.Length) · x. Four rows at a time.</summary>
    public static void MultiplyRows(ReadOnlySpan<float> rows, ReadOnlySpan<float> x, Span<float> products)
    {
        var d = x.Length;
        ref var a = ref MemoryMarshal.GetReference(rows);
        ref var v = ref MemoryMarshal.GetReference(x);
        var r = 0;
        if (Vector512.IsHardwareAccelerated && d % 16 == 0)
        {
            for (; r + 4 <= products.Length; r += 4)
            {
                ref var a0 = ref Unsafe.Add(ref a, (nint)r * d);
                ref var a1 = ref Unsafe.Add(ref a0, d);
                ref var a2 = ref Unsafe.Add(ref a1, d);
                ref var a3 = ref Unsafe.Add(ref a2, d);
                Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
                for (nuint i = 0; i < (nuint)d; i += 16)
                {
                    var y = Vector512.LoadUnsafe(ref v, i);
                    s0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a0, i), y, s0);
                    s1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a1, i), y, s1);
                    s2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a2, i), y, s2);
                    s3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a3, i), y, s3);
                }

                Sums(s0.GetLower() + s0.GetUpper(), s1.GetLower() + s1.GetUpper(), s2.GetLower() + s2.GetUpper(), s3.GetLower() + s3.GetUpper()).CopyTo(products[r..]);
            }
        }
        else if (d % 8 == 0)
        {
            for (; r + 4 <= products.Length; r += 4)
            {
                ref var a0 = ref Unsafe.Add(ref a, (nint)r * d);
                ref var a1 = ref Unsafe.Add(ref a0, d);
                ref var a2 = ref Unsafe.Add(ref a1, d);
                ref var a3 = ref Unsafe.Add(ref a2, d);
                Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
                for (nuint i = 0; i < (nuint)d; i += 8)
                {
                    var y = Vector256.LoadUnsafe(ref v, i);
                    s0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a0, i), y, s0);
                    s1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a1, i), y, s1);
                    s2 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a2, i), y, s2);
                    s3 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a3, i), y, s3);
                }

                Sums(s0, s1, s2, s3).CopyTo(products[r..]);
            }
        }

        for (; r < products.Length; r++) products[r] = Dot(rows.Slice(r * d, d), x);
    }

    /// <summary>The sums of four vectors: a transpose by halves, then three additions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Sse3.IsSupported) return Vector128.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
        var low = Sse3.HorizontalAdd(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper());
        var high = Sse3.HorizontalAdd(c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
        return Sse3.HorizontalAdd(low, high);
    }

    /// <summary>target ← target + Σ_r weights[r]·row r: the transpose of <see cref="MultiplyRows"/>. Four rows at a time.</summary>
    public static void AddRows(ReadOnlySpan<float> rows, ReadOnlySpan<float> weights, Span<float> target)
    {
        var d = target.Length;
        ref var a = ref MemoryMarshal.GetReference(rows);
        ref var t = ref MemoryMarshal.GetReference(target);
        var r = 0;
        if (Vector512.IsHardwareAccelerated && d % 16 == 0)
        {
            for (; r + 4 <= weights.Length; r += 4)
            {
                ref var a0 = ref Unsafe.Add(ref a, (nint)r * d);
                ref var a1 = ref Unsafe.Add(ref a0, d);
                ref var a2 = ref Unsafe.Add(ref a1, d);
                ref var a3 = ref Unsafe.Add(ref a2, d);
                var (w0, w1) = (Vector512.Create(weights[r]), Vector512.Create(weights[r + 1]));
                var (w2, w3) = (Vector512.Create(weights[r + 2]), Vector512.Create(weights[r + 3]));
                for (nuint i = 0; i < (nuint)d; i += 16)
                {
                    var left = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a0, i), w0, Vector512.LoadUnsafe(ref t, i));
                    var right = Vector512.LoadUnsafe(ref a2, i) * w2;
                    left = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a1, i), w1, left);
                    right = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a3, i), w3, right);
                    (left + right).StoreUnsafe(ref t, i);
                }
            }
        }
        else if (d % 8 == 0)
        {
            for (; r + 4 <= weights.Length; r += 4)
            {
                ref var a0 = ref Unsafe.Add(ref a, (nint)r * d);
                ref var a1 = ref Unsafe.Add(ref a0, d);
                ref var a2 = ref Unsafe.Add(ref a1, d);
                ref var a3 = ref Unsafe.Add(ref a2, d);
                var (w0, w1) = (Vector256.Create(weights[r]), Vector256.Create(weights[r + 1]));
                var (w2, w3) = (Vector256.Create(weights[r + 2]), Vector256.Create(weights[r + 3]));
                for (nuint i = 0; i < (nuint)d; i += 8)
                {
                    var left = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a0, i), w0, Vector256.LoadUnsafe(ref t, i));
                    var right = Vector256.LoadUnsafe(ref a2, i) * w2;
                    left = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a1, i), w1, left);
                    right = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a3, i), w3, right);
                    (left + right).StoreUnsafe(ref t, i);
                }
            }
        }

        for (; r < weights.Length; r++) AddScaled(target, rows.Slice(r * d, d), weights[r]);
    }
}
