using Busker.Kernel;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Sequential;

/// <summary>
/// Bounds for looks whose statistics have any correlation, not only the independent increments of <see cref="Boundary"/>: error spending (Lan and DeMets 1983)
/// on a seeded sample of the joint normal. At each look the bound leaves as many of the surviving paths outside as may be spent, rounded down.
/// </summary>
public static class JointBoundary
{
    /// <param name="correlation">Of the looks' z statistics.</param>
    /// <param name="spent">Cumulative error at each look, all sides together.</param>
    /// <param name="sides">1 or 2.</param>
    /// <param name="used">Bounds already used at the first looks; they stay.</param>
    /// <param name="paths">Sampled paths; at the default the error is held to about 0.0006.</param>
    public static Result<double[]> Solve(double[,] correlation, double[] spent, int sides, double[]? used = null, int paths = 1 << 17)
    {
        var looks = spent.Length;
        if (correlation.GetLength(0) != looks || correlation.GetLength(1) != looks)
        {
            return Refusals.Wrong("correlation", $"There are {looks} looks, but the correlation table does not have that size.");
        }

        var factor = Symmetric.FactorSemi(correlation);
        var normals = Normals(paths, looks);
        var (alive, values) = (new bool[paths], new double[paths]);
        Array.Fill(alive, true);
        var (bounds, stopped) = (new double[looks], 0);
        for (var k = 0; k < looks; k++)
        {
            for (var i = 0; i < paths; i++) values[i] = alive[i] ? Value(factor, normals, k, i * looks, sides) : double.NegativeInfinity;
            bounds[k] = k < used?.Length ? used[k] : Threshold(values, (int)(spent[k] * paths) - stopped);
            for (var i = 0; i < paths; i++)
            {
                if (!alive[i] || values[i] < bounds[k]) continue;
                alive[i] = false;
                stopped++;
            }
        }

        return bounds;
    }

    private static double Threshold(double[] values, int mayStop)
    {
        if (mayStop <= 0) return double.PositiveInfinity;
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        return Math.BitIncrement(sorted[^(mayStop + 1)]);
    }

    private static double Value(double[,] factor, double[] normals, int look, int offset, int sides)
    {
        var z = 0.0;
        for (var j = 0; j <= look; j++) z += factor[look, j] * normals[offset + j];
        return sides == 2 ? Math.Abs(z) : z;
    }

    private static double[] Normals(int paths, int looks)
    {
        var seeded = new Seeded(20_260_101);
        var normals = new double[paths * looks];
        for (var i = 0; i < normals.Length; i++) normals[i] = seeded.Normal();
        return normals;
    }
}
