using Busker.Learning.Numbers;

namespace Busker.Learning.Algebra;

/// <summary>
/// Dense symmetric positive definite systems in single precision: Cholesky factor, triangular inverse and the inverse of the whole
/// matrix, in place, by halving: all cubic work is products of large blocks and goes through <see cref="Gemm"/>.
/// </summary>
public static class Cholesky
{
    /// <summary>Overwrites the lower triangle of the n×n row-major <paramref name="a"/> with L, where A = L·Lᵀ.</summary>
    /// <exception cref="ArgumentException">The matrix is not positive definite.</exception>
    public static void Factor(float[] a, int n, Lanes? lanes = null) => new LowerTriangle(a, n, lanes ?? Lanes.One).Factor();

    /// <summary>Replaces A (full, symmetric positive definite) by its inverse (full), in place.</summary>
    public static void Invert(float[] a, int n, Lanes? lanes = null)
    {
        var triangle = new LowerTriangle(a, n, lanes ?? Lanes.One);
        triangle.Factor();
        triangle.Invert();
        triangle.Square();
        Mirror(a, n, lanes ?? Lanes.One);
    }

    /// <summary>Copies the lower triangle onto the upper, tile by tile so that both sides stay in the cache.</summary>
    private static void Mirror(float[] a, int n, Lanes lanes)
    {
        const int Tile = 64;
        lanes.For((n + Tile - 1) / Tile, block =>
        {
            var (from, to) = (block * Tile, Math.Min(n, (block + 1) * Tile));
            for (var left = 0; left < to; left += Tile)
            {
                for (var i = from; i < to; i++)
                    for (var j = left; j < Math.Min(i, left + Tile); j++) a[j * n + i] = a[i * n + j];
            }
        });
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
