namespace Busker.Learning.Rerank;

/// <summary>
/// Calibrated lists (Steck 2018): the list's mix of groups (genres, music/podcast/audiobook) follows the listener's own,
/// greedily maximising (1 − λ)Σs − λ·KL(p ‖ q̃), with q̃ = (1 − a)q + a·p and a = 0.01. O(k·n·groups).
/// </summary>
public static class Calibration
{
    private const double Smoothing = 0.01;

    /// <param name="scores">Candidates' scores, on the scale of the sum.</param>
    /// <param name="mix">Row per candidate, width groups, each row summing to 1.</param>
    /// <param name="target">p: the listener's shares, summing to 1.</param>
    /// <returns>Positions of candidates, in the order they were taken.</returns>
    public static int[] Select(ReadOnlySpan<float> scores, ReadOnlySpan<float> mix, ReadOnlySpan<float> target, double lambda, int k)
    {
        var groups = target.Length;
        var taken = new bool[scores.Length];
        var sums = new double[groups];
        var list = new int[Math.Min(k, scores.Length)];
        for (var n = 0; n < list.Length; n++)
        {
            var best = -1;
            var value = double.NegativeInfinity;
            for (var c = 0; c < scores.Length; c++)
            {
                if (taken[c]) continue;
                var v = (1 - lambda) * scores[c] - lambda * Divergence(sums, mix.Slice(c * groups, groups), target, n + 1);
                if (best >= 0 && !(v > value)) continue;
                (best, value) = (c, v);
            }

            (list[n], taken[best]) = (best, true);
            for (var g = 0; g < groups; g++) sums[g] += mix[best * groups + g];
        }

        return list;
    }

    /// <summary>KL(p ‖ q̃) of a list whose mixes sum to <paramref name="sums"/> plus one more candidate's.</summary>
    public static double Divergence(ReadOnlySpan<double> sums, ReadOnlySpan<float> more, ReadOnlySpan<float> target, int count)
    {
        var kl = 0.0;
        for (var g = 0; g < target.Length; g++)
        {
            if (target[g] <= 0) continue;
            var q = (sums[g] + more[g]) / count;
            kl += target[g] * Math.Log(target[g] / ((1 - Smoothing) * q + Smoothing * target[g]));
        }

        return kl;
    }
}
