using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Evaluate;

/// <summary>
/// Ranks the whole catalogue (no sampled negatives) for every listener with held-out items, leaving out what the listener
/// already has. Order: score descending, then item number ascending.
/// </summary>
public static class Ranking
{
    private const int Depth = 100;
    private const int Together = 128;

    /// <param name="history">What each listener is known to have heard; also what is masked.</param>
    /// <param name="held">What is to be found.</param>
    /// <param name="popularity">Listeners per item in training, for the long tail (outside the 20 % most heard).</param>
    public static RankingReport Evaluate(IGenerator model, Interactions history, Interactions held, int[] popularity, Lanes? lanes = null) =>
        Evaluate([model], model.ScoreMany, [model.Name], (_, _, parts, _) => parts, history, held, popularity, lanes)[0];

    /// <summary>
    /// Several mixes of the same parts in one pass: the parts are scored and standardised once. <paramref name="mixes"/> name the mixes;
    /// <paramref name="mix"/> of (mix number, history, standardised part rows one after the other, target row) makes one listener's scores.
    /// </summary>
    public static RankingReport[] EvaluateMixes(
        IGenerator[] parts, string[] mixes, Mixing mix, Interactions history, Interactions held, int[] popularity, Lanes? lanes = null)
    {
        var items = parts[0].Items;
        void Score(Interactions data, int from, int to, Span<float> scores)
        {
            var length = (to - from) * items;
            for (var p = 0; p < parts.Length; p++)
            {
                var own = scores.Slice(p * length, length);
                parts[p].ScoreMany(data, from, to, own);
                for (var u = from; u < to; u++) Blend.Standardize(data.ItemsOf(u), own.Slice((u - from) * items, items));
            }
        }

        return Evaluate(parts, Score, mixes, mix, history, held, popularity, lanes);
    }

    /// <summary>Returns one listener's scores: either <paramref name="parts"/> itself or <paramref name="target"/>, filled.</summary>
    public delegate Span<float> Mixing(int mix, ReadOnlySpan<int> history, Span<float> parts, Span<float> target);

    private delegate void Scoring(Interactions data, int from, int to, Span<float> scores);

    private static RankingReport[] Evaluate(
        IGenerator[] parts, Scoring score, string[] names, Mixing mix, Interactions history, Interactions held, int[] popularity, Lanes? lanes)
    {
        var items = parts[0].Items;
        var (asked, truth) = (Compact(history, held), Compact(held, held));
        var order = Enumerable.Range(0, items).OrderByDescending(i => popularity[i]).ThenBy(i => i).ToArray();
        var tallies = names.Select(_ => new Tally(truth, order)).ToArray();
        using var buffers = new ThreadLocal<float[]>(() => new float[(long)Together * parts.Length * items]);
        using var rows = new ThreadLocal<float[]>(() => new float[(parts.Length + 1) * items]);
        (lanes ?? Lanes.One).Ranges(asked.Users, Together, (from, to) =>
        {
            var scores = buffers.Value!;
            score(asked, from, to, scores);
            for (var u = from; u < to; u++)
            {
                var row = rows.Value.AsSpan();
                for (var p = 0; p < parts.Length; p++)
                    scores.AsSpan((p * (to - from) + u - from) * items, items).CopyTo(row[(p * items)..]);
                for (var m = names.Length - 1; m >= 0; m--) // a part's own row is masked in place, so mixes come first
                {
                    var own = mix(m, asked.ItemsOf(u), row[..(parts.Length * items)], row.Slice(parts.Length * items, items));
                    foreach (var i in asked.ItemsOf(u)) own[i] = float.NegativeInfinity;
                    tallies[m].Add(u, own);
                }
            }
        });
        return [.. tallies.Select((t, m) => t.Report(names[m]))];
    }

    /// <summary>The rows of those users who have something held, in order.</summary>
    private static Interactions Compact(Interactions data, Interactions held)
    {
        int[] users = [.. Enumerable.Range(0, held.Users).Where(u => held.Length(u) > 0)];
        return data.Rows(users);
    }

    /// <summary>The measures of one model, filled listener by listener.</summary>
    private sealed class Tally
    {
        private const int Parts = 10;
        private readonly Interactions _truth;
        private readonly int[] _order;
        private readonly byte[] _part;
        private readonly double[][] _metrics, _byPart;
        private readonly int[][] _lists;

        /// <param name="order">the items, most heard first</param>
        public Tally(Interactions truth, int[] order)
        {
            (_truth, _order, _part, _lists) = (truth, order, new byte[order.Length], new int[truth.Users][]);
            for (var t = 0; t < Parts; t++) foreach (var i in Tenth(t)) _part[i] = (byte)t;
            _metrics = [.. Enumerable.Range(0, 6).Select(_ => new double[truth.Users])];
            _byPart = [.. Enumerable.Range(0, Parts).Select(_ => new double[truth.Users])];
        }

        private ReadOnlySpan<int> Tenth(int t) => _order.AsSpan()[(int)((long)t * _order.Length / Parts)..(int)((t + 1L) * _order.Length / Parts)];

        public void Add(int u, ReadOnlySpan<float> scores)
        {
            Span<int> list = stackalloc int[Depth];
            list = list[..TopK.Select(scores, list)];
            var held = _truth.ItemsOf(u);
            _lists[u] = list[..Math.Min(20, list.Length)].ToArray();
            _metrics[0][u] = RankingMetrics.Recall(list, held, 20);
            _metrics[1][u] = RankingMetrics.Recall(list, held, 50);
            _metrics[2][u] = RankingMetrics.TruncatedRecall(list, held, 20);
            _metrics[3][u] = RankingMetrics.Ndcg(list, held, 10);
            _metrics[4][u] = RankingMetrics.Ndcg(list, held, 20);
            _metrics[5][u] = RankingMetrics.Ndcg(list, held, 100);
            Span<double> gains = stackalloc double[Parts];
            RankingMetrics.NdcgByPart(list, held, _part, Depth, gains);
            for (var t = 0; t < Parts; t++) _byPart[t][u] = gains[t];
        }

        public RankingReport Report(string name)
        {
            var items = _order.Length;
            var head = _order[..(int)Math.Round(0.2 * items)];
            var exposure = new double[items];
            foreach (var list in _lists) foreach (var i in list) exposure[i]++;
            var e = Array.ConvertAll(_metrics, m => Estimate.Of(m));
            return new RankingReport(name, _truth.Users, e[0], e[1], e[2], e[3], e[4], e[5],
                Estimate.OfExposure(_lists, items, x => x.Count(v => v > 0) / (double)x.Length),
                Estimate.OfExposure(_lists, items, x => RankingMetrics.Gini(x)),
                Estimate.OfExposure(_lists, items, x => 1 - head.Sum(i => x[i]) / Math.Max(1, x.Sum())))
            {
                PerListener = _metrics[5], Exposure = exposure,
                NdcgByPopularity = [.. _byPart.Select(p => p.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average())],
            };
        }
    }
}
