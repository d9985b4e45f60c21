using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// EASE kept up to date event by event: P = (XᵀX + λI)⁻¹ is kept, and a listener with history x who hears item i changes XᵀX by
/// xeᵢᵀ + eᵢxᵀ + eᵢeᵢᵀ, which is two Sherman–Morrison steps, O(n²). After as many events as there are items, train again: rounding adds up.
/// </summary>
public sealed class LiveEase : IGenerator, IExplains
{
    private readonly float[] _p;
    private readonly float[] _work;

    private LiveEase(int items, float[] p) => (Items, _p, _work) = (items, p, new float[items]);

    public string Name => "EASE, live";
    public int Items { get; }

    /// <summary>From who heard what (weights are ignored: heard or not).</summary>
    public static LiveEase Train(Interactions data, float regularization, Lanes? lanes = null) =>
        new(data.Items, Ease.Precision(data.Binary(), regularization, 0, 0, lanes));

    /// <summary>A listener who had heard <paramref name="history"/> now hears <paramref name="item"/>, which is not in it.</summary>
    public void Hear(ReadOnlySpan<int> history, int item)
    {
        if (history.Contains(item)) throw new ArgumentException($"item {item} is in the history already", nameof(item));
        // xeᵀ + exᵀ + eeᵀ = (x + e)(x + e)ᵀ − xxᵀ: add the new history, take the old one out.
        Update([.. history, item], 1f);
        if (!history.IsEmpty) Update(history, -1f);
    }

    private void Update(ReadOnlySpan<int> x, float sign)
    {
        var n = Items;
        Array.Clear(_work);
        foreach (var i in x) Vectors.AddScaled(_work, _p.AsSpan(i * n, n), 1f);
        var size = 0.0;
        foreach (var i in x) size += _work[i];
        var scale = (float)(-sign / (1 + sign * size));
        for (var r = 0; r < n; r++)
            if (_work[r] != 0f) Vectors.AddScaled(_p.AsSpan(r * n, n), _work, scale * _work[r]);
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        scores.Clear();
        for (var h = 0; h < history.Length; h++) Vectors.AddScaled(scores, _p.AsSpan(history[h] * Items, Items), -weights[h]);
        for (var j = 0; j < scores.Length; j++) scores[j] /= _p[j * Items + j];
        for (var h = 0; h < history.Length; h++) scores[history[h]] += weights[h]; // B has no diagonal
    }

    /// <inheritdoc/>
    public void Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> shares)
    {
        for (var h = 0; h < history.Length; h++)
            shares[h] = history[h] == item ? 0f : -weights[h] * _p[history[h] * Items + item] / _p[item * Items + item];
    }
}
