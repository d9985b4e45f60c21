using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recs;

/// <summary>
/// Weights of a sum of standardised scores, chosen on validation: one after the other is moved over a grid, the others held, until
/// a round brings nothing. The best single part is the start and keeps weight 1.
/// </summary>
public static class BlendWeights
{
    private static readonly float[] Grid = [0, 0.1f, 0.2f, 0.3f, 0.5f, 0.7f, 1, 1.4f, 2, 3];

    /// <param name="alike">For each part the first part of which it is a repeat, itself otherwise; repeats share one weight evenly, so that only
    /// their mean counts. Null when no part is a repeat.</param>
    public static (float[] Weights, double Score) Choose(ScoredCandidates candidates, RecsGoal goal, Lanes lanes, int rounds = 4, int[]? alike = null)
    {
        alike ??= [.. Enumerable.Range(0, candidates.Parts)];
        var distinct = alike.Distinct().ToArray();
        double Score(float[] weights) => candidates.Ndcg((row, target) => Sum(weights, row, target), goal.Depth(), lanes).Average();
        var singles = Array.ConvertAll(distinct, p => Score(With(new float[alike.Length], p, 1)));
        var first = distinct[Array.IndexOf(singles, singles.Max())];
        var (best, top) = (With(new float[alike.Length], first, 1), singles.Max());
        for (var round = 0; round < rounds; round++)
        {
            var before = top;
            foreach (var p in distinct)
            {
                if (p == first) continue;
                foreach (var value in Grid)
                {
                    var tried = With(best, p, value);
                    var score = Score(tried);
                    if (score > top + 1e-5) (best, top) = (tried, score);
                }
            }

            if (top < before + 1e-5) break;
        }

        return (best, top);

        float[] With(float[] weights, int part, float value) =>
            [.. weights.Select((w, p) => alike[p] == part ? value / alike.Count(a => a == part) : w)];
    }

    public static void Sum(float[] weights, ScoredCandidates.Row row, Span<float> target)
    {
        target.Clear();
        for (var p = 0; p < weights.Length; p++)
            if (weights[p] != 0) Vectors.AddScaled(target, row.Scores.AsSpan(p * row.Items.Length, row.Items.Length), weights[p]);
    }
}
