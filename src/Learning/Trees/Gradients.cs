using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// Gradients as fixed-point halves of one word per row. Scales are powers of two chosen so that no sum over all rows
/// can overflow its field: 31 bits of gradient, 40 − ⌈log2 rows⌉ bits of hessian.
/// </summary>
internal sealed class Gradients
{
    private const int Piece = 16384;
    private const float Least = 1e-25f;

    private readonly float[] _gradients;
    private readonly float[] _hessians;
    private readonly (long Gradient, long Hessian)[] _sums;
    private readonly int _rows;

    public Gradients(int rows)
    {
        (_rows, _sums) = (rows, new (long, long)[(rows + Piece - 1) / Piece]);
        (_gradients, _hessians) = (GC.AllocateUninitializedArray<float>(rows), GC.AllocateUninitializedArray<float>(rows));
        Words = GC.AllocateUninitializedArray<long>(rows);
    }

    public const int MaxRows = 1 << 23;

    public long[] Words { get; }
    public double GradientUnit { get; private set; }
    public double HessianUnit { get; private set; }
    public float[] Raw => _gradients;

    public void Derive(ILoss loss, double[] margins, Crew crew)
    {
        if (loss.Bounds is { } bounds)
        {
            crew.For(bounds.Length - 1, (q, _) => loss.Derive(margins, _gradients, _hessians, bounds[q], bounds[q + 1]));
            return;
        }

        crew.Ranges(_rows, Piece, (from, to) => loss.Derive(margins, _gradients, _hessians, from, to));
    }

    /// <summary>Multiplies the gradients of the given rows: sampled rows that stand for others.</summary>
    public void Amplify(ReadOnlySpan<int> chosen, float factor)
    {
        foreach (var r in chosen)
        {
            _gradients[r] *= factor;
            _hessians[r] *= factor;
        }
    }

    public void Pack(Crew crew)
    {
        var largest = new (float Gradient, float Hessian)[_sums.Length];
        crew.For(largest.Length, (p, _) =>
        {
            var count = Math.Min(Piece, _rows - p * Piece);
            largest[p] = (Math.Abs(TensorPrimitives.MaxMagnitude(_gradients.AsSpan(p * Piece, count))), TensorPrimitives.Max(_hessians.AsSpan(p * Piece, count)));
        });
        var gradientScale = (float)Math.ScaleB(1, 29 - Math.ILogB(Math.Max(Least, largest.Max(p => p.Gradient))));
        var bits = Math.Min(30, Histogram.CountShift - (int)Math.Ceiling(Math.Log2(_rows + 1)) - 1);
        var hessianScale = (float)Math.ScaleB(1, bits - 1 - Math.ILogB(Math.Max(Least, largest.Max(p => p.Hessian))));
        (GradientUnit, HessianUnit) = (1.0 / gradientScale, 1.0 / hessianScale);
        crew.For(_sums.Length, (p, _) => _sums[p] = Pack(p * Piece, Math.Min(_rows, (p + 1) * Piece), gradientScale, hessianScale));
    }

    /// <summary>Scaling by a power of two is exact, so only the rounding to the nearest (ties: even) loses anything.</summary>
    private (long Gradient, long Hessian) Pack(int from, int to, float gradientScale, float hessianScale)
    {
        var (gradient, hessian, r) = (Vector256<long>.Zero, Vector256<long>.Zero, from);
        for (; r <= to - Vector256<float>.Count; r += Vector256<float>.Count)
        {
            var g = Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref _gradients[r]) * gradientScale));
            var h = Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref _hessians[r]) * hessianScale));
            var (g0, g1) = Vector256.Widen(g);
            var (h0, h1) = Vector256.Widen(h);
            gradient += g0 + g1;
            hessian += h0 + h1;
            var low = Vector256.Create(0xFFFFFFFFL);
            ((g0 & low) | (h0 << 32)).StoreUnsafe(ref Words[r]);
            ((g1 & low) | (h1 << 32)).StoreUnsafe(ref Words[r + 4]);
        }

        var (sumG, sumH) = (Vector256.Sum(gradient), Vector256.Sum(hessian));
        for (; r < to; r++)
        {
            var (g, h) = ((int)MathF.Round(_gradients[r] * gradientScale), (int)MathF.Round(_hessians[r] * hessianScale));
            Words[r] = (uint)g | ((long)h << 32);
            (sumG, sumH) = (sumG + g, sumH + h);
        }

        return (sumG, sumH);
    }

    /// <summary>Sums over the rows of a set.</summary>
    public (long Gradient, long Hessian) Sum(RowSet rows)
    {
        if (rows.Count == _rows) return (_sums.Sum(s => s.Gradient), _sums.Sum(s => s.Hessian));
        long gradient = 0, hessian = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var word = Words[rows.Rows[i]];
            gradient += (int)word;
            hessian += word >> 32;
        }

        return (gradient, hessian);
    }
}
