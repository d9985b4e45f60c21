using System.Globalization;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Evaluate;

/// <summary>A mean over listeners with its standard error.</summary>
public readonly record struct Estimate(double Mean, double StandardError)
{
    public static Estimate Of(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (var v in values) sum += v;
        var mean = values.IsEmpty ? 0 : sum / values.Length;
        foreach (var v in values) squares += (v - mean) * (v - mean);
        return new Estimate(mean, values.Length > 1 ? Math.Sqrt(squares / (values.Length - 1.0) / values.Length) : 0);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:0.0000} ± {1.96 * StandardError:0.0000}");
}

/// <summary>What full-catalogue ranking came to: accuracy per listener and exposure over the lists of 20.</summary>
public sealed record RankingReport(
    string Model, int Listeners, Estimate Recall20, Estimate Recall50, Estimate TruncatedRecall20, Estimate Ndcg10, Estimate Ndcg20, Estimate Ndcg100,
    double Coverage20, double Gini20, double LongTail20)
{
    /// <summary>nDCG@100 of each listener, in order, for paired comparisons.</summary>
    public double[] PerListener { get; init; } = [];

    /// <summary>How often each item stood in a list of 20.</summary>
    public double[] Exposure { get; init; } = [];
}

/// <summary>
/// Ranks the whole catalogue (no sampled negatives) for every listener with held-out items, leaving out what the listener
/// already has. Order: score descending, then item number ascending.
/// </summary>
public static class Ranking
{
    private const int Depth = 100;

    /// <param name="history">What each listener is known to have heard; also what is masked.</param>
    /// <param name="held">What is to be found.</param>
    /// <param name="popularity">Listeners per item in training, for the long tail (outside the 20 % most heard).</param>
    public static RankingReport Evaluate(IGenerator model, Interactions history, Interactions held, int[] popularity, Lanes? lanes = null)
    {
        var listeners = Enumerable.Range(0, held.Users).Where(u => held.Length(u) > 0).ToArray();
        var metrics = new double[6][];
        for (var m = 0; m < metrics.Length; m++) metrics[m] = new double[listeners.Length];
        var exposure = new int[model.Items];
        using var buffers = new ThreadLocal<float[]>(() => new float[model.Items]);
        void Listener(int n)
        {
            var u = listeners[n];
            var scores = buffers.Value!;
            model.Score(history.ItemsOf(u), history.WeightsOf(u), scores);
            foreach (var i in history.ItemsOf(u)) scores[i] = float.NegativeInfinity;
            Span<int> list = stackalloc int[Depth];
            list = list[..TopK.Select(scores, list)];
            foreach (var i in list[..Math.Min(20, list.Length)]) Interlocked.Increment(ref exposure[i]);
            var truth = held.ItemsOf(u);
            metrics[0][n] = RankingMetrics.Recall(list, truth, 20);
            metrics[1][n] = RankingMetrics.Recall(list, truth, 50);
            metrics[2][n] = RankingMetrics.TruncatedRecall(list, truth, 20);
            metrics[3][n] = RankingMetrics.Ndcg(list, truth, 10);
            metrics[4][n] = RankingMetrics.Ndcg(list, truth, 20);
            metrics[5][n] = RankingMetrics.Ndcg(list, truth, 100);
        }

        (lanes ?? Lanes.One).For(listeners.Length, Listener);
        return Report(model.Name, metrics, Array.ConvertAll(exposure, e => (double)e), popularity);
    }

    private static RankingReport Report(string name, double[][] metrics, double[] exposure, int[] popularity)
    {
        var order = Enumerable.Range(0, popularity.Length).OrderByDescending(i => popularity[i]).ThenBy(i => i).ToArray();
        var head = order.AsSpan(0, (int)Math.Round(0.2 * order.Length));
        double headSlots = 0;
        foreach (var i in head) headSlots += exposure[i];
        var e = Array.ConvertAll(metrics, m => Estimate.Of(m));
        return new RankingReport(name, metrics[0].Length, e[0], e[1], e[2], e[3], e[4], e[5],
            exposure.Count(x => x > 0) / (double)exposure.Length, RankingMetrics.Gini(exposure), 1 - headSlots / Math.Max(1, exposure.Sum()))
        { PerListener = metrics[5], Exposure = exposure };
    }
}
