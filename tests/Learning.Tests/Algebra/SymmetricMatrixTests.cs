using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Algebra;

public sealed class SymmetricMatrixTests
{
    [Fact]
    public void Raised_a_matrix_keeps_what_is_positive_and_loses_what_is_negative()
    {
        const int n = 7;
        var rng = new Rng(3);
        var matrix = new double[n * n];
        var directions = new double[n][];
        for (var k = 0; k < n; k++)
        {
            double[] v = [.. Enumerable.Range(0, n).Select(_ => rng.NextGaussian())];
            foreach (var u in directions.Take(k))
            {
                var along = v.Zip(u, (a, b) => a * b).Sum();
                for (var i = 0; i < n; i++) v[i] -= along * u[i];
            }

            var norm = Math.Sqrt(v.Sum(x => x * x));
            directions[k] = [.. v.Select(x => x / norm)];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) matrix[i * n + j] += (k - 3) * directions[k][i] * directions[k][j]; // eigenvalues −3 … 3
        }

        SymmetricMatrix.RaiseTo(0, matrix, n);
        for (var k = 0; k < n; k++)
        {
            for (var i = 0; i < n; i++)
            {
                var image = Enumerable.Range(0, n).Sum(j => matrix[i * n + j] * directions[k][j]);
                image.ShouldBe(Math.Max(0, k - 3) * directions[k][i], 1e-9);
            }
        }
    }
}
