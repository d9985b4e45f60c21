namespace Busker.Learning.Decide;

/// <summary>
/// Platt's sigmoid (1999): p = 1 / (1 + e^(a·margin + b)), fitted with his smoothed targets by Newton steps that are halved until the
/// loss falls (Lin, Lin and Weng 2007), on margins brought to mean 0 and deviation 1, so that neither their scale nor their origin matters.
/// </summary>
public sealed class PlattCalibration
{
    private PlattCalibration(double a, double b) => (A, B) = (a, b);

    /// <summary>A sigmoid that was fitted before.</summary>
    public static PlattCalibration Of(double a, double b) => new(a, b);

    /// <summary>Slope, per unit of margin; negative when higher margins mean higher chances.</summary>
    public double A { get; }

    /// <summary>Offset of the log-odds against.</summary>
    public double B { get; }

    /// <summary>Fits on margins (log-odds) of rows that the model was not trained on, preferably later in time; labels above ½ are positive.</summary>
    /// <exception cref="ArgumentException">No rows, a margin that is no finite number, or as many labels as margins are not given.</exception>
    public static PlattCalibration Fit(ReadOnlySpan<double> margins, ReadOnlySpan<double> labels)
    {
        ScoreCheck.Finite(margins, labels);
        double positives = 0, mean = 0, spread = 0;
        foreach (var y in labels) positives += y > 0.5 ? 1 : 0;
        foreach (var m in margins) mean += m / margins.Length;
        foreach (var m in margins) spread += (m - mean) * (m - mean) / margins.Length;
        var scale = spread > 0 ? Math.Sqrt(spread) : 1;
        var (x, targets) = (new double[margins.Length], new double[margins.Length]);
        for (var r = 0; r < x.Length; r++)
        {
            x[r] = (margins[r] - mean) / scale;
            targets[r] = labels[r] > 0.5 ? (positives + 1) / (positives + 2) : 1 / (labels.Length - positives + 2);
        }

        var (a, b) = Descend(x, targets, Math.Log((labels.Length - positives + 1) / (positives + 1)));
        return new PlattCalibration(a / scale, b - a / scale * mean);
    }

    private static (double A, double B) Descend(double[] x, double[] targets, double start)
    {
        var (a, b) = (0.0, start);
        var loss = Loss(x, targets, a, b);
        for (var step = 0; step < 100; step++)
        {
            double ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
            for (var r = 0; r < x.Length; r++)
            {
                var p = 1 / (1 + Math.Exp(a * x[r] + b));
                var (error, weight) = (targets[r] - p, p * (1 - p));
                ga += error * x[r];
                gb += error;
                haa += weight * x[r] * x[r];
                hab += weight * x[r];
                hbb += weight;
            }

            var determinant = haa * hbb - hab * hab;
            var (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant);
            var length = 1.0;
            var next = Loss(x, targets, a - da, b - db);
            for (; !(next <= loss) && length > 1e-10; next = Loss(x, targets, a - length * da, b - length * db)) length /= 2;
            (a, b, loss) = (a - length * da, b - length * db, next);
            if (length * (Math.Abs(da) + Math.Abs(db)) < 1e-10) break;
        }

        return (a, b);
    }

    /// <summary>Cross-entropy of the targets, with ln(1 + e^z) taken on the side where it cannot overflow.</summary>
    private static double Loss(double[] x, double[] targets, double a, double b)
    {
        double sum = 0;
        for (var r = 0; r < x.Length; r++)
        {
            var z = a * x[r] + b;
            sum += z >= 0 ? targets[r] * z + Math.Log(1 + Math.Exp(-z)) : (targets[r] - 1) * z + Math.Log(1 + Math.Exp(z));
        }

        return sum;
    }

    /// <summary>The chance of a margin.</summary>
    public double Apply(double margin) => 1 / (1 + Math.Exp(A * margin + B));
}

/// <summary>
/// Isotonic calibration by pooling adjacent violators, drawn as a line through the middles of the pools: never falls and,
/// unlike steps, keeps the order of scores between pools.
/// </summary>
public sealed class IsotonicCalibration
{
    private readonly double[] _scores;
    private readonly double[] _chances;

    private IsotonicCalibration(double[] scores, double[] chances) => (_scores, _chances) = (scores, chances);

    /// <summary>Pools by score, then by violation; equal scores are one point. Labels may be soft.</summary>
    /// <exception cref="ArgumentException">No rows, a score that is no finite number, or not as many labels as scores.</exception>
    public static IsotonicCalibration Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        ScoreCheck.Finite(scores, labels);
        var (keys, values) = (scores.ToArray(), labels.ToArray());
        Array.Sort(keys, values);
        var pools = new List<(double Score, double Label, double Weight)>();
        for (var i = 0; i < keys.Length;)
        {
            var start = i;
            double sum = 0;
            for (; i < keys.Length && keys[i] == keys[start]; i++) sum += values[i];
            var pool = (Score: keys[start] * (i - start), Label: sum, Weight: (double)(i - start));
            while (pools.Count > 0 && pools[^1].Label * pool.Weight >= pool.Label * pools[^1].Weight)
            {
                pool = (pools[^1].Score + pool.Score, pools[^1].Label + pool.Label, pools[^1].Weight + pool.Weight);
                pools.RemoveAt(pools.Count - 1);
            }

            pools.Add(pool);
        }

        return new IsotonicCalibration([.. pools.Select(p => p.Score / p.Weight)], [.. pools.Select(p => p.Label / p.Weight)]);
    }

    /// <summary>The chance of a score; outside the pools' middles that of the first or last.</summary>
    public double Apply(double score)
    {
        if (score <= _scores[0]) return _chances[0];
        if (score >= _scores[^1]) return _chances[^1];
        var at = Array.BinarySearch(_scores, score);
        if (at >= 0) return _chances[at];
        var (low, high) = (~at - 1, ~at);
        var share = (score - _scores[low]) / (_scores[high] - _scores[low]);
        return _chances[low] + share * (_chances[high] - _chances[low]);
    }
}

/// <summary>Undoes a change of class weights: a model trained with positives weighted w has odds w times too high.</summary>
public static class PriorShift
{
    /// <summary>p = s / (s + w·(1 − s)).</summary>
    public static double Undo(double chance, double positiveWeight) => chance / (chance + positiveWeight * (1 - chance));

    /// <summary>Negatives kept at rate β (Dal Pozzolo 2015): p = β·s / (β·s − s + 1).</summary>
    public static double UndoSampling(double chance, double keptNegatives) => keptNegatives * chance / (keptNegatives * chance - chance + 1);
}
