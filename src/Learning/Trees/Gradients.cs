using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// Gradients as fixed-point halves of one word per row. Scales are powers of two chosen so that no sum over all rows
/// can overflow its field: 31 bits of gradient, 40 − ⌈log2 rows⌉ bits of hessian.
/// </summary>
internal sealed class Gradients(int rows)
{
    private readonly float[] _gradients = GC.AllocateUninitializedArray<float>(rows);
    private readonly float[] _hessians = GC.AllocateUninitializedArray<float>(rows);

    public const int MaxRows = 1 << 23;

    public long[] Words { get; } = GC.AllocateUninitializedArray<long>(rows);
    public double GradientUnit { get; private set; }
    public double HessianUnit { get; private set; }
    public float[] Raw => _gradients;

    public void Derive(ILoss loss, double[] margins, Lanes lanes)
    {
        if (loss.Bounds is { } bounds)
        {
            lanes.For(bounds.Length - 1, q => loss.Derive(margins, _gradients, _hessians, bounds[q], bounds[q + 1]));
            return;
        }

        lanes.Ranges(rows, 16384, (from, to) => loss.Derive(margins, _gradients, _hessians, from, to));
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

    public void Pack(Lanes lanes)
    {
        var (largestGradient, largestHessian) = (1e-30f, 1e-30f);
        for (var r = 0; r < rows; r++)
        {
            largestGradient = Math.Max(largestGradient, Math.Abs(_gradients[r]));
            largestHessian = Math.Max(largestHessian, _hessians[r]);
        }

        var gradientScale = Math.ScaleB(1, 29 - Math.ILogB(largestGradient));
        var bits = Math.Min(30, Histogram.CountShift - (int)Math.Ceiling(Math.Log2(rows + 1)) - 1);
        var hessianScale = Math.ScaleB(1, bits - 1 - Math.ILogB(largestHessian));
        (GradientUnit, HessianUnit) = (1 / gradientScale, 1 / hessianScale);
        lanes.Ranges(rows, 65536, (from, to) =>
        {
            for (var r = from; r < to; r++)
            {
                var g = (int)Math.Round(_gradients[r] * gradientScale);
                var h = (int)Math.Round(_hessians[r] * hessianScale);
                Words[r] = (uint)g | ((long)h << 32);
            }
        });
    }
}
