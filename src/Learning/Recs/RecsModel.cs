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

    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores) =>
        Mix(history, Standard(history, weights), scores);

    /// <summary>The parts' standardised rows, one after the other.</summary>
    private float[] Standard(ReadOnlySpan<int> history, ReadOnlySpan<float> weights)
    {
        var standard = new float[_parts.Length * Items];
        for (var p = 0; p < _parts.Length; p++)
        {
            var own = standard.AsSpan(p * Items, Items);
            _parts[p].Score(history, weights, own);
            Blend.Standardize(history, own);
        }

        return standard;
    }

    /// <summary>One listener's scores from the parts' standardised rows, one after the other.</summary>
    internal void Mix(ReadOnlySpan<int> history, ReadOnlySpan<float> standard, Span<float> scores)
    {
        Sum(standard, scores);
        if (Learned is null || Reorder(history, standard, scores) is not { } order) return;
        for (var k = 0; k < order.Row.Items.Length; k++) scores[order.Row.Items[k]] = order.Learned[k] + order.Lift;
    }

    private void Sum(ReadOnlySpan<float> standard, Span<float> scores)
    {
        scores.Clear();
        for (var p = 0; p < _weights.Length; p++) if (_weights[p] != 0) Vectors.AddScaled(scores, standard.Slice(p * Items, Items), _weights[p]);
    }

    private sealed record NewOrder(ScoredCandidates.Row Row, float[] Learned, float Lift);

    /// <summary>The best of the sum, ordered by the learnt blend and lifted above all others; null when nothing can be ordered.</summary>
    private NewOrder? Reorder(ReadOnlySpan<int> history, ReadOnlySpan<float> standard, Span<float> scores)
    {
        var heard = new float[history.Length];
        for (var h = 0; h < heard.Length; h++) (heard[h], scores[history[h]]) = (scores[history[h]], float.NegativeInfinity);
        Span<int> best = stackalloc int[Reordered];
        best = best[..TopK.Select(scores, best)];
        for (var h = 0; h < heard.Length; h++) scores[history[h]] = heard[h];
        if (best.IsEmpty) return null;
        var items = best.ToArray();
        Array.Sort(items);
        var own = new float[_parts.Length * items.Length];
        for (var p = 0; p < _parts.Length; p++)
            for (var k = 0; k < items.Length; k++) own[p * items.Length + k] = standard[p * Items + items[k]];
        var learned = new float[items.Length];
        var row = new ScoredCandidates.Row(0, items, own, [], 0, history.Length);
        Learned!.Score(row, learned);
        return new NewOrder(row, learned, scores[best[0]] - learned.Min() + 1);
    }

    /// <summary>
    /// Why an item has its score. The parts explain themselves exactly, and a standardised score is a scale and a shift, so what is linear in the
    /// parts is shared among the heard items; what a learnt blend adds from elsewhere stands by name. Everything sums to the score.
    /// </summary>
    public Explanation Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights)
    {
        var (own, named, constant) = (_weights, Array.Empty<(string, double)>(), 0.0);
        if (Learned is not null)
        {
            var (standard, sum) = (Standard(history, weights), new float[Items]);
            Sum(standard, sum);
            if (Reorder(history, standard, sum) is { } order && Array.BinarySearch(order.Row.Items, item) is >= 0 and var k)
            {
                (own, named, constant) = Learned.Explain(order.Row, k);
                constant += order.Lift;
            }
        }

        var (shares, part, scores) = (new float[history.Length], new float[history.Length], new float[Items]);
        for (var p = 0; p < _parts.Length; p++)
        {
            if (own[p] == 0) continue;
            _parts[p].Score(history, weights, scores);
            var (mean, scale) = Blend.Moments(history, scores);
            ((IExplains)_parts[p]).Explain(item, history, weights, part);
            Vectors.AddScaled(shares, part, (float)(own[p] * scale));
            constant -= own[p] * mean * scale;
        }

        return new Explanation(shares, (float)constant) { Named = named };
    }
}

/// <summary>Why an item was scored as it was: score = Σ shares + Σ named + shift.</summary>
/// <param name="Shares">Per history item.</param>
/// <param name="Shift">What does not come from the history: means, and the place of learnt scores above the others.</param>
public sealed record Explanation(float[] Shares, float Shift)
{
    /// <summary>What a learnt blend adds by the name of its column (popularity, length of the history, …); empty for a weighted sum.</summary>
    public IReadOnlyList<(string Name, double Value)> Named { get; init; } = [];
}
