using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// A sparse item-to-item model: row j lists what history item j gives to others. Scoring costs the sum of the row lengths.
/// Neighbours of a row are kept by weight, ties by the lower item number.
/// </summary>
public sealed partial class ItemModel : IGenerator, IExplains
{
    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly float[] _weights;

    private ItemModel(string name, int items, int[] starts, int[] columns, float[] weights) =>
        (Name, Items, _starts, _columns, _weights) = (name, items, starts, columns, weights);

    public string Name { get; }
    public int Items { get; }

    /// <summary>Weights kept.</summary>
    public int Links => _columns.Length;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        scores.Clear();
        for (var h = 0; h < history.Length; h++)
        {
            for (var p = _starts[history[h]]; p < _starts[history[h] + 1]; p++) scores[_columns[p]] += weights[h] * _weights[p];
        }
    }

    /// <summary>Each history item's share of the score of <paramref name="item"/>; the shares sum to the score.</summary>
    public void Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> shares)
    {
        for (var h = 0; h < history.Length; h++)
        {
            shares[h] = 0f;
            for (var p = _starts[history[h]]; p < _starts[history[h] + 1]; p++)
                if (_columns[p] == item) shares[h] = weights[h] * _weights[p];
        }
    }

    /// <summary>
    /// Item nearest neighbours: s_ij = n_ij / (n_i^a · n_j^(1−a) + shrink), the <paramref name="neighbours"/> best of each target i.
    /// </summary>
    public static ItemModel NearestNeighbours(Interactions data, int neighbours = 200, float exponent = 0.4f, float shrink = 0f, Lanes? lanes = null)
    {
        var byItem = data.Transpose();
        var counts = data.Popularity();
        var own = Array.ConvertAll(counts, n => MathF.Pow(n, exponent));
        var other = Array.ConvertAll(counts, n => MathF.Pow(n, 1 - exponent));
        return FromTargets("item-kNN", data.Items, neighbours, lanes, (i, sums) =>
        {
            foreach (var u in byItem.ItemsOf(i))
                foreach (var j in data.ItemsOf(u)) sums.Add(j, 1f);
        }, (i, j, sum) => sum / (own[i] * other[j] + shrink));
    }

    /// <summary>
    /// RP3αβ (Cooper et al. 2014, Paudel et al. 2017): the three-step random walk j → u → i, its steps to the power α, divided by the
    /// popularity of its end, S_ji = Σ_u p(u|j)^α p(i|u)^α / pop_i^β. Below 1, α hears busy listeners and known history items more. Keeping
    /// the best targets of each source favours the known; keeping the best sources of each target (<paramref name="perTarget"/>) gives
    /// every item its neighbours and reaches far into the tail.
    /// </summary>
    public static ItemModel RandomWalk(
        Interactions data, int neighbours = 200, float beta = 0.4f, bool perTarget = false, float alpha = 1f, Lanes? lanes = null)
    {
        float[] Powers(IEnumerable<int> lengths, float exponent) => [.. lengths.Select(n => n == 0 ? 0f : MathF.Pow(n, -exponent))];
        var byItem = data.Transpose();
        var counts = data.Popularity();
        var (start, step, penalty) = (Powers(counts, alpha), Powers(Enumerable.Range(0, data.Users).Select(data.Length), alpha), Powers(counts, beta));
        void Walk(int item, SparseSums sums)
        {
            foreach (var u in byItem.ItemsOf(item))
                foreach (var j in data.ItemsOf(u)) sums.Add(j, step[u]);
        }

        return perTarget
            ? FromTargets("RP3beta tail", data.Items, neighbours, lanes, Walk, (i, j, sum) => sum * penalty[i] * start[j])
            : FromSources("RP3beta", data.Items, neighbours, lanes, Walk, (j, i, sum) => sum * penalty[i] * start[j]);
    }

    /// <summary>The <paramref name="perColumn"/> largest |weight| of each target column of a dense sources × targets matrix.</summary>
    internal static ItemModel FromDense(string name, float[] dense, int n, int perColumn) =>
        FromTargets(name, n, perColumn, null, (i, sums) =>
        {
            for (var j = 0; j < n; j++) if (dense[j * n + i] != 0f) sums.Add(j, dense[j * n + i]);
        }, (_, _, sum) => sum, byMagnitude: true);

    private static ItemModel FromTargets(
        string name, int items, int neighbours, Lanes? lanes, Action<int, SparseSums> collect, Func<int, int, float, float> weigh, bool byMagnitude = false)
    {
        return OfTargets(name, items, Best(items, neighbours, lanes, collect, weigh, byMagnitude));
    }

    private static ItemModel FromSources(
        string name, int items, int neighbours, Lanes? lanes, Action<int, SparseSums> collect, Func<int, int, float, float> weigh)
    {
        return OfSources(name, items, Best(items, neighbours, lanes, collect, weigh));
    }

    /// <summary>From what every history item gives.</summary>
    internal static ItemModel OfSources(string name, int items, (int[] Items, float[] Weights)[] kept)
    {
        var starts = new int[items + 1];
        for (var j = 0; j < items; j++) starts[j + 1] = starts[j] + kept[j].Items.Length;
        return new ItemModel(name, items, starts, [.. kept.SelectMany(k => k.Items)], [.. kept.SelectMany(k => k.Weights)]);
    }

    private static (int[] Items, float[] Weights)[] Best(
        int items, int neighbours, Lanes? lanes, Action<int, SparseSums> collect, Func<int, int, float, float> weigh, bool byMagnitude = false)
    {
        if (neighbours < 1) throw new ArgumentException($"neighbours is {neighbours}; it must be at least 1", nameof(neighbours));
        var kept = new (int[], float[])[items];
        using var sums = new ThreadLocal<SparseSums>(() => new SparseSums(items));
        (lanes ?? Lanes.One).For(items, i =>
        {
            var own = sums.Value!;
            collect(i, own);
            kept[i] = own.Take(neighbours, byMagnitude, (j, sum) => j == i ? 0f : weigh(i, j, sum));
        });
        return kept;
    }

    /// <summary>From what every target takes.</summary>
    internal static ItemModel OfTargets(string name, int items, (int[] Items, float[] Weights)[] kept)
    {
        var starts = new int[items + 1];
        foreach (var (sources, _) in kept) foreach (var j in sources) starts[j + 1]++;
        for (var j = 0; j < items; j++) starts[j + 1] += starts[j];
        var next = starts.AsSpan(0, items).ToArray();
        var columns = new int[starts[items]];
        var weights = new float[columns.Length];
        for (var i = 0; i < items; i++)
        {
            var (sources, values) = kept[i];
            for (var k = 0; k < sources.Length; k++)
            {
                var at = next[sources[k]]++;
                (columns[at], weights[at]) = (i, values[k]);
            }
        }

        return new ItemModel(name, items, starts, columns, weights);
    }
}
