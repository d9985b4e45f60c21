using System.Runtime.Intrinsics;

namespace Busker.Learning.Recommend;

/// <summary>
/// Σ_g weight_g · z_g, where z_g are a generator's scores of this listener, standardised over the items that the listener has
/// not heard. Standardising per listener makes generators of different scales comparable.
/// </summary>
public sealed class Blend : IGenerator
{
    private readonly (IGenerator Generator, float Weight)[] _parts;

    /// <summary>Generators of the same catalogue with their weights.</summary>
    public Blend(params (IGenerator Generator, float Weight)[] parts)
    {
        if (parts.Length == 0) throw new ArgumentException("a blend needs at least one generator", nameof(parts));
        if (parts.Any(p => p.Generator.Items != parts[0].Generator.Items)) throw new ArgumentException("the generators disagree on the catalogue", nameof(parts));
        _parts = parts;
    }

    public string Name => string.Join(" + ", _parts.Select(p => FormattableString.Invariant($"{p.Weight:0.##} {p.Generator.Name}")));
    public int Items => _parts[0].Generator.Items;

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void ScoreMany(Interactions histories, int from, int to, Span<float> scores)
    {
        scores = scores[..((to - from) * Items)];
        scores.Clear();
        var part = System.Buffers.ArrayPool<float>.Shared.Rent(scores.Length);
        foreach (var (generator, weight) in _parts)
        {
            var own = part.AsSpan(0, scores.Length);
            generator.ScoreMany(histories, from, to, own);
            for (var u = from; u < to; u++) Standardize(histories.ItemsOf(u), own.Slice((u - from) * Items, Items));
            Algebra.Vectors.AddScaled(scores, own, weight);
        }

        System.Buffers.ArrayPool<float>.Shared.Return(part);
    }

    /// <summary>In place (s − mean)/deviation, both over the items outside <paramref name="history"/>; all zero when they do not vary.</summary>
    public static void Standardize(ReadOnlySpan<int> history, Span<float> scores)
    {
        var (mean, scale) = Moments(history, scores);
        for (var i = 0; i < scores.Length; i++) scores[i] = (float)((scores[i] - mean) * scale);
    }

    /// <summary>Mean, and 1/deviation (0 when nothing varies), of the scores of items outside <paramref name="history"/>.</summary>
    internal static (double Mean, double Scale) Moments(ReadOnlySpan<int> history, ReadOnlySpan<float> scores)
    {
        var (sum, squares) = Sums(scores);
        foreach (var h in history)
        {
            sum -= scores[h];
            squares -= (double)scores[h] * scores[h];
        }

        var n = Math.Max(1, scores.Length - history.Length);
        var mean = sum / n;
        var variance = squares / n - mean * mean;
        return (mean, variance > 1e-18 ? 1 / Math.Sqrt(variance) : 0);
    }

    private static (double Sum, double Squares) Sums(ReadOnlySpan<float> scores)
    {
        Vector256<double> sums = default, squares = default;
        var i = 0;
        for (; i + 8 <= scores.Length; i += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(scores.Slice(i, 8)));
            sums += low + high;
            squares += low * low + high * high;
        }

        var (sum, square) = (Vector256.Sum(sums), Vector256.Sum(squares));
        for (; i < scores.Length; i++)
        {
            sum += scores[i];
            square += (double)scores[i] * scores[i];
        }

        return (sum, square);
    }
}
