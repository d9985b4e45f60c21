namespace Busker.Learning.Bandits;

/// <summary>
/// LinUCB, disjoint form (Li et al. 2010): per arm θ = A⁻¹b with A = λI + Σxxᵀ, b = Σrx, score xᵀθ + α√(xᵀA⁻¹x). A⁻¹ is kept
/// by Sherman–Morrison, O(d²) an update and a score.
/// </summary>
public sealed class LinUcb(int arms, int d, double alpha = 1, double ridge = 1)
{
    private readonly double[][] _inverse = [.. Enumerable.Range(0, arms).Select(_ => Identity(d, 1 / ridge))];
    private readonly double[][] _sum = [.. Enumerable.Range(0, arms).Select(_ => new double[d])];

    /// <summary>xᵀθ + α√(xᵀA⁻¹x) of an arm; d numbers, O(d²).</summary>
    public double Score(int arm, ReadOnlySpan<double> x)
    {
        var inverse = _inverse[arm];
        double mean = 0, width = 0;
        for (var i = 0; i < d; i++)
        {
            double row = 0, theta = 0;
            for (var j = 0; j < d; j++)
            {
                row += inverse[i * d + j] * x[j];
                theta += inverse[i * d + j] * _sum[arm][j];
            }

            mean += x[i] * theta;
            width += x[i] * row;
        }

        return mean + alpha * Math.Sqrt(Math.Max(0, width));
    }

    /// <summary>The arm of the highest score; of equals the lowest number.</summary>
    public int Choose(ReadOnlySpan<double> x)
    {
        var (best, top) = (0, double.NegativeInfinity);
        for (var a = 0; a < arms; a++)
        {
            var score = Score(a, x);
            if (score > top) (best, top) = (a, score);
        }

        return best;
    }

    /// <summary>Takes in the reward of an arm that was shown at x; O(d²).</summary>
    public void Learn(int arm, ReadOnlySpan<double> x, double reward)
    {
        var inverse = _inverse[arm];
        Span<double> ax = stackalloc double[d];
        var size = 1.0;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++) ax[i] += inverse[i * d + j] * x[j];
            size += x[i] * ax[i];
        }

        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++) inverse[i * d + j] -= ax[i] * ax[j] / size;
            _sum[arm][i] += reward * x[i];
        }
    }

    private static double[] Identity(int d, double scale)
    {
        var matrix = new double[d * d];
        for (var i = 0; i < d; i++) matrix[i * d + i] = scale;
        return matrix;
    }
}
