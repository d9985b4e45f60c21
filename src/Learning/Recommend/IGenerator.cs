namespace Busker.Learning.Recommend;

/// <summary>Scores the whole catalogue for one listener from that listener's history, seen in training or not.</summary>
public interface IGenerator
{
    string Name { get; }
    int Items { get; }

    /// <summary>Writes one score per item; higher is better. Scores of different generators are on different scales.</summary>
    /// <param name="history">Item numbers of the listener, ascending; may be empty.</param>
    /// <param name="weights">One weight per history item.</param>
    /// <param name="scores">Length <see cref="Items"/>.</param>
    void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores);

    /// <summary>Scores of users <paramref name="from"/> … <paramref name="to"/> − 1 of <paramref name="histories"/>, one row each.</summary>
    void ScoreMany(Interactions histories, int from, int to, Span<float> scores)
    {
        for (var u = from; u < to; u++) Score(histories.ItemsOf(u), histories.WeightsOf(u), scores.Slice((u - from) * Items, Items));
    }
}
