namespace Busker.Statistics.Numerics;

/// <summary>Small symmetric positive systems, by Cholesky factorisation.</summary>
internal static class Symmetric
{
    /// <summary>The lower factor L with A = L·Lᵀ; null when A is not (numerically) positive definite.</summary>
    public static double[,]? Factor(double[,] a, double tolerance = 1e-12)
    {
        var n = a.GetLength(0);
        var l = new double[n, n];
        for (var j = 0; j < n; j++)
        {
            var pivot = a[j, j];
            for (var k = 0; k < j; k++) pivot -= l[j, k] * l[j, k];
            if (!(pivot > tolerance * Math.Abs(a[j, j])) || pivot <= 0) return null;
            l[j, j] = Math.Sqrt(pivot);
            for (var i = j + 1; i < n; i++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = sum / l[j, j];
            }
        }

        return l;
    }

    /// <summary>
    /// A factor for a positive semi-definite matrix: directions without variance get zero, so perfectly correlated
    /// variables can be simulated.
    /// </summary>
    public static double[,] FactorSemi(double[,] a)
    {
        var n = a.GetLength(0);
        var l = new double[n, n];
        for (var j = 0; j < n; j++)
        {
            var pivot = a[j, j];
            for (var k = 0; k < j; k++) pivot -= l[j, k] * l[j, k];
            l[j, j] = pivot > 1e-12 ? Math.Sqrt(pivot) : 0;
            for (var i = j + 1; i < n && l[j, j] > 0; i++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = sum / l[j, j];
            }
        }

        return l;
    }

    /// <summary>x with A·x = b; null when A is singular.</summary>
    public static double[]? Solve(double[,] a, double[] b)
    {
        if (Factor(a) is not { } l) return null;
        var n = b.Length;
        var x = (double[])b.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) x[i] -= l[i, k] * x[k];
            x[i] /= l[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) x[i] -= l[k, i] * x[k];
            x[i] /= l[i, i];
        }

        return x;
    }

    /// <summary>xᵀ·A·y.</summary>
    public static double Form(double[] x, double[,] a, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < y.Length; j++) sum += x[i] * a[i, j] * y[j];
        }

        return sum;
    }
}
