namespace Busker.Learning.Evaluate;

/// <summary>Quality of one ranked list against one listener's held-out items. Graded 0/1; positions count from 1.</summary>
public static class RankingMetrics
{
    /// <summary>hits in the first k / number of held-out items.</summary>
    public static double Recall(ReadOnlySpan<int> list, ReadOnlySpan<int> held, int k) => held.IsEmpty ? 0 : (double)Hits(list, held, k) / held.Length;

    /// <summary>hits in the first k / min(k, number of held-out items) (Liang et al. 2018).</summary>
    public static double TruncatedRecall(ReadOnlySpan<int> list, ReadOnlySpan<int> held, int k) =>
        held.IsEmpty ? 0 : (double)Hits(list, held, k) / Math.Min(k, held.Length);

    /// <summary>Σ_{hits} 1/log₂(rank + 1), divided by the same sum of an ideal list of min(k, |held|) hits.</summary>
    public static double Ndcg(ReadOnlySpan<int> list, ReadOnlySpan<int> held, int k)
    {
        if (held.IsEmpty) return 0;
        double gain = 0, ideal = 0;
        for (var r = 0; r < Math.Min(k, list.Length); r++) if (held.BinarySearch(list[r]) >= 0) gain += 1 / Math.Log2(r + 2);
        for (var r = 0; r < Math.Min(k, held.Length); r++) ideal += 1 / Math.Log2(r + 2);
        return gain / ideal;
    }

    /// <summary>
    /// nDCG at k of each part of the catalogue by itself: only held-out items of the part count, in the list and in the ideal
    /// list; what else stands in the list keeps its place. NaN for a part of which nothing was held out.
    /// </summary>
    /// <param name="part">the part of each item: 0 … <c>into.Length</c> − 1</param>
    public static void NdcgByPart(ReadOnlySpan<int> list, ReadOnlySpan<int> held, ReadOnlySpan<byte> part, int k, Span<double> into)
    {
        Span<int> counts = stackalloc int[into.Length];
        counts.Clear();
        into.Clear();
        foreach (var item in held) counts[part[item]]++;
        for (var r = 0; r < Math.Min(k, list.Length); r++) if (held.BinarySearch(list[r]) >= 0) into[part[list[r]]] += 1 / Math.Log2(r + 2);
        for (var t = 0; t < into.Length; t++)
        {
            var ideal = 0.0;
            for (var r = 0; r < Math.Min(k, counts[t]); r++) ideal += 1 / Math.Log2(r + 2);
            into[t] = ideal > 0 ? into[t] / ideal : double.NaN;
        }
    }

    private static int Hits(ReadOnlySpan<int> list, ReadOnlySpan<int> held, int k)
    {
        var hits = 0;
        foreach (var item in list[..Math.Min(k, list.Length)]) if (held.BinarySearch(item) >= 0) hits++;
        return hits;
    }

    /// <summary>Gini coefficient of non-negative exposures: 0 equal, towards 1 all on one.</summary>
    public static double Gini(ReadOnlySpan<double> exposure)
    {
        var sorted = exposure.ToArray();
        Array.Sort(sorted);
        double total = 0, weighted = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            total += sorted[i];
            weighted += (2.0 * (i + 1) - sorted.Length - 1) * sorted[i];
        }

        return total > 0 ? weighted / (sorted.Length * total) : 0;
    }
}
