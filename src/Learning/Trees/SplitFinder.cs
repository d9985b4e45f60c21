using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Finds the best split of one leaf on one column from its histogram. Ties: the lowest bin, missing to the right.</summary>
internal sealed class SplitFinder
{
    private readonly BinColumn[] _columns;
    private readonly sbyte[] _monotone;
    private readonly bool _anyMonotone;
    private readonly CategorySplit _categories;

    public SplitFinder(Table table, BinMap map, BoostOptions options)
    {
        Options = options;
        _columns = map.Columns;
        _monotone = [.. table.Names.Select(name => (sbyte)Math.Sign(options.Monotone.GetValueOrDefault(name)))];
        _anyMonotone = _monotone.Any(m => m != 0);
        Score = new LeafScore(options);
        _categories = new CategorySplit(options);
    }

    public BoostOptions Options { get; }
    public LeafScore Score { get; }
    public double GradientUnit { get; set; }
    public double HessianUnit { get; set; }

    public int Monotone(int feature) => _monotone[feature];

    public unsafe Split Find(Leaf leaf, int feature, long* sums)
    {
        var scan = new Scan
        {
            Sums = sums,
            Missing = _columns[feature].Values,
            Count = leaf.Count,
            Gradient = leaf.Gradient,
            Hessian = leaf.Hessian,
            GradientUnit = GradientUnit,
            HessianUnit = HessianUnit,
            Score = Score,
            Parent = Parent(leaf),
        };
        if (_columns[feature].Categories is not null) return _categories.Find(scan, feature);
        var best = Split.None;
        best.Gain = Options.MinGain;
        best.Feature = feature;
        var missing = (int)(sums[2 * scan.Missing + 1] >> Histogram.CountShift);
        if (_anyMonotone) ScanBounded(scan, leaf, feature, false, ref best);
        else ScanFree(scan, false, ref best);
        if (missing > 0)
        {
            if (_anyMonotone) ScanBounded(scan, leaf, feature, true, ref best);
            else ScanFree(scan, true, ref best);
        }

        if (best.Count == 0) return Split.None;
        // No missing value seen here: at prediction it follows the larger side.
        if (missing == 0) best.MissingLeft = 2 * best.Count > leaf.Count;
        return best;
    }

    private double Parent(Leaf leaf)
    {
        var (gradient, hessian) = (leaf.Gradient * GradientUnit, leaf.Hessian * HessianUnit);
        return _anyMonotone
            ? Score.SavedBy(gradient, hessian, Score.Value(gradient, hessian, leaf.Low, leaf.High))
            : Score.Saved(gradient, hessian);
    }

    private unsafe void ScanFree(in Scan scan, bool missingLeft, ref Split best)
    {
        var (gradient, packed) = missingLeft ? (scan.Sums[2 * scan.Missing], scan.Sums[2 * scan.Missing + 1]) : (0L, 0L);
        var (gUnit, hUnit, score, minRows) = (scan.GradientUnit, scan.HessianUnit, scan.Score, Math.Max(1, Options.MinRows));
        var (minHessian, best0) = (Options.MinHessian, best.Gain);
        var (allG, allH) = (scan.Gradient * gUnit, scan.Hessian * hUnit);
        for (var b = 0; b < scan.Missing; b++)
        {
            var add = scan.Sums[2 * b + 1];
            if (add == 0) continue;
            gradient += scan.Sums[2 * b];
            packed += add;
            var count = (int)(packed >> Histogram.CountShift);
            if (count < minRows) continue;
            if (scan.Count - count < minRows) break;
            var (leftG, leftH) = (gradient * gUnit, (packed & Histogram.HessianMask) * hUnit);
            if (leftH < minHessian) continue;
            if (allH - leftH < minHessian) break;
            var gain = score.Saved(leftG, leftH) + score.Saved(allG - leftG, allH - leftH) - scan.Parent;
            if (gain <= best0) continue;
            best0 = gain;
            Keep(ref best, gain, b, missingLeft, gradient, packed);
        }
    }

    private unsafe void ScanBounded(in Scan scan, Leaf leaf, int feature, bool missingLeft, ref Split best)
    {
        var (gradient, packed) = missingLeft ? (scan.Sums[2 * scan.Missing], scan.Sums[2 * scan.Missing + 1]) : (0L, 0L);
        var (allG, allH) = (scan.Gradient * scan.GradientUnit, scan.Hessian * scan.HessianUnit);
        for (var b = 0; b < scan.Missing; b++)
        {
            if (scan.Sums[2 * b + 1] == 0) continue;
            gradient += scan.Sums[2 * b];
            packed += scan.Sums[2 * b + 1];
            var count = (int)(packed >> Histogram.CountShift);
            var (leftG, leftH) = (gradient * scan.GradientUnit, (packed & Histogram.HessianMask) * scan.HessianUnit);
            if (count < Math.Max(1, Options.MinRows) || leftH < Options.MinHessian) continue;
            if (scan.Count - count < Math.Max(1, Options.MinRows) || allH - leftH < Options.MinHessian) break;
            var left = scan.Score.Value(leftG, leftH, leaf.Low, leaf.High);
            var right = scan.Score.Value(allG - leftG, allH - leftH, leaf.Low, leaf.High);
            if ((right - left) * _monotone[feature] < 0) continue;
            var gain = scan.Score.SavedBy(leftG, leftH, left) + scan.Score.SavedBy(allG - leftG, allH - leftH, right) - scan.Parent;
            if (gain > best.Gain) Keep(ref best, gain, b, missingLeft, gradient, packed);
        }
    }

    private static void Keep(ref Split best, double gain, int bin, bool missingLeft, long gradient, long packed)
    {
        best.Gain = gain;
        best.Bin = bin;
        best.MissingLeft = missingLeft;
        best.Gradient = gradient;
        best.Hessian = packed & Histogram.HessianMask;
        best.Count = (int)(packed >> Histogram.CountShift);
    }
}

/// <summary>What a scan reads: the column's bins and the leaf's totals.</summary>
internal unsafe struct Scan
{
    public long* Sums;
    public int Missing;
    public int Count;
    public long Gradient, Hessian;
    public double GradientUnit, HessianUnit;
    public LeafScore Score;
    public double Parent;
}
