namespace Busker.Learning.Decide;

/// <summary>
/// Measures of a ranking of rows with labels 0/1 (above one half counts as positive), optionally weighted. Equal scores
/// are one step, as in scikit-learn. NaN when a class is absent. A score that is no number, or another number of labels than of scores, is an
/// <see cref="ArgumentException"/>.
/// </summary>
public static class RankMetrics
{
    /// <summary>Probability that a positive row scores above a negative one, ties counting half.</summary>
    public static double Auc(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels, double[]? weights = null)
    {
        double positives = 0, negatives = 0, area = 0;
        foreach (var (positive, negative) in Steps(scores, labels, weights))
        {
            area += negative * (positives + positive / 2);
            positives += positive;
            negatives += negative;
        }

        return positives > 0 && negatives > 0 ? area / (positives * negatives) : double.NaN;
    }

    /// <summary>Σ (recall gained) × precision over the distinct scores, highest first.</summary>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels, double[]? weights = null)
    {
        double positives = 0, negatives = 0, sum = 0;
        foreach (var (positive, negative) in Steps(scores, labels, weights))
        {
            positives += positive;
            negatives += negative;
            sum += positive * (positives / (positives + negatives + 1e-300));
        }

        return positives > 0 ? sum / positives : double.NaN;
    }

    /// <summary>The largest share of positives found while at most <paramref name="budget"/> of the negatives are flagged.</summary>
    public static double RecallAt(double budget, ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        var steps = Steps(scores, labels, null);
        double allPositive = steps.Sum(s => s.Positive), allNegative = steps.Sum(s => s.Negative), positives = 0, negatives = 0, best = 0;
        foreach (var (positive, negative) in steps)
        {
            positives += positive;
            negatives += negative;
            if (negatives > budget * allNegative * (1 + 1e-12)) break; // 0.29 · 100 rounds to less than 29
            best = positives;
        }

        return allPositive > 0 ? best / allPositive : double.NaN;
    }

    /// <summary>Points of the ROC curve: false positive rate, true positive rate, score; from (0,0) to (1,1).</summary>
    public static (double FalseRate, double TrueRate)[] Roc(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        var steps = Steps(scores, labels, null);
        double allPositive = steps.Sum(s => s.Positive), allNegative = steps.Sum(s => s.Negative), positives = 0, negatives = 0;
        var curve = new List<(double, double)> { (0, 0) };
        foreach (var (positive, negative) in steps)
        {
            positives += positive;
            negatives += negative;
            curve.Add((negatives / allNegative, positives / allPositive));
        }

        return [.. curve];
    }

    /// <summary>Points of the precision-recall curve, highest score first.</summary>
    public static (double Recall, double Precision)[] PrecisionRecall(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        var steps = Steps(scores, labels, null);
        double allPositive = steps.Sum(s => s.Positive), positives = 0, negatives = 0;
        var curve = new List<(double, double)>(steps.Count);
        foreach (var (positive, negative) in steps)
        {
            positives += positive;
            negatives += negative;
            curve.Add((positives / allPositive, positives / (positives + negatives)));
        }

        return [.. curve];
    }

    /// <summary>Weights of both classes at each distinct score, highest first.</summary>
    private static List<(double Positive, double Negative)> Steps(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels, double[]? weights)
    {
        ScoreCheck.Ordered(scores, labels);
        var (keys, order) = (scores.ToArray(), new int[scores.Length]);
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(keys, order);
        var steps = new List<(double, double)>();
        for (var i = order.Length - 1; i >= 0;)
        {
            var key = keys[i];
            double positive = 0, negative = 0;
            for (; i >= 0 && keys[i] == key; i--)
            {
                var weight = weights?[order[i]] ?? 1;
                if (labels[order[i]] > 0.5) positive += weight;
                else negative += weight;
            }

            steps.Add((positive, negative));
        }

        return steps;
    }
}
