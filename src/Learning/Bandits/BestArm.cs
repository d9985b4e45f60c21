namespace Busker.Learning.Bandits;

/// <summary>
/// Chances that each of several independent Beta variables is the largest. In y = ln(x/(1 − x)) a Beta density is σ(y)^α·σ(−y)^β/B(α, β):
/// smooth, with light tails, also where α is below 1. The line is cut finely around every arm, densities are integrated by Simpson's rule, and the
/// chance of an arm is the sum over pieces of its own mass times the others' distribution functions.
/// </summary>
internal static class BestArm
{
    private const int PointsInAll = 8192, PointsEach = 257;
    private const double Deviations = 9, Decay = 36; // e^−36 is below a rounding

    /// <summary>O(arms × points); the result sums to 1.</summary>
    public static double[] Chances(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta)
    {
        var arms = alpha.Length;
        var grid = Grid(alpha, beta);
        var (mass, below) = (new double[arms][], new double[arms][]);
        for (var a = 0; a < arms; a++) (mass[a], below[a]) = Distribution(alpha[a], beta[a], grid);
        var chances = new double[arms];
        var (prefix, suffix) = (new double[arms + 1], new double[arms + 1]);
        for (var g = 0; g + 1 < grid.Length; g++)
        {
            // Distribution functions in the middle of the piece, multiplied from both ends to leave one out.
            (prefix[0], suffix[arms]) = (1, 1);
            for (var a = 0; a < arms; a++) prefix[a + 1] = prefix[a] * (below[a][g] + mass[a][g] / 2);
            for (var a = arms - 1; a >= 0; a--) suffix[a] = suffix[a + 1] * (below[a][g] + mass[a][g] / 2);
            for (var a = 0; a < arms; a++) chances[a] += mass[a][g] * prefix[a] * suffix[a + 1];
        }

        var sum = chances.Sum();
        return Array.ConvertAll(chances, c => Math.Max(c / sum, double.Epsilon));
    }

    private static double[] Grid(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta)
    {
        var each = Math.Max(33, Math.Min(PointsEach, PointsInAll / alpha.Length));
        var points = new List<double>(alpha.Length * each);
        for (var a = 0; a < alpha.Length; a++)
        {
            // The mode in y, and a width that covers the normal middle as well as the exponential tails e^(αy) and e^(−βy).
            var mode = Math.Log(alpha[a] / beta[a]);
            var deviation = Math.Sqrt(1 / alpha[a] + 1 / beta[a]);
            var (left, right) = (mode - Math.Max(Deviations * deviation, Decay / alpha[a]), mode + Math.Max(Deviations * deviation, Decay / beta[a]));
            for (var k = 0; k < each; k++) points.Add(left + (right - left) * k / (each - 1));
        }

        points.Sort();
        return [.. points.Distinct()];
    }

    /// <summary>Mass of each piece of the grid and what lies below it, normalised to 1 in all.</summary>
    private static (double[] Mass, double[] Below) Distribution(double alpha, double beta, double[] grid)
    {
        double Log(double y) => -alpha * Math.Log(1 + Math.Exp(-Math.Max(y, -700))) - beta * Math.Log(1 + Math.Exp(Math.Min(y, 700)));
        var top = Log(Math.Log(alpha / beta));
        var (mass, below) = (new double[grid.Length - 1], new double[grid.Length - 1]);
        var (left, sum) = (Math.Exp(Log(grid[0]) - top), 0.0);
        for (var g = 0; g < mass.Length; g++)
        {
            var (middle, right) = (Math.Exp(Log((grid[g] + grid[g + 1]) / 2) - top), Math.Exp(Log(grid[g + 1]) - top));
            (below[g], mass[g]) = (sum, (left + 4 * middle + right) / 6 * (grid[g + 1] - grid[g]));
            sum += mass[g];
            left = right;
        }

        for (var g = 0; g < mass.Length; g++) (mass[g], below[g]) = (mass[g] / sum, below[g] / sum);
        return (mass, below);
    }
}
