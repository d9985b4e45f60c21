using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>
/// Chooses a generator's settings on validation: from a start it moves to the best neighbour on the grid until none is better.
/// Every listener is fitted; a seeded sample of them is ranked.
/// </summary>
public sealed class PlanSearch(Interactions train, Interactions validation, RecsSearch search, Lanes lanes, Action<string> heard)
{
    private const ulong Seed = 1;
    private const double Enough = 0.0005; // about the noise of a seed
    private readonly Dictionary<GeneratorPlan, double> _tried = [];
    private readonly int[] _popularity = train.Popularity();

    public IReadOnlyDictionary<GeneratorPlan, double> Tried => _tried;

    public double Score(GeneratorPlan plan)
    {
        if (_tried.TryGetValue(plan, out var known)) return known;
        if (search.Known.TryGetValue(plan.ToString(), out known)) return _tried[plan] = known;
        var report = Ranking.Evaluate(plan.Fit(train, Seed, lanes), train, validation, _popularity, lanes);
        var score = _tried[plan] = search.Goal.Of(report).Mean;
        heard(FormattableString.Invariant($"{plan}: {score:0.0000}"));
        return score;
    }

    /// <param name="steps">Moves at most; each tries the neighbours not tried before.</param>
    public GeneratorPlan Climb(GeneratorPlan start, int steps = 12)
    {
        var (best, top) = (start, Score(start));
        for (var step = 0; step < steps; step++)
        {
            var next = best.Around().Select(p => (Plan: p, Score: Score(p))).MaxBy(t => t.Score);
            if (next.Score < top + Enough / 2) break;
            (best, top) = next;
        }

        return best;
    }

    /// <summary>
    /// α₀ and λ at 64 dimensions, where a fit is cheap, then the number of dimensions, doubled as long as that helps, each with a look
    /// around; last <paramref name="fine"/> moves by half steps.
    /// </summary>
    public IalsPlan Factorisation(int widest, int fine, int start = 64)
    {
        var best = (IalsPlan)Climb(new IalsPlan(Math.Min(start, widest), 0.03f, 0.01f));
        while (best.Dimensions * 2 <= widest)
        {
            var wider = (IalsPlan)Climb(best with { Dimensions = best.Dimensions * 2 }, steps: 2);
            if (Score(wider) < Score(best) + Enough) break;
            best = wider;
        }

        return fine == 0 ? best : (IalsPlan)Climb(best with { Fine = true, Plays = train.Weights.AsSpan().ContainsAnyExcept(1f) }, fine);
    }
}
