using Busker.Learning.Algebra;

namespace Busker.Learning.Recommend;

/// <summary>
/// One listener's factors kept up to date event by event: the system (Σ c hhᵀ + α₀HᵀH + ρI) w = Σ c h is kept assembled, so that an event
/// costs O(d²) and an answer O(d³/6). The answer is that of <see cref="Ials.FoldIn"/> on the same history.
/// </summary>
public sealed class LiveListener
{
    private readonly Ials _model;
    private readonly float[] _matrix, _target, _work;
    private readonly SortedDictionary<int, float> _heard = [];

    internal LiveListener(Ials model, float[] itemGram)
    {
        _model = model;
        (_matrix, _target, _work) = ([.. itemGram], new float[model.Dimensions], new float[itemGram.Length]);
    }

    /// <summary>Items heard so far with their weights, ascending.</summary>
    public IReadOnlyDictionary<int, float> Heard => _heard;

    /// <summary>Hears an item; heard again, the weights add up.</summary>
    public void Hear(int item, float weight = 1f)
    {
        var before = _heard.TryGetValue(item, out var held) ? _model.Trust(held) : 0f;
        _heard[item] = held + weight;
        Move(item, _model.Trust(held + weight) - before);
    }

    /// <summary>Takes an item back wholly; false when it was not there.</summary>
    public bool Forget(int item)
    {
        if (!_heard.Remove(item, out var held)) return false;
        Move(item, -_model.Trust(held));
        return true;
    }

    private void Move(int item, float trust)
    {
        var d = _model.Dimensions;
        var h = _model.ItemFactors.AsSpan(item * d, d);
        for (var r = 0; r < d; r++) Vectors.AddScaled(_matrix.AsSpan(r * d, r + 1), h[..(r + 1)], trust * h[r]);
        Vectors.AddScaled(_target, h, trust);
    }

    /// <summary>The listener's factors now; d floats.</summary>
    public void Vector(Span<float> vector)
    {
        var d = _model.Dimensions;
        if (_heard.Count == 0)
        {
            vector.Clear();
            return;
        }

        _matrix.CopyTo(_work, 0);
        var ridge = _model.Ridge(_heard.Count);
        for (var i = 0; i < d; i++) _work[i * d + i] += ridge;
        _target.CopyTo(vector);
        Cholesky.SolveSmall(_work, d, vector);
    }
}
