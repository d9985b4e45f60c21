using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// The factors of a new item from its content prior v₀ and its first listeners, one formula from cold to warm:
/// ((1 + τ)M + Σ w_u w_uᵀ) v = Σ w_u + τ M v₀, with M = α₀WᵀW + λ(α₀|U|)^ν I. The posterior covariance
/// σ²((1 + τ)M + Σ w_u w_uᵀ)⁻¹ gives Thompson draws, so an uncertain item is explored. O(d²) a listener, O(d³) an answer.
/// </summary>
public sealed class ColdItem
{
    private readonly int _d;
    private readonly float[] _precision; // (1 + τ)M + Σ w wᵀ, lower triangle
    private readonly float[] _target;    // Σ w + τ M v₀

    /// <param name="base">M, d×d: <see cref="Ials.ItemBase"/>.</param>
    /// <param name="prior">v₀, d floats; zeros when nothing is known.</param>
    /// <param name="strength">τ: how many times the evidence of "nobody" the content counts.</param>
    public ColdItem(float[] @base, ReadOnlySpan<float> prior, float strength = 5f)
    {
        _d = prior.Length;
        _precision = Array.ConvertAll(@base, m => (1f + strength) * m);
        _target = new float[_d];
        Vectors.MultiplyRows(@base, prior, _target);
        for (var i = 0; i < _d; i++) _target[i] *= strength;
    }

    /// <summary>Listeners added so far.</summary>
    public int Listeners { get; private set; }

    /// <summary>Learns that a listener with these factors liked the item.</summary>
    public void Add(ReadOnlySpan<float> listener)
    {
        for (var r = 0; r < _d; r++) Vectors.AddScaled(_precision.AsSpan(r * _d, r + 1), listener[..(r + 1)], listener[r]);
        Vectors.AddScaled(_target, listener, 1f);
        Listeners++;
    }

    /// <summary>The posterior mean, d floats.</summary>
    public void Mean(Span<float> vector)
    {
        _target.CopyTo(vector);
        Cholesky.SolveSmall([.. _precision], _d, vector);
    }

    /// <summary>One draw from the posterior; <paramref name="sigma"/> is the deviation of one observation.</summary>
    public void Draw(Rng rng, float sigma, Span<float> vector)
    {
        var factor = _precision.ToArray();
        _target.CopyTo(vector);
        Cholesky.SolveSmall(factor, _d, vector);
        var noise = new float[_d];
        for (var i = 0; i < _d; i++) noise[i] = sigma * (float)rng.NextGaussian();
        for (var i = _d - 1; i >= 0; i--) // Lᵀx = z has covariance (LLᵀ)⁻¹
        {
            noise[i] /= factor[i * _d + i];
            Vectors.AddScaled(noise.AsSpan(0, i), factor.AsSpan(i * _d, i), -noise[i]);
        }

        Vectors.AddScaled(vector, noise, 1f);
    }
}
