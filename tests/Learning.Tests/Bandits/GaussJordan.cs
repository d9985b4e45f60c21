namespace Busker.Learning.Tests.Bandits;

/// <summary>Linear equations solved the plain way, to hold beliefs against.</summary>
internal static class GaussJordan
{
    public static double[] Solve(double[,] matrix, double[] right)
    {
        var n = right.Length;
        var (a, b) = ((double[,])matrix.Clone(), right.ToArray());
        for (var c = 0; c < n; c++)
        {
            for (var r = 0; r < n; r++)
            {
                if (r == c) continue;
                var f = a[r, c] / a[c, c];
                for (var j = 0; j < n; j++) a[r, j] -= f * a[c, j];
                b[r] -= f * b[c];
            }
        }

        return [.. Enumerable.Range(0, n).Select(i => b[i] / a[i, i])];
    }
}
