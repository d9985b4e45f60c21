namespace Busker.Learning.Decide;

/// <summary>How far a sample is from the reference; <paramref name="Bound"/> is what chance alone exceeds once in a thousand.</summary>
public readonly record struct DriftScore(double Value, double Bound)
{
    /// <summary>More than chance alone.</summary>
    public bool Alarms => Value > Bound;
}

/// <summary>
/// Compares current values of a column or score with the training sample. Cells are quantiles of the reference, frozen,
/// plus one for missing values.
/// </summary>
public sealed class Drift
{
    private readonly double[] _reference;
    private readonly double[] _cuts;
    private readonly int[] _counts;

    /// <param name="reference">Values at training, NaN for missing; sorted into cells of equal numbers.</param>
    /// <param name="cells">Cells for the values present.</param>
    public Drift(double[] reference, int cells = 10)
    {
        _reference = Array.FindAll(reference, v => !double.IsNaN(v));
        Array.Sort(_reference);
        _cuts = _reference.Length == 0
            ? []
            : [.. Enumerable.Range(1, cells - 1).Select(c => _reference[(int)((long)c * _reference.Length / cells)]).Distinct()];
        _counts = Counts(reference);
    }

    /// <summary>
    /// Population stability index with Jeffreys smoothing (+½ per cell). Bound: (1/n + 1/m) · the 99.9 % point of χ² with
    /// cells − 1 degrees (Yurdakul 2018), so small samples do not cry wolf.
    /// </summary>
    public DriftScore Psi(ReadOnlySpan<double> current)
    {
        var counts = Counts(current);
        var (n, m, cells) = (_counts.Sum(), (double)current.Length, counts.Length);
        double psi = 0;
        for (var c = 0; c < cells; c++)
        {
            var (p, q) = ((_counts[c] + 0.5) / (n + 0.5 * cells), (counts[c] + 0.5) / (m + 0.5 * cells));
            psi += (q - p) * Math.Log(q / p);
        }

        return new DriftScore(psi, (1.0 / n + 1 / m) * ChiSquarePoint(cells - 1, 3.0902));
    }

    /// <summary>Kolmogorov–Smirnov distance of the values present; bound √(½·ln(2/0.001)·(n+m)/(n·m)).</summary>
    public DriftScore Ks(ReadOnlySpan<double> current)
    {
        var now = Array.FindAll(current.ToArray(), v => !double.IsNaN(v));
        Array.Sort(now);
        if (now.Length == 0 || _reference.Length == 0) return new DriftScore(now.Length == _reference.Length ? 0 : 1, 0.5);
        double most = 0;
        for (int i = 0, j = 0; i < now.Length && j < _reference.Length;)
        {
            var value = Math.Min(now[i], _reference[j]);
            while (i < now.Length && now[i] <= value) i++;
            while (j < _reference.Length && _reference[j] <= value) j++;
            most = Math.Max(most, Math.Abs(i / (double)now.Length - j / (double)_reference.Length));
        }

        double n = now.Length, m = _reference.Length;
        return new DriftScore(most, Math.Sqrt(0.5 * Math.Log(2 / 0.001) * (n + m) / (n * m)));
    }

    private int[] Counts(ReadOnlySpan<double> values)
    {
        var counts = new int[_cuts.Length + 2];
        foreach (var value in values)
        {
            if (double.IsNaN(value))
            {
                counts[^1]++;
                continue;
            }

            var at = Array.BinarySearch(_cuts, value);
            counts[at >= 0 ? at + 1 : ~at]++;
        }

        return counts;
    }

    /// <summary>Wilson–Hilferty: χ² point from the normal one.</summary>
    private static double ChiSquarePoint(int degrees, double normal)
    {
        var spread = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - spread + normal * Math.Sqrt(spread), 3);
    }
}
