namespace Busker.Learning.Recommend;

/// <summary>How far a number of plays is trusted: see <see cref="IalsSettings.Confidence"/>.</summary>
internal readonly record struct PlayConfidence(float? Alpha, float Median, float Mean)
{
    public static PlayConfidence Of(Interactions data, float? alpha)
    {
        if (alpha is null || data.Count == 0) return new PlayConfidence(null, 1, 1);
        var sorted = data.Weights.ToArray();
        Array.Sort(sorted);
        var raw = new PlayConfidence(alpha, sorted[sorted.Length / 2], 1);
        return raw with { Mean = (float)raw.Apply(data.Weights).Average(c => (double)c) };
    }

    public float[] Apply(ReadOnlySpan<float> plays)
    {
        var trust = plays.ToArray();
        if (Alpha is not { } alpha) return trust;
        for (var i = 0; i < trust.Length; i++) trust[i] = alpha == 0 ? 1f : (1f + alpha * MathF.Log(1f + trust[i] / Median)) / Mean;
        return trust;
    }
}
