using Busker.Kernel;
using Busker.Learning.Linear;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Recs;

/// <summary>How generators' scores become one.</summary>
public enum BlendKind
{
    /// <summary>A weighted sum of standardised scores.</summary>
    Sum,

    /// <summary>The log-odds of a logistic regression on scores and popularity.</summary>
    Logistic,

    /// <summary>Boosted trees that order each listener's candidates (LambdaMART), added to the weighted sum.</summary>
    LambdaMart,
}

/// <summary>
/// Orders candidates by a model learnt on what listeners went on to hear. Features: each part's standardised score, the best of them,
/// the logarithms of the item's popularity and of the length of the history.
/// </summary>
public sealed class LearnedBlend
{
    private readonly LogisticRegression? _line;
    private readonly TreeModel? _trees;
    private readonly float[] _weights, _popularity;
    private readonly float _share;

    private LearnedBlend(float[] weights, float[] popularity, LogisticRegression? line, TreeModel? trees, float share) =>
        (_weights, _popularity, _line, _trees, _share) = (weights, popularity, line, trees, share);

    public BlendKind Kind => _trees is not null ? BlendKind.LambdaMart : BlendKind.Logistic;
    public TreeModel? Trees => _trees;
    public LogisticRegression? Line => _line;

    /// <summary>Log-odds that a candidate is heard, all candidates of all listeners as rows.</summary>
    public static Result<LearnedBlend> Logistic(ScoredCandidates candidates, float[] weights, int[] popularity)
    {
        var logs = Logs(popularity);
        var examples = Table(candidates, weights, logs);
        if (examples.Fault is { } fault) return fault;
        var line = LogisticRegression.Fit(examples.Value);
        return line.Fault is { } refused ? refused : new LearnedBlend(weights, logs, line.Value, null, 0);
    }

    /// <param name="share">How much of the trees' margin (on the scale of a listener's candidates) is added to the weighted sum.</param>
    public static Result<LearnedBlend> LambdaMart(ScoredCandidates candidates, float[] weights, int[] popularity, float share, Lanes lanes)
    {
        var logs = Logs(popularity);
        var examples = Table(candidates, weights, logs);
        if (examples.Fault is { } fault) return fault;
        var booster = new Booster(new BoostOptions { Loss = Loss.LambdaMart, Trees = 80, LearningRate = 0.1, MaxLeaves = 16, MinRows = 200, L2 = 5, RankDepth = 50, MaxBins = 127 }, lanes);
        var trees = booster.Fit(examples.Value);
        return trees.Fault is { } refused ? refused : new LearnedBlend(weights, logs, null, trees.Value, share);
    }

    public LearnedBlend WithShare(float share) => new(_weights, _popularity, _line, _trees, share);

    /// <summary>The same model over a catalogue whose items have become more popular.</summary>
    public LearnedBlend WithPopularity(int[] popularity) => new(_weights, Logs(popularity), _line, _trees, _share);

    public void Score(ScoredCandidates.Row row, Span<float> target)
    {
        var features = new double[_weights.Length + 4];
        if (_trees is not null) BlendWeights.Sum(_weights, row, target);
        for (var k = 0; k < row.Items.Length; k++)
        {
            Describe(row, k, features);
            target[k] = _trees is null ? (float)_line!.Margin(features) : target[k] + _share * (float)_trees.Predictor.Margin(features);
        }
    }

    /// <summary>
    /// One candidate's score as a sum: Σ weight of part · its score + Σ contributions by name + constant. The line is linear in the parts' scores, the
    /// best of them included; of the trees the contributions are exact Shapley values (<see cref="TreeExplainer"/>).
    /// </summary>
    internal (float[] Weights, (string Name, double Value)[] Named, double Constant) Explain(ScoredCandidates.Row row, int k)
    {
        var features = new double[_weights.Length + 4];
        Describe(row, k, features);
        var parts = _weights.Length;
        if (_trees is not null)
        {
            var phi = new double[features.Length];
            var explainer = _explainer ??= new TreeExplainer(_trees);
            explainer.Explain(features, phi);
            return ([.. _weights], [.. _trees.Features.Zip(phi, (name, value) => (name, _share * value))], _share * explainer.Expected);
        }

        var line = _line!;
        var best = Array.IndexOf(features, features[parts + 1], 0, parts);
        float[] own = [.. _weights.Select((w, p) => (float)(line.Slope(p) + w * line.Slope(parts) + (p == best ? line.Slope(parts + 1) : 0)))];
        (string, double)[] named = [.. new[] { parts + 2, parts + 3 }.Select(f => (line.Features[f], line.Slope(f) * features[f]))];
        return (own, named, line.Margin(new double[features.Length]));
    }

    private TreeExplainer? _explainer;

    internal void Write(BinaryWriter writer)
    {
        writer.WriteArray(_weights);
        writer.WriteArray(_popularity);
        writer.Write(_share);
        writer.Write(_trees is not null);
        if (_trees is not null) writer.WriteArray(ModelFile.Write(_trees));
        else _line!.Write(writer);
    }

    internal static LearnedBlend Read(BinaryReader reader)
    {
        var (weights, popularity, share) = (reader.ReadArray<float>(), reader.ReadArray<float>(), reader.ReadSingle());
        return reader.ReadBoolean()
            ? new LearnedBlend(weights, popularity, null, ModelFile.Read(reader.ReadArray<byte>()).Value, share)
            : new LearnedBlend(weights, popularity, LogisticRegression.Read(reader), null, share);
    }

    private static float[] Logs(int[] popularity) => Array.ConvertAll(popularity, n => MathF.Log(1f + n));

    private void Describe(ScoredCandidates.Row row, int k, Span<double> features) => Describe(row, k, _weights, _popularity, features);

    private static void Describe(ScoredCandidates.Row row, int k, float[] weights, float[] popularity, Span<double> features)
    {
        var (sum, top) = (0.0, double.NegativeInfinity);
        for (var p = 0; p < weights.Length; p++)
        {
            var z = row.Scores[p * row.Items.Length + k];
            features[p] = z;
            sum += weights[p] * z;
            top = Math.Max(top, z);
        }

        features[weights.Length] = sum;
        features[weights.Length + 1] = top;
        features[weights.Length + 2] = popularity[row.Items[k]];
        features[weights.Length + 3] = Math.Log(1 + row.History);
    }

    private static Result<Examples> Table(ScoredCandidates candidates, float[] weights, float[] popularity)
    {
        var count = candidates.Rows.Sum(r => r.Items.Length);
        var columns = Enumerable.Range(0, weights.Length + 4).Select(_ => new double[count]).ToArray();
        var (labels, queries, features) = (new double[count], new long[count], new double[columns.Length]);
        var n = 0;
        foreach (var row in candidates.Rows)
        {
            for (var k = 0; k < row.Items.Length; k++, n++)
            {
                Describe(row, k, weights, popularity, features);
                for (var c = 0; c < columns.Length; c++) columns[c][n] = features[c];
                (labels[n], queries[n]) = (row.Wanted[k] ? 1 : 0, row.User);
            }
        }

        string[] names = [.. Enumerable.Range(0, weights.Length).Select(p => $"score_{p}"), "blend", "best", "popularity", "history"];
        var table = Numbers.Table.Of(names, columns);
        return table.Fault is { } fault ? fault : Examples.Of(table.Value, labels, queries: queries);
    }
}
