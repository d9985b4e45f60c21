namespace Busker.Learning.Recommend;

/// <summary>A generator that is told what was heard and not how often: every weight is 1.</summary>
public sealed class Plain(IGenerator inner) : IGenerator, IExplains
{
    private float[] _ones = [];

    /// <summary>What is told.</summary>
    public IGenerator Inner => inner;
    public string Name => inner.Name;
    public int Items => inner.Items;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores) =>
        inner.Score(history, Ones(history.Length), scores);

    /// <inheritdoc/>
    public void Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> shares) =>
        ((IExplains)inner).Explain(item, history, Ones(history.Length), shares);

    private ReadOnlySpan<float> Ones(int length)
    {
        var ones = _ones;
        if (ones.Length < length)
        {
            ones = new float[Math.Max(64, 2 * length)];
            Array.Fill(ones, 1f);
            _ones = ones;
        }

        return ones.AsSpan(0, length);
    }
}
