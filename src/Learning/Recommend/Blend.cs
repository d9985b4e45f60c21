namespace Busker.Learning.Recommend;

/// <summary>
/// Σ_g weight_g · z_g, where z_g are a generator's scores of this listener, standardised over the items that the listener has
/// not heard. Standardising per listener makes generators of different scales comparable.
/// </summary>
public sealed class Blend : IGenerator
{
    private readonly (IGenerator Generator, float Weight)[] _parts;

    public Blend(params (IGenerator Generator, float Weight)[] parts)
    {
        if (parts.Length == 0) throw new ArgumentException("a blend needs at least one generator", nameof(parts));
        if (parts.Any(p => p.Generator.Items != parts[0].Generator.Items)) throw new ArgumentException("the generators disagree on the catalogue", nameof(parts));
        _parts = parts;
    }

    public string Name => string.Join(" + ", _parts.Select(p => FormattableString.Invariant($"{p.Weight:0.##} {p.Generator.Name}")));
    public int Items => _parts[0].Generator.Items;

    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        scores.Clear();
        var part = System.Buffers.ArrayPool<float>.Shared.Rent(Items);
        foreach (var (generator, weight) in _parts)
        {
            var own = part.AsSpan(0, Items);
            generator.Score(history, weights, own);
            Standardize(history, own);
            Algebra.Vectors.AddScaled(scores, own, weight);
        }

        System.Buffers.ArrayPool<float>.Shared.Return(part);
    }

    /// <summary>In place (s − mean)/deviation, both over the items outside <paramref name="history"/>; all zero when they do not vary.</summary>
    public static void Standardize(ReadOnlySpan<int> history, Span<float> scores)
    {
        double sum = 0, squares = 0;
        foreach (var s in scores)
        {
            sum += s;
            squares += (double)s * s;
        }

        foreach (var h in history)
        {
            sum -= scores[h];
            squares -= (double)scores[h] * scores[h];
        }

        var n = Math.Max(1, scores.Length - history.Length);
        var mean = sum / n;
        var variance = squares / n - mean * mean;
        var scale = variance > 1e-18 ? 1 / Math.Sqrt(variance) : 0;
        for (var i = 0; i < scores.Length; i++) scores[i] = (float)((scores[i] - mean) * scale);
    }
}
