using Busker.Learning.Algebra;
using Busker.Learning.Evaluate;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>
/// Fitted generators and how their scores become one: the weighted sum of standardised scores, or a learnt blend that orders the
/// sum's best candidates. Serves listeners it was never fitted on from their history alone.
/// </summary>
public sealed class RecsModel : IGenerator
{
    private const int Reordered = 200;
    private readonly IGenerator[] _parts;
    private readonly float[] _weights;

    internal RecsModel(IGenerator[] parts, float[] weights, LearnedBlend? learned, int[] popularity) =>
        (_parts, _weights, Learned, Popularity) = (parts, weights, learned, popularity);

    public IReadOnlyList<IGenerator> Parts => _parts;
    public IReadOnlyList<float> Weights => _weights;
    public LearnedBlend? Learned { get; }

    /// <summary>Listeners of each item when fitted.</summary>
    public int[] Popularity { get; }

    public string Name => string.Join(" + ", _parts.Zip(_weights).Select(p => FormattableString.Invariant($"{p.Second:0.##} {p.First.Name}"))) + (Learned is null ? "" : $", {Learned.Kind}");
    public int Items => _parts[0].Items;

    /// <summary>SHA-256 of the histories it was fitted on; empty when unknown.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Measures on held-out listening, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Ids of the items at the source, in the order of their numbers here.</summary>
    public int[] ItemIds { get; init; } = [];

    public RecsModel With(string fingerprint, IReadOnlyDictionary<string, double> metrics, int[] itemIds) =>
        new(_parts, _weights, Learned, Popularity) { Fingerprint = fingerprint, Metrics = metrics, ItemIds = itemIds };

    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        var standard = new float[_parts.Length * Items];
        for (var p = 0; p < _parts.Length; p++)
        {
            var own = standard.AsSpan(p * Items, Items);
            _parts[p].Score(history, weights, own);
            Blend.Standardize(history, own);
        }

        Mix(history, standard, scores);
    }

    /// <summary>One listener's scores from the parts' standardised rows, one after the other.</summary>
    internal void Mix(ReadOnlySpan<int> history, ReadOnlySpan<float> standard, Span<float> scores)
    {
        scores.Clear();
        for (var p = 0; p < _weights.Length; p++) if (_weights[p] != 0) Vectors.AddScaled(scores, standard.Slice(p * Items, Items), _weights[p]);
        if (Learned is not null) Reorder(history, standard, scores);
    }

    /// <summary>The best of the sum, ordered by the learnt blend, keep their places above all others.</summary>
    private void Reorder(ReadOnlySpan<int> history, ReadOnlySpan<float> standard, Span<float> scores)
    {
        var heard = new float[history.Length];
        for (var h = 0; h < heard.Length; h++) (heard[h], scores[history[h]]) = (scores[history[h]], float.NegativeInfinity);
        Span<int> best = stackalloc int[Reordered];
        best = best[..TopK.Select(scores, best)];
        for (var h = 0; h < heard.Length; h++) scores[history[h]] = heard[h];
        var items = best.ToArray();
        Array.Sort(items);
        var own = new float[_parts.Length * items.Length];
        for (var p = 0; p < _parts.Length; p++)
            for (var k = 0; k < items.Length; k++) own[p * items.Length + k] = standard[p * Items + items[k]];
        var learned = new float[items.Length];
        Learned!.Score(new ScoredCandidates.Row(0, items, own, [], 0, history.Length), learned);
        if (items.Length == 0) return;
        var lift = scores[best[0]] - learned.Min() + 1;
        for (var k = 0; k < items.Length; k++) scores[items[k]] = learned[k] + lift;
    }

    /// <summary>
    /// What each heard item gives to the score of an item under the weighted sum, up to the listener's constant; the parts explain
    /// themselves exactly and a standardised score is a scale and a shift, so the shares sum to score + shift.
    /// </summary>
    public Explanation Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights)
    {
        var shares = new float[history.Length];
        var (part, scores, shift) = (new float[history.Length], new float[Items], 0f);
        for (var p = 0; p < _parts.Length; p++)
        {
            if (_weights[p] == 0) continue;
            _parts[p].Score(history, weights, scores);
            var (mean, scale) = Blend.Moments(history, scores);
            ((IExplains)_parts[p]).Explain(item, history, weights, part);
            Vectors.AddScaled(shares, part, (float)(_weights[p] * scale));
            shift -= (float)(_weights[p] * mean * scale);
        }

        return new Explanation(shares, shift);
    }
}

/// <summary>Why an item was scored as it was.</summary>
/// <param name="Shares">Per history item.</param>
/// <param name="Shift">The same for every item of this listener; score = Σ shares + shift.</param>
public sealed record Explanation(float[] Shares, float Shift);
