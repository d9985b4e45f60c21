namespace Busker.Learning.Algebra;

/// <summary>Small symmetric matrices in double precision, n × n row-major.</summary>
internal static class SymmetricMatrix
{
    /// <summary>
    /// The nearest matrix (in Frobenius' norm) whose eigenvalues are at least <paramref name="least"/>, in place: eigenvalues by cyclic Jacobi
    /// rotations (Golub and Van Loan, 8.5), those below raised. O(n³) a sweep, under ten sweeps.
    /// </summary>
    public static void RaiseTo(double least, double[] matrix, int n)
    {
        var (a, vectors) = (matrix.ToArray(), new double[n * n]);
        for (var i = 0; i < n; i++) vectors[i * n + i] = 1;
        for (var sweep = 0; sweep < 50 && Turn(a, vectors, n); sweep++) { }
        for (var k = 0; k < n; k++)
        {
            var raise = least - a[k * n + k];
            if (raise <= 0) continue;
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) matrix[i * n + j] += raise * vectors[i * n + k] * vectors[j * n + k];
        }
    }

    /// <summary>One sweep over all pairs; false when there was nothing left to turn.</summary>
    private static bool Turn(double[] a, double[] vectors, int n)
    {
        var turned = false;
        for (var p = 0; p < n; p++)
        {
            for (var q = p + 1; q < n; q++)
            {
                var off = a[p * n + q];
                if (Math.Abs(off) <= 1e-15 * Math.Sqrt(Math.Abs(a[p * n + p] * a[q * n + q])) || Math.Abs(off) < 1e-300) continue;
                turned = true;
                var tau = (a[q * n + q] - a[p * n + p]) / (2 * off);
                var t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + tau * tau));
                var c = 1 / Math.Sqrt(1 + t * t);
                for (var k = 0; k < n; k++) Rotate(ref a[k * n + p], ref a[k * n + q], c, t * c);
                for (var k = 0; k < n; k++) Rotate(ref a[p * n + k], ref a[q * n + k], c, t * c);
                for (var k = 0; k < n; k++) Rotate(ref vectors[k * n + p], ref vectors[k * n + q], c, t * c);
            }
        }

        return turned;
    }

    private static void Rotate(ref double x, ref double y, double c, double s) => (x, y) = (c * x - s * y, s * x + c * y);
}
