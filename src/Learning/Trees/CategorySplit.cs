namespace Busker.Learning.Trees;

/// <summary>
/// Splits on sets of categories: up to four, each alone against the rest; more, prefixes of the order by smoothed mean
/// gradient, which holds the best set for a convex loss (Fisher 1958). Missing and unknown categories go right.
/// </summary>
internal sealed class CategorySplit(BoostOptions options)
{
    private const double Smooth = 10, ExtraL2 = 10;
    private const int MostOnOneSide = 32;

    private readonly LeafScore _score = new(options with { L2 = options.L2 + ExtraL2 });
    private readonly LeafScore _plain = new(options);

    public unsafe Split Find(in Scan scan, int feature)
    {
        var codes = new List<int>(scan.Missing);
        for (var b = 0; b < scan.Missing; b++)
        {
            if (scan.Sums[2 * b + 1] != 0) codes.Add(b);
        }

        var best = Split.None;
        best.Gain = options.MinGain;
        best.Feature = feature;
        best.Categorical = true;
        if (codes.Count <= 4)
        {
            foreach (var code in codes) Try(scan, [code], 1, _plain, ref best);
        }
        else
        {
            var order = Order(scan, codes);
            Prefixes(scan, order, ref best);
            Array.Reverse(order);
            Prefixes(scan, order, ref best);
        }

        return best.Count == 0 ? Split.None : best;
    }

    private static unsafe int[] Order(in Scan scan, List<int> codes)
    {
        var keys = new double[codes.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var (g, e) = (scan.Sums[2 * codes[i]], scan.Sums[2 * codes[i] + 1]);
            keys[i] = g * scan.GradientUnit / ((e & Histogram.HessianMask) * scan.HessianUnit + Smooth);
        }

        var order = codes.ToArray();
        Array.Sort(keys, order); // equal keys: any order gives the same sums, and the sort is deterministic
        return order;
    }

    private void Prefixes(in Scan scan, int[] order, ref Split best)
    {
        var most = Math.Min(MostOnOneSide, (order.Length + 1) / 2);
        for (var take = 1; take <= most; take++) Try(scan, order, take, _score, ref best);
    }

    private unsafe void Try(in Scan scan, int[] order, int take, LeafScore score, ref Split best)
    {
        long gradient = 0, packed = 0;
        for (var i = 0; i < take; i++)
        {
            gradient += scan.Sums[2 * order[i]];
            packed += scan.Sums[2 * order[i] + 1];
        }

        var count = (int)(packed >> Histogram.CountShift);
        var (leftG, leftH) = (gradient * scan.GradientUnit, (packed & Histogram.HessianMask) * scan.HessianUnit);
        var (rightG, rightH) = (scan.Gradient * scan.GradientUnit - leftG, scan.Hessian * scan.HessianUnit - leftH);
        var minRows = Math.Max(1, options.MinRows);
        if (count < minRows || scan.Count - count < minRows || leftH < options.MinHessian || rightH < options.MinHessian) return;
        var gain = score.Saved(leftG, leftH) + score.Saved(rightG, rightH) - scan.Parent;
        if (gain <= best.Gain) return;
        (best.Gain, best.Gradient, best.Hessian, best.Count) = (gain, gradient, packed & Histogram.HessianMask, count);
        best.Codes = default;
        for (var i = 0; i < take; i++) best.Codes.Add(order[i]);
    }
}
