using Busker.Learning.Algebra;

namespace Busker.Learning.Retrieval;

/// <summary>
/// Vectors for maximum inner product search: single precision rows and an 8-bit copy with one scale per row. 5·d + 4 bytes a
/// vector (d rounded up to 32 in the copy).
/// </summary>
public sealed unsafe class VectorSet
{
    private readonly float[] _rows = [];
    private readonly MappedFile? _file; // in which the rows are, when they are not in the array
    private readonly float* _first;

    /// <param name="rows">Row-major; kept, not copied.</param>
    /// <param name="d">Numbers of a row.</param>
    /// <exception cref="ArgumentException">No whole rows, or a number that is not finite.</exception>
    public VectorSet(float[] rows, int d)
    {
        if (d < 1) throw new ArgumentException($"the width is {d}; it must be positive", nameof(d));
        if (rows.Length % d != 0) throw new ArgumentException($"{rows.Length} numbers are not whole rows of {d}", nameof(rows));
        (_rows, Dimensions, Count) = (rows, d, rows.Length / d);
        Codes = new Codes(rows, d);
    }

    internal VectorSet(MappedFile file, long place, int count, int d)
    {
        (_file, Dimensions, Count) = (file, d, count);
        _first = file.At<float>(place);
        Codes = new Codes(Block(0, count), d);
    }

    /// <summary>d, the numbers of a row.</summary>
    public int Dimensions { get; }

    /// <summary>Rows.</summary>
    public int Count { get; }

    internal Codes Codes { get; }

    /// <summary>One row, d numbers; not to be kept longer than the set.</summary>
    public ReadOnlySpan<float> Row(int r) => _file is null ? _rows.AsSpan(r * Dimensions, Dimensions) : new ReadOnlySpan<float>(_first + (nint)r * Dimensions, Dimensions);

    internal ReadOnlySpan<float> Block(int from, int rows) =>
        _file is null ? _rows.AsSpan(from * Dimensions, rows * Dimensions) : new ReadOnlySpan<float>(_first + (nint)from * Dimensions, rows * Dimensions);

    /// <summary>Exact top-k by one pass over the single-precision rows. Returns how many were found.</summary>
    public int Exact(ReadOnlySpan<float> query, Span<int> best, Span<float> scores)
    {
        var heap = new TopRows(best, scores);
        Span<float> products = stackalloc float[64];
        for (var from = 0; from < Count; from += 64)
        {
            var block = products[..Math.Min(64, Count - from)];
            Vectors.MultiplyRows(Block(from, block.Length), query, block);
            for (var r = 0; r < block.Length; r++) heap.Offer(from + r, block[r]);
        }

        GC.KeepAlive(this);
        return heap.Finish();
    }

    /// <summary>
    /// Exact top-k of many queries in one pass over the rows (a matrix product by blocks): what a nightly job uses. Queries × d, best and
    /// scores queries × k; a query with fewer rows than k leaves −1.
    /// </summary>
    public void ExactMany(float[] queries, int k, int[] best, float[] scores)
    {
        const int Block = 2048;
        var (count, d) = (queries.Length / Dimensions, Dimensions);
        var products = new float[count * Block];
        var (rows, values, found) = (new int[count * k], new float[count * k], new int[count]);
        Array.Fill(values, float.NegativeInfinity);
        for (var from = 0; from < Count; from += Block)
        {
            var width = Math.Min(Block, Count - from);
            Array.Clear(products);
            var own = _file is null ? new Window(_rows, from * d, d, 1) : new Window(this.Block(from, width).ToArray(), 0, d, 1);
            Gemm.Add(new Window(queries, 0, d, 1), own.Transposed, new Window(products, 0, Block, 1), count, width, d);
            for (var q = 0; q < count; q++)
            {
                var heap = TopRows.Resume(rows.AsSpan(q * k, k), values.AsSpan(q * k, k), found[q]);
                heap.OfferAll(from, products.AsSpan(q * Block, width));
                found[q] = heap.Count;
            }
        }

        for (var q = 0; q < count; q++)
        {
            TopRows.Resume(rows.AsSpan(q * k, k), values.AsSpan(q * k, k), found[q]).Finish();
            rows.AsSpan(q * k + found[q], k - found[q]).Fill(-1);
        }

        rows.CopyTo(best, 0);
        values.CopyTo(scores, 0);
    }

    /// <summary>Exact top-k among listed rows only (the filter is applied before anything is scored). Rows ascend.</summary>
    public int Among(ReadOnlySpan<int> rows, ReadOnlySpan<float> query, Span<int> best, Span<float> scores)
    {
        var heap = new TopRows(best, scores);
        foreach (var r in rows) heap.Offer(r, Vectors.Dot(Row(r), query));
        GC.KeepAlive(this);
        return heap.Finish();
    }

    /// <summary>As <see cref="Among"/>, but the 8-bit copy chooses <paramref name="candidates"/> of the listed rows to be scored exactly.</summary>
    public int AmongQuantized(ReadOnlySpan<int> rows, ReadOnlySpan<float> query, int candidates, Span<int> best, Span<float> scores)
    {
        const int Ahead = 16;
        if (rows.Length <= candidates) return Among(rows, query, best, scores);
        Span<sbyte> code = stackalloc sbyte[Codes.Stride];
        var asked = new Codes.Query(code, Codes.Quantize(query, code));
        var kept = new int[candidates];
        var heap = new TopRows(kept, new float[candidates]);
        for (var n = 0; n < rows.Length; n++)
        {
            if (n + Ahead < rows.Length) Codes.Prefetch(rows[n + Ahead]);
            heap.Offer(rows[n], Codes.Score(asked, rows[n]));
        }

        return Rerank(kept.AsSpan(0, heap.Finish()), query, best, scores);
    }

    /// <summary>
    /// Top-k by an 8-bit scan that keeps <paramref name="candidates"/> rows and re-ranks them in single precision. With twice k
    /// candidates it finds what <see cref="Exact"/> finds but for ties within the rounding of a code.
    /// </summary>
    public int Quantized(ReadOnlySpan<float> query, int candidates, Span<int> best, Span<float> scores)
    {
        Span<sbyte> code = stackalloc sbyte[Codes.Stride];
        var asked = new Codes.Query(code, Codes.Quantize(query, code));
        var kept = new int[Math.Max(candidates, best.Length)];
        var heap = new TopRows(kept, new float[kept.Length]);
        Codes.Scan(asked, ref heap);
        return Rerank(kept.AsSpan(0, heap.Finish()), query, best, scores);
    }

    private int Rerank(Span<int> found, ReadOnlySpan<float> query, Span<int> best, Span<float> scores)
    {
        found.Sort();
        return Among(found, query, best, scores);
    }
}
