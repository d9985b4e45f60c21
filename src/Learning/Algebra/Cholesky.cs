using Busker.Learning.Numbers;

namespace Busker.Learning.Algebra;

/// <summary>
/// Dense symmetric positive definite systems in single precision: blocked right-looking Cholesky, triangular inverse and
/// the inverse of the whole matrix, all of whose cubic work goes through <see cref="Gemm"/>.
/// </summary>
public static class Cholesky
{
    private const int Block = 128;

    /// <summary>Overwrites the lower triangle of the n×n row-major <paramref name="a"/> with L, where A = L·Lᵀ.</summary>
    /// <exception cref="ArgumentException">The matrix is not positive definite.</exception>
    public static void Factor(float[] a, int n, Lanes? lanes = null)
    {
        var inverse = new float[Block * Block];
        var panel = new float[Math.Max(0, n - Block) * Block];
        for (var k = 0; k < n; k += Block)
        {
            var nb = Math.Min(Block, n - k);
            FactorDiagonal(a, n, k, nb);
            var below = n - k - nb;
            if (below == 0) break;
            InvertDiagonal(a, n, k, nb, inverse);
            var from = (k + nb) * n + k;
            for (var i = 0; i < below; i++)
            {
                var row = a.AsSpan(from + i * n, nb);
                row.CopyTo(panel.AsSpan(i * nb));
                row.Clear();
            }

            Gemm.Add(new Window(panel, 0, nb, 1), new Window(inverse, 0, nb, 1).Transposed, new Window(a, from, n, 1),
                below, nb, nb, lanes: lanes);
            var left = new Window(a, from, n, 1);
            Gemm.Add(left, left.Transposed, new Window(a, (k + nb) * n + k + nb, n, 1), below, below, nb, -1f, lowerOnly: true, lanes);
        }
    }

    /// <summary>Replaces A (full, symmetric positive definite) by its inverse (full). 4·n² bytes of workspace.</summary>
    public static void Invert(float[] a, int n, Lanes? lanes = null)
    {
        Factor(a, n, lanes);
        var m = InvertLower(a, n, lanes);
        Array.Clear(a);
        for (var k = 0; k < n; k += Block)
        {
            var nb = Math.Min(Block, n - k);
            var rows = new Window(m, k * n, n, 1);
            Gemm.Add(rows.Transposed, rows, new Window(a, 0, n, 1), k + nb, k + nb, nb, lowerOnly: true, lanes: lanes);
        }

        for (var i = 0; i < n; i++)
            for (var j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i];
    }

    private static float[] InvertLower(float[] l, int n, Lanes? lanes)
    {
        var m = new float[l.Length];
        var inverse = new float[Block * Block];
        var product = new float[Block * n];
        for (var i = 0; i < n; i += Block)
        {
            var nb = Math.Min(Block, n - i);
            InvertDiagonal(l, n, i, nb, inverse);
            for (var r = 0; r < nb; r++) inverse.AsSpan(r * nb, nb).CopyTo(m.AsSpan((i + r) * n + i));
            if (i == 0) continue;
            Array.Clear(product, 0, nb * i);
            for (var k = 0; k < i; k += Block) // M is lower triangular: block row k reaches column k + Block
            {
                var kb = Math.Min(Block, i - k);
                Gemm.Add(new Window(l, i * n + k, n, 1), new Window(m, k * n, n, 1), new Window(product, 0, i, 1), nb, k + kb, kb, lanes: lanes);
            }

            Gemm.Add(new Window(inverse, 0, nb, 1), new Window(product, 0, i, 1), new Window(m, i * n, n, 1), nb, i, nb, -1f, lanes: lanes);
        }

        return m;
    }

    private static void FactorDiagonal(float[] a, int n, int k, int nb)
    {
        for (var j = 0; j < nb; j++)
        {
            var row = a.AsSpan((k + j) * n + k, nb);
            double sum = row[j];
            for (var p = 0; p < j; p++) sum -= (double)row[p] * row[p];
            if (!(sum > 0)) throw new ArgumentException($"the matrix is not positive definite (pivot {k + j} is {sum:G3}); raise the regularisation", nameof(a));
            var pivot = (float)Math.Sqrt(sum);
            row[j] = pivot;
            for (var i = j + 1; i < nb; i++)
            {
                var lower = a.AsSpan((k + i) * n + k, nb);
                lower[j] = (lower[j] - Vectors.Dot(lower[..j], row[..j])) / pivot;
            }
        }
    }

    private static void InvertDiagonal(float[] l, int n, int k, int nb, float[] inverse)
    {
        Array.Clear(inverse, 0, nb * nb);
        for (var j = 0; j < nb; j++)
        {
            inverse[j * nb + j] = 1f / l[(k + j) * n + k + j];
            for (var i = j + 1; i < nb; i++)
            {
                var sum = 0f;
                for (var p = j; p < i; p++) sum += l[(k + i) * n + k + p] * inverse[p * nb + j];
                inverse[i * nb + j] = -sum / l[(k + i) * n + k + i];
            }
        }
    }

    /// <summary>Solves A·x = b in place for one small system (d ≤ a few hundred), destroying the lower triangle of A.</summary>
    public static void SolveSmall(Span<float> a, int d, Span<float> x)
    {
        for (var j = 0; j < d; j++)
        {
            var row = a.Slice(j * d, d);
            var sum = row[j] - Vectors.Dot(row[..j], row[..j]);
            if (!(sum > 0)) throw new ArgumentException($"the matrix is not positive definite (pivot {j})", nameof(a));
            var pivot = MathF.Sqrt(sum);
            row[j] = pivot;
            for (var i = j + 1; i < d; i++)
            {
                var lower = a.Slice(i * d, d);
                lower[j] = (lower[j] - Vectors.Dot(lower[..j], row[..j])) / pivot;
            }
        }

        for (var i = 0; i < d; i++) x[i] = (x[i] - Vectors.Dot(a.Slice(i * d, i), x[..i])) / a[i * d + i];
        for (var i = d - 1; i >= 0; i--)
        {
            x[i] /= a[i * d + i];
            Vectors.AddScaled(x[..i], a.Slice(i * d, i), -x[i]);
        }
    }
}
