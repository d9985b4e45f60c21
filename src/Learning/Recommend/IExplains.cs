namespace Busker.Learning.Recommend;

/// <summary>A generator whose score is a sum over the listener's history.</summary>
public interface IExplains
{
    /// <summary>Each history item's share of the score of <paramref name="item"/>; the shares sum to the score.</summary>
    void Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> shares);
}
