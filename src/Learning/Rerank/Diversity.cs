using Busker.Learning.Algebra;

namespace Busker.Learning.Rerank;

/// <summary>Trades relevance for variety when a list is put together. Vectors are rows of width d, normalised to length 1.</summary>
public static class Diversity
{
    /// <summary>
    /// Maximal marginal relevance (Carbonell and Goldstein 1998): next is argmax λ·s − (1 − λ)·max cosine to what was chosen.
    /// O(k·n·d). Ties go to the earlier candidate. Returns positions in <paramref name="scores"/>, best first.
    /// </summary>
    public static int[] Mmr(ReadOnlySpan<float> scores, ReadOnlySpan<float> vectors, int d, float lambda, int k)
    {
        if (lambda is < 0 or > 1) throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "must be from 0 to 1");
        var nearest = new float[scores.Length];
        Array.Fill(nearest, float.NegativeInfinity);
        var taken = new bool[scores.Length];
        var list = new int[Math.Min(k, scores.Length)];
        for (var n = 0; n < list.Length; n++)
        {
            var best = -1;
            var value = float.NegativeInfinity;
            for (var c = 0; c < scores.Length; c++)
            {
                if (taken[c]) continue;
                var v = lambda * scores[c] - (n == 0 ? 0f : (1 - lambda) * nearest[c]);
                if (best >= 0 && !(v > value)) continue;
                (best, value) = (c, v);
            }

            (list[n], taken[best]) = (best, true);
            for (var c = 0; c < scores.Length; c++)
                nearest[c] = MathF.Max(nearest[c], Vectors.Dot(vectors.Slice(c * d, d), vectors.Slice(best * d, d)));
        }

        return list;
    }

    /// <summary>
    /// Greedy MAP of a determinantal point process with kernel L_ij = q_i⟨v_i,v_j⟩q_j, by incremental Cholesky (Chen, Zhang and
    /// Zhou 2018), O(k²·n). Stops early when no candidate adds volume
    /// (10⁻⁶ of the largest: single precision tells no finer). <paramref name="quality"/> is positive, in any unit.
    /// </summary>
    public static int[] Determinantal(ReadOnlySpan<float> quality, ReadOnlySpan<float> vectors, int d, int k)
    {
        var n = quality.Length;
        var volume = new double[n];
        for (var i = 0; i < n; i++) volume[i] = (double)quality[i] * quality[i] * Vectors.Dot(vectors.Slice(i * d, d), vectors.Slice(i * d, d));
        var least = 1e-6 * volume.DefaultIfEmpty(0).Max();
        var rows = new double[Math.Min(k, n)][];
        var list = new List<int>();
        while (list.Count < rows.Length)
        {
            var best = -1;
            for (var i = 0; i < n; i++)
                if (!list.Contains(i) && volume[i] > least && (best < 0 || volume[i] > volume[best])) best = i;
            if (best < 0) break;
            var row = rows[list.Count] = new double[n];
            var root = Math.Sqrt(volume[best]);
            for (var i = 0; i < n; i++)
            {
                double sum = (double)quality[best] * quality[i] * Vectors.Dot(vectors.Slice(best * d, d), vectors.Slice(i * d, d));
                for (var p = 0; p < list.Count; p++) sum -= rows[p][best] * rows[p][i];
                row[i] = sum / root;
                volume[i] -= row[i] * row[i];
            }

            list.Add(best);
        }

        return [.. list];
    }

    /// <summary>Keeps the order and drops what exceeds <paramref name="cap"/> per creator; at most <paramref name="k"/> positions.</summary>
    public static int[] CreatorCap(ReadOnlySpan<int> ranked, Func<int, int> creatorOf, int cap, int k)
    {
        var seen = new Dictionary<int, int>();
        var list = new List<int>();
        foreach (var item in ranked)
        {
            if (list.Count == k) break;
            var count = seen.GetValueOrDefault(creatorOf(item));
            if (count == cap) continue;
            seen[creatorOf(item)] = count + 1;
            list.Add(item);
        }

        return [.. list];
    }

    /// <summary>s ← s − weight · ln(1 + listeners)/ln(1 + most): a mild penalty lifts the tail at no loss of accuracy.</summary>
    public static void DiscountPopularity(Span<float> scores, ReadOnlySpan<int> listeners, float weight)
    {
        var most = 0;
        foreach (var n in listeners) most = Math.Max(most, n);
        if (most == 0) return;
        var scale = weight / MathF.Log(1f + most);
        for (var i = 0; i < scores.Length; i++) scores[i] -= scale * MathF.Log(1f + listeners[i]);
    }
}
