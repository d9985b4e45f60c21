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

    public static (float[] Weights, double Score) Choose(ScoredCandidates candidates, RecsGoal goal, Lanes lanes, int rounds = 4)
    {
        double Score(float[] weights) => candidates.Ndcg((row, target) => Sum(weights, row, target), goal.Depth(), lanes).Average();
        var singles = Enumerable.Range(0, candidates.Parts).Select(p => Score(One(p, candidates.Parts))).ToArray();
        var first = Array.IndexOf(singles, singles.Max());
        var (best, top) = (One(first, candidates.Parts), singles[first]);
        for (var round = 0; round < rounds; round++)
        {
            var before = top;
            for (var p = 0; p < best.Length; p++)
            {
                if (p == first) continue;
                foreach (var value in Grid)
                {
                    var tried = best.ToArray();
                    tried[p] = value;
                    var score = Score(tried);
                    if (score > top + 1e-5) (best, top) = (tried, score);
                }
            }

            if (top < before + 1e-5) break;
        }

        return (best, top);
    }

    public static void Sum(float[] weights, ScoredCandidates.Row row, Span<float> target)
    {
        target.Clear();
        for (var p = 0; p < weights.Length; p++)
            if (weights[p] != 0) Vectors.AddScaled(target, row.Scores.AsSpan(p * row.Items.Length, row.Items.Length), weights[p]);
    }

    private static float[] One(int part, int parts)
    {
        var weights = new float[parts];
        weights[part] = 1;
        return weights;
    }
}
