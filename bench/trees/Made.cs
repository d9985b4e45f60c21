using Busker.Learning.Numbers;

namespace Busker.Bench.Trees;

/// <summary>Synthetic families.</summary>
internal static class Made
{
    /// <param name="family">plain, skewed (heavy tails), gaps (a fifth missing) or rare (few positives).</param>
    public static Rows Set(string family, int rows, int width, ulong seed)
    {
        var columns = new double[width][];
        var root = new Rng(seed);
        Lanes.All.For(width, c =>
        {
            var rng = root.Fork((ulong)c);
            columns[c] = new double[rows];
            for (var r = 0; r < rows; r++)
            {
                columns[c][r] = family == "skewed" ? Math.Exp(1.5 * rng.NextGaussian()) : rng.NextGaussian();
                if (family == "gaps" && rng.NextBool(0.2)) columns[c][r] = double.NaN;
            }
        });
        var draw = root.Fork(999);
        var labels = new double[rows];
        for (var r = 0; r < rows; r++)
        {
            double X(int c) => double.IsNaN(columns[c][r]) ? 0.7 : family == "skewed" ? Math.Log(columns[c][r]) / 1.5 : columns[c][r];
            var margin = X(0) + 0.8 * Math.Sin(2 * X(1)) + 0.7 * X(2) * X(3) + 0.5 * Math.Abs(X(4)) - 0.6 * X(5) * (X(6) > 0 ? 1 : 0) - 0.5;
            if (family == "rare") margin = 1.6 * margin - 5;
            labels[r] = draw.NextBool(1 / (1 + Math.Exp(-margin))) ? 1 : 0;
        }

        return new Rows(columns, labels);
    }
}
