using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

/// <summary>The best first split by trying every threshold of every column, with missing on either side.</summary>
internal static class BruteForce
{
    public static (double Gain, double Left, double Right) BestSplit(Examples examples, BoostOptions options)
    {
        var p = examples.Labels.Average();
        double[] gradients = [.. examples.Labels.Select(y => p - y)];
        double[] hessians = [.. examples.Labels.Select(_ => p * (1 - p))];
        double Saved(double g, double h) => 0.5 * g * g / (h + options.L2);
        var best = (Gain: 0.0, Left: 0.0, Right: 0.0);
        foreach (var column in examples.Table.Columns)
        {
            foreach (var threshold in column.Where(v => !double.IsNaN(v)).Distinct().Order())
            {
                foreach (var missingLeft in new[] { false, true })
                {
                    bool Left(int r) => double.IsNaN(column[r]) ? missingLeft : column[r] <= threshold;
                    int[] left = [.. Enumerable.Range(0, column.Length).Where(Left)];
                    if (left.Length < options.MinRows || column.Length - left.Length < options.MinRows) continue;
                    var (lg, lh) = (left.Sum(r => gradients[r]), left.Sum(r => hessians[r]));
                    var (rg, rh) = (gradients.Sum() - lg, hessians.Sum() - lh);
                    var gain = Saved(lg, lh) + Saved(rg, rh) - Saved(gradients.Sum(), hessians.Sum());
                    if (gain > best.Gain * (1 + 1e-9)) best = (gain, -lg / (lh + options.L2), -rg / (rh + options.L2));
                }
            }
        }

        return best;
    }
}
