namespace Busker.Learning.Decide;

/// <summary>Platt's sigmoid (1999): p = 1 / (1 + e^(a·margin + b)), fitted with his smoothed targets by Newton steps.</summary>
public sealed class PlattCalibration
{
    private PlattCalibration(double a, double b) => (A, B) = (a, b);

    public double A { get; }
    public double B { get; }

    /// <summary>Fits on margins of rows that the model was not trained on, preferably later in time.</summary>
    public static PlattCalibration Fit(ReadOnlySpan<double> margins, ReadOnlySpan<double> labels)
    {
        double positives = 0;
        foreach (var y in labels) positives += y > 0.5 ? 1 : 0;
        var (high, low) = ((positives + 1) / (positives + 2), 1 / (labels.Length - positives + 2));
        double a = -1, b = 0;
        for (var step = 0; step < 100; step++)
        {
            double ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
            for (var r = 0; r < margins.Length; r++)
            {
                var p = 1 / (1 + Math.Exp(a * margins[r] + b));
                var (error, weight) = ((labels[r] > 0.5 ? high : low) - p, Math.Max(p * (1 - p), 1e-12));
                ga += error * margins[r];
                gb += error;
                haa += weight * margins[r] * margins[r];
                hab += weight * margins[r];
                hbb += weight;
            }

            var determinant = haa * hbb - hab * hab;
            var (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant);
            (a, b) = (a - da, b - db);
            if (Math.Abs(da) + Math.Abs(db) < 1e-10) break;
        }

        return new PlattCalibration(a, b);
    }

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

    public static IsotonicCalibration Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
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
    public static double Undo(double chance, double positiveWeight) => chance / (chance + positiveWeight * (1 - chance));

    /// <summary>Negatives kept at rate β (Dal Pozzolo 2015): p = β·s / (β·s − s + 1).</summary>
    public static double UndoSampling(double chance, double keptNegatives) => keptNegatives * chance / (keptNegatives * chance - chance + 1);
}
