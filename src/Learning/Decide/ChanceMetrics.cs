namespace Busker.Learning.Decide;

/// <summary>One group of a reliability curve: rows of neighbouring chances.</summary>
public readonly record struct ReliabilityPoint(double Chance, double Share, int Rows);

/// <summary>Measures of chances (not only of their order) against labels in 0 … 1.</summary>
public static class ChanceMetrics
{
    /// <summary>−mean(y·ln p + (1 − y)·ln(1 − p)), chances held within 1e-15 of 0 and 1; optionally weighted by row.</summary>
    public static double LogLoss(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels, double[]? weights = null)
    {
        double sum = 0, all = 0;
        for (var r = 0; r < chances.Length; r++)
        {
            var (p, weight) = (Math.Clamp(chances[r], 1e-15, 1 - 1e-15), weights?[r] ?? 1);
            sum -= weight * (labels[r] * Math.Log(p) + (1 - labels[r]) * Math.Log(1 - p));
            all += weight;
        }

        return sum / all;
    }

    /// <summary>Mean of (p − y)² (Brier 1950); optionally weighted by row.</summary>
    public static double Brier(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels, double[]? weights = null)
    {
        double sum = 0, all = 0;
        for (var r = 0; r < chances.Length; r++)
        {
            var weight = weights?[r] ?? 1;
            sum += weight * (chances[r] - labels[r]) * (chances[r] - labels[r]);
            all += weight;
        }

        return sum / all;
    }

    /// <summary>Σ chances / Σ labels: 1 when calibrated in the large.</summary>
    public static double Balance(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels)
    {
        double expected = 0, seen = 0;
        for (var r = 0; r < chances.Length; r++) (expected, seen) = (expected + chances[r], seen + labels[r]);
        return expected / seen;
    }

    /// <summary>Mean chance against share of positives in groups of equal size.</summary>
    public static ReliabilityPoint[] Reliability(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels, int groups)
    {
        var (keys, values) = (chances.ToArray(), labels.ToArray());
        Array.Sort(keys, values);
        var points = new List<ReliabilityPoint>();
        for (var g = 0; g < groups; g++)
        {
            var (from, to) = ((int)((long)g * keys.Length / groups), (int)((long)(g + 1) * keys.Length / groups));
            if (to > from) points.Add(new ReliabilityPoint(keys[from..to].Average(), values[from..to].Average(), to - from));
        }

        return [.. points];
    }

    /// <summary>
    /// Groups of rows of neighbouring chances that expect equally many positives, so that where these are rare no group is without any; each with
    /// Wilson's 95 % interval of its share (1927).
    /// </summary>
    public static (ReliabilityPoint Point, double Low, double High)[] EvenlyExpected(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels, int groups)
    {
        var (keys, values) = (chances.ToArray(), labels.ToArray());
        Array.Sort(keys, values);
        var (points, each, from, expected) = (new List<(ReliabilityPoint, double, double)>(), keys.Sum() / groups, 0, 0.0);
        for (var r = 0; r < keys.Length; r++)
        {
            expected += keys[r];
            if (r < keys.Length - 1 && expected < (points.Count + 1) * each * (1 - 1e-12)) continue;
            var point = new ReliabilityPoint(keys[from..(r + 1)].Average(), values[from..(r + 1)].Average(), r + 1 - from);
            var (low, high) = Wilson(point.Share, point.Rows);
            points.Add((point, low, high));
            from = r + 1;
        }

        return [.. points];
    }

    private static (double Low, double High) Wilson(double share, int rows)
    {
        const double z = 1.96;
        var scale = 1 / (1 + z * z / rows);
        var (middle, half) = (scale * (share + z * z / (2 * rows)), scale * z * Math.Sqrt(share * (1 - share) / rows + z * z / (4.0 * rows * rows)));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }

    /// <summary>Expected calibration error over groups of equal size.</summary>
    public static double CalibrationError(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels, int groups = 20)
    {
        var rows = chances.Length;
        return Reliability(chances, labels, groups).Sum(p => Math.Abs(p.Chance - p.Share) * p.Rows / rows);
    }
}
