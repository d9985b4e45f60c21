using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Busker.Learning.Algebra;

namespace Busker.Learning.Retrieval;

/// <summary>
/// Vectors for maximum inner product search: single precision rows and an 8-bit copy with one scale per row. 5·d + 4 bytes a
/// vector. d is a multiple of 32.
/// </summary>
public sealed class VectorSet
{
    private readonly float[] _rows;
    private readonly sbyte[] _codes;
    private readonly float[] _scales;

    public VectorSet(float[] rows, int d)
    {
        if (d % 32 != 0 || d == 0) throw new ArgumentException($"the width is {d}; it must be a multiple of 32", nameof(d));
        if (rows.Length % d != 0) throw new ArgumentException($"{rows.Length} numbers are not whole rows of {d}", nameof(rows));
        (_rows, Dimensions, Count) = (rows, d, rows.Length / d);
        _codes = new sbyte[rows.Length];
        _scales = new float[Count];
        for (var r = 0; r < Count; r++) _scales[r] = Quantize(rows.AsSpan(r * d, d), _codes.AsSpan(r * d, d));
    }

    public int Dimensions { get; }
    public int Count { get; }
    public ReadOnlySpan<float> Row(int r) => _rows.AsSpan(r * Dimensions, Dimensions);

    private static float Quantize(ReadOnlySpan<float> row, Span<sbyte> codes)
    {
        var top = 0f;
        foreach (var v in row) top = MathF.Max(top, MathF.Abs(v));
        if (top == 0) return 0;
        for (var i = 0; i < row.Length; i++) codes[i] = (sbyte)MathF.Round(row[i] * 127f / top);
        return top / 127f;
    }

    /// <summary>Exact top-k by one pass over the single-precision rows. Returns how many were found.</summary>
    public int Exact(ReadOnlySpan<float> query, Span<int> best, Span<float> scores)
    {
        var heap = new Heap(best, scores);
        Span<float> products = stackalloc float[64];
        for (var from = 0; from < Count; from += 64)
        {
            var block = products[..Math.Min(64, Count - from)];
            Vectors.MultiplyRows(_rows.AsSpan(from * Dimensions, block.Length * Dimensions), query, block);
            for (var r = 0; r < block.Length; r++) heap.Offer(from + r, block[r]);
        }

        return heap.Finish();
    }

    /// <summary>Exact top-k among listed rows only (the filter is applied before anything is scored). Rows ascend.</summary>
    public int Among(ReadOnlySpan<int> rows, ReadOnlySpan<float> query, Span<int> best, Span<float> scores)
    {
        var heap = new Heap(best, scores);
        foreach (var r in rows) heap.Offer(r, Vectors.Dot(Row(r), query));
        return heap.Finish();
    }

    /// <summary>
    /// Top-k by an 8-bit scan that keeps <paramref name="candidates"/> rows and re-ranks them in single precision. With twice k
    /// candidates it finds what <see cref="Exact"/> finds but for ties within the rounding of a code.
    /// </summary>
    public int Quantized(ReadOnlySpan<float> query, int candidates, Span<int> best, Span<float> scores)
    {
        var code = new sbyte[Dimensions];
        var scale = Quantize(query, code);
        var kept = new int[Math.Max(candidates, best.Length)];
        var heap = new Heap(kept, new float[kept.Length]);
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_codes);
        if (Avx2.IsSupported) ScanAvx2(ref rows, code, scale, ref heap);
        else for (var r = 0; r < Count; r++) heap.Offer(r, scale * _scales[r] * DotCodes(_codes.AsSpan(r * Dimensions, Dimensions), code));
        var found = kept.AsSpan(0, heap.Finish());
        found.Sort();
        return Among(found, query, best, scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanAvx2(ref sbyte rows, sbyte[] query, float scale, ref Heap heap)
    {
        // maddubs wants one operand unsigned: |q| against sign(q)·row gives the same products and cannot overflow (127·127·2 < 2¹⁵).
        var d = Dimensions;
        ref var q = ref MemoryMarshal.GetArrayDataReference(query);
        for (var r = 0; r < Count; r++)
        {
            ref var row = ref Unsafe.Add(ref rows, (nint)r * d);
            var sum = Vector256<int>.Zero;
            for (nuint i = 0; i < (nuint)d; i += 32)
            {
                var y = Vector256.LoadUnsafe(ref q, i);
                var pairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(y), Avx2.Sign(Vector256.LoadUnsafe(ref row, i), y));
                sum += Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
            }

            heap.Offer(r, scale * _scales[r] * Vector256.Sum(sum));
        }
    }

    private static int DotCodes(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        var sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>The k highest offers, worst on top; of equal scores the lower row number wins.</summary>
    internal ref struct Heap(Span<int> rows, Span<float> scores)
    {
        private readonly Span<int> _rows = rows;
        private readonly Span<float> _scores = scores;
        private int _count;
        private float _least = float.NegativeInfinity;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Offer(int row, float score)
        {
            if (score > _least) Add(row, score);
            else if (_count < _rows.Length && score > float.NegativeInfinity) Add(row, score);
        }

        private void Add(int row, float score)
        {
            if (_count < _rows.Length)
            {
                var at = _count++;
                for (; at > 0 && Worse(score, row, (at - 1) / 2); at = (at - 1) / 2) (_rows[at], _scores[at]) = (_rows[(at - 1) / 2], _scores[(at - 1) / 2]);
                (_rows[at], _scores[at]) = (row, score);
            }
            else
            {
                Sink(row, score, _count);
            }

            if (_count == _rows.Length) _least = _scores[0];
        }

        private readonly bool Worse(float score, int row, int than) => score < _scores[than] || (score == _scores[than] && row > _rows[than]);

        private readonly void Sink(int row, float score, int count)
        {
            var at = 0;
            while (true)
            {
                var child = 2 * at + 1;
                if (child >= count) break;
                if (child + 1 < count && Worse(_scores[child + 1], _rows[child + 1], child)) child++;
                if (!(_scores[child] < score || (_scores[child] == score && _rows[child] > row))) break;
                (_rows[at], _scores[at]) = (_rows[child], _scores[child]);
                at = child;
            }

            (_rows[at], _scores[at]) = (row, score);
        }

        /// <summary>Sorts best first and returns how many there are.</summary>
        public readonly int Finish()
        {
            for (var n = _count; n > 1; n--)
            {
                var (row, score) = (_rows[n - 1], _scores[n - 1]);
                (_rows[n - 1], _scores[n - 1]) = (_rows[0], _scores[0]);
                Sink(row, score, n - 1);
            }

            return _count;
        }
    }
}
