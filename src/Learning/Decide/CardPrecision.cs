namespace Busker.Learning.Decide;

/// <summary>
/// Card precision at k: each day the k cards with the highest score of the day are checked; the share that is truly
/// compromised that day, averaged over the days. Cards found are not checked again later.
/// </summary>
public static class CardPrecision
{
    /// <summary>Mean over the days of (compromised cards among the k checked) / k, 0 to 1; one score, label, card and day number per payment. Equal scores: the lower card number first.</summary>
    public static double At(int k, double[] scores, bool[] fraud, ulong[] cards, int[] days)
    {
        var found = new HashSet<ulong>();
        double sum = 0;
        var daysSeen = 0;
        foreach (var day in Enumerable.Range(0, scores.Length).GroupBy(r => days[r]).OrderBy(g => g.Key))
        {
            var best = new Dictionary<ulong, (double Score, bool Fraud)>();
            foreach (var r in day)
            {
                if (found.Contains(cards[r])) continue;
                var seen = best.TryGetValue(cards[r], out var old) ? old : (double.NegativeInfinity, false);
                best[cards[r]] = (Math.Max(seen.Item1, scores[r]), seen.Item2 || fraud[r]);
            }

            var hits = best.OrderByDescending(c => c.Value.Score).ThenBy(c => c.Key).Take(k).Where(c => c.Value.Fraud).Select(c => c.Key).ToList();
            found.UnionWith(hits);
            sum += hits.Count / (double)k;
            daysSeen++;
        }

        return sum / daysSeen;
    }
}
