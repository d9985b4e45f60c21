using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// EASE^R, the closed-form linear autoencoder (Steck 2019): G = XᵀX + Λ, P = G⁻¹, B = I − P·diag(1/P), scores = x·B, with
/// Λ = λI + q/(1 − q)·diag(XᵀX): the second term is what hiding each heard item with probability q comes to on average (Steck 2020).
/// O(n³) once, 4·n² bytes. Above <see cref="ItemsMax"/> items leave the tail to another generator.
/// </summary>
public sealed partial class Ease : IGenerator, IExplains
{
    /// <summary>Above this the matrix (4·n² bytes) and its inverse (n³) are too much.</summary>
    public const int ItemsMax = 24_000;
    private readonly float[] _weights; // n × n, row j holds what history item j gives to every item

    private Ease(int items, float[] weights) => (Items, _weights) = (items, weights);

    public string Name => "EASE";
    public int Items { get; }

    /// <param name="regularization">λ, 10 (very sparse) to 1000 (dense).</param>
    /// <param name="dropout">q, 0 to below 1.</param>
    /// <param name="damping">A listener of n items counts n^−damping, scaled so that pairs count 1 on average: 0 lets busy listeners rule.</param>
    public static Ease Train(Interactions data, float regularization, Lanes? lanes = null, float dropout = 0, float damping = 0)
    {
        var n = data.Items;
        var p = Precision(data, regularization, dropout, damping, lanes);
        var scale = new float[n];
        for (var j = 0; j < n; j++) scale[j] = -1f / p[j * n + j];
        (lanes ?? Lanes.One).Ranges(n, 64, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                Vectors.Multiply(p.AsSpan(i * n, n), scale);
                p[i * n + i] = 0f;
            }
        });
        return new Ease(n, p);
    }

    /// <summary>P = (XᵀX + Λ)⁻¹, n × n.</summary>
    internal static float[] Precision(Interactions data, float regularization, float dropout, float damping, Lanes? lanes)
    {
        var n = data.Items;
        if (n > ItemsMax) throw new ArgumentException($"{n} items are more than EASE takes ({ItemsMax}); keep the most popular and blend with another generator", nameof(data));
        if (!(regularization > 0)) throw new ArgumentException($"the regularization is {regularization}; it must be positive", nameof(regularization));
        if (!(dropout is >= 0 and < 1)) throw new ArgumentException($"the dropout is {dropout}; it must be from 0 to below 1", nameof(dropout));
        var p = Cooccurrence(data, damping);
        for (var i = 0; i < n; i++) p[i * n + i] += regularization + dropout / (1 - dropout) * p[i * n + i];
        Cholesky.Invert(p, n, lanes);
        return p;
    }

    private static float[] Cooccurrence(Interactions data, float damping)
    {
        var n = data.Items;
        var g = new float[n * n];
        var counts = Array.ConvertAll([.. Enumerable.Range(0, data.Users)], u => data.Length(u) == 0 ? 0 : Math.Pow(data.Length(u), -damping));
        var scale = data.Count / Math.Max(1e-30, Enumerable.Range(0, data.Users).Sum(u => counts[u] * data.Length(u)));
        for (var u = 0; u < data.Users; u++)
        {
            var items = data.ItemsOf(u);
            var weights = data.WeightsOf(u);
            var counted = (float)(scale * counts[u]);
            for (var a = 0; a < items.Length; a++)
            {
                var row = g.AsSpan(items[a] * n, n);
                for (var b = 0; b < items.Length; b++) row[items[b]] += counted * weights[a] * weights[b];
            }
        }

        return g;
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        scores.Clear();
        for (var h = 0; h < history.Length; h++) Vectors.AddScaled(scores, _weights.AsSpan(history[h] * Items, Items), weights[h]);
    }

    /// <summary>Each history item's share of the score of <paramref name="item"/>; the shares sum to the score.</summary>
    public void Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> shares)
    {
        for (var h = 0; h < history.Length; h++) shares[h] = weights[h] * _weights[history[h] * Items + item];
    }

    /// <summary>Keeps the <paramref name="perColumn"/> largest |B| of each column as a sparse model. Quality falls a little: measure it.</summary>
    public ItemModel Sparsify(int perColumn) => ItemModel.FromDense("EASE sparse", _weights, Items, perColumn);
}
