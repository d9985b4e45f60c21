using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Busker.Learning.Retrieval;

/// <summary>
/// An 8-bit copy of rows with one scale each: code = round(127·x/max|x|), stored plus 128 as a byte, because the hardware multiplies
/// unsigned by signed. A quarter of the memory, and a whole row of 64 in one cache line.
/// </summary>
internal sealed class Codes
{
    private const int Unit = 32;
    private readonly byte[] _codes;
    private readonly float[] _scales;
    private readonly int _start; // of the first row, so that rows lie on cache lines

    public Codes(ReadOnlySpan<float> rows, int d)
    {
        Stride = (d + Unit - 1) / Unit * Unit;
        Count = rows.Length / d;
        _scales = new float[Count];
        _codes = GC.AllocateUninitializedArray<byte>(Count * Stride + 64, pinned: true);
        _start = (int)((64 - (long)Marshal.UnsafeAddrOfPinnedArrayElement(_codes, 0) % 64) % 64);
        var code = new sbyte[Stride];
        for (var r = 0; r < Count; r++)
        {
            _scales[r] = Quantize(rows.Slice(r * d, d), code);
            if (!float.IsFinite(_scales[r])) throw new ArgumentException($"row {r} holds a number that is not finite", nameof(rows));
            for (var i = 0; i < Stride; i++) _codes[_start + r * Stride + i] = (byte)(code[i] + 128);
        }
    }

    public int Count { get; }
    public int Stride { get; }

    /// <summary>A query in signed codes, its scale, and 128·Σ codes, which the offset of the rows adds to every product.</summary>
    public readonly ref struct Query(ReadOnlySpan<sbyte> code, float scale)
    {
        public readonly ReadOnlySpan<sbyte> Code = code;
        public readonly float Scale = scale;
        public readonly int Offset = 128 * Sum(code);

        private static int Sum(ReadOnlySpan<sbyte> code)
        {
            var sum = 0;
            foreach (var c in code) sum += c;
            return sum;
        }
    }

    /// <summary>Writes the codes of a vector into <paramref name="code"/> (as long as the stride, the rest zero); returns its scale.</summary>
    public static float Quantize(ReadOnlySpan<float> row, Span<sbyte> code)
    {
        code.Clear();
        var top = 0f;
        foreach (var v in row) top = MathF.Max(top, MathF.Abs(v));
        if (top == 0) return 0;
        for (var i = 0; i < row.Length; i++) code[i] = (sbyte)MathF.Round(row[i] * 127f / top);
        return top / 127f;
    }

    /// <summary>The signed codes of a row, as a query.</summary>
    public Query AsQuery(int row, Span<sbyte> code)
    {
        var from = _codes.AsSpan(_start + row * Stride, Stride);
        for (var i = 0; i < from.Length; i++) code[i] = (sbyte)(from[i] - 128);
        return new Query(code[..Stride], _scales[row]);
    }

    /// <summary>About ⟨query, row⟩.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Score(scoped in Query query, int row) => query.Scale * _scales[row] * (Product(ref RowStart(row), ref MemoryMarshal.GetReference(query.Code)) - query.Offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte RowStart(int row) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_codes), (nint)_start + (nint)row * Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int row)
    {
        if (!Sse.IsSupported) return;
        var at = (byte*)Unsafe.AsPointer(ref RowStart(row)); // pinned
        for (var i = 0; i < Stride; i += 64) Sse.Prefetch0(at + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Product(ref byte row, ref sbyte query)
    {
        if (!Vector256.IsHardwareAccelerated) return Slow(ref row, ref query);
        var sum = Vector256<int>.Zero;
        for (nuint i = 0; i < (nuint)Stride; i += Unit) sum = MultiplyAdd(sum, Vector256.LoadUnsafe(ref row, i), Vector256.LoadUnsafe(ref query, i));
        return Vector256.Sum(sum);
    }

    /// <summary>sum + products of four neighbours each, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> row, Vector256<sbyte> query)
    {
        if (AvxVnni.IsSupported) return AvxVnni.MultiplyWideningAndAdd(sum, row, query);
        var (rowLow, rowHigh) = Vector256.Widen(row);
        var (low, high) = Vector256.Widen(query);
        if (Avx2.IsSupported) return sum + Avx2.MultiplyAddAdjacent(rowLow.AsInt16(), low) + Avx2.MultiplyAddAdjacent(rowHigh.AsInt16(), high);
        var (a, b) = Vector256.Widen(rowLow.AsInt16());
        var (c, d) = Vector256.Widen(low);
        var (e, f) = Vector256.Widen(rowHigh.AsInt16());
        var (g, h) = Vector256.Widen(high);
        return sum + a * c + b * d + e * g + f * h;
    }

    private int Slow(ref byte row, ref sbyte query)
    {
        var sum = 0;
        for (var i = 0; i < Stride; i++) sum += Unsafe.Add(ref row, i) * Unsafe.Add(ref query, i);
        return sum;
    }

    /// <summary>Offers every row to the heap.</summary>
    public void Scan(scoped Query query, ref TopRows heap)
    {
        var r = 0;
        if (Avx2.IsSupported) for (; r + 8 <= Count; r += 8) Eight(query, r, ref heap);
        for (; r < Count; r++) heap.Offer(r, Score(query, r));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Eight(scoped Query query, int r, ref TopRows heap)
    {
        ref var row = ref RowStart(r);
        ref var q = ref MemoryMarshal.GetReference(query.Code);
        var (stride, n) = ((nuint)Stride, (nuint)Stride);
        Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (nuint i = 0; i < n; i += Unit)
        {
            var x = Vector256.LoadUnsafe(ref q, i);
            s0 = MultiplyAdd(s0, Vector256.LoadUnsafe(ref row, i), x);
            s1 = MultiplyAdd(s1, Vector256.LoadUnsafe(ref row, i + stride), x);
            s2 = MultiplyAdd(s2, Vector256.LoadUnsafe(ref row, i + 2 * stride), x);
            s3 = MultiplyAdd(s3, Vector256.LoadUnsafe(ref row, i + 3 * stride), x);
            s4 = MultiplyAdd(s4, Vector256.LoadUnsafe(ref row, i + 4 * stride), x);
            s5 = MultiplyAdd(s5, Vector256.LoadUnsafe(ref row, i + 5 * stride), x);
            s6 = MultiplyAdd(s6, Vector256.LoadUnsafe(ref row, i + 6 * stride), x);
            s7 = MultiplyAdd(s7, Vector256.LoadUnsafe(ref row, i + 7 * stride), x);
        }

        // Pairwise sums: after three rounds each half holds four rows' sums of that half.
        var low = Avx2.HorizontalAdd(Avx2.HorizontalAdd(s0, s1), Avx2.HorizontalAdd(s2, s3));
        var high = Avx2.HorizontalAdd(Avx2.HorizontalAdd(s4, s5), Avx2.HorizontalAdd(s6, s7));
        var sums = Vector256.Create(low.GetLower() + low.GetUpper(), high.GetLower() + high.GetUpper());
        var scores = Vector256.ConvertToSingle(sums - Vector256.Create(query.Offset))
            * Vector256.LoadUnsafe(ref _scales[r]) * Vector256.Create(query.Scale);
        var better = Vector256.GreaterThan(scores, Vector256.Create(heap.Least)).ExtractMostSignificantBits();
        for (; better != 0; better &= better - 1)
        {
            var k = System.Numerics.BitOperations.TrailingZeroCount(better);
            heap.Offer(r + k, scores[k]);
        }
    }
}
