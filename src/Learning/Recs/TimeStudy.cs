using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>
/// What listeners first heard later, from what was heard before: the half-life of what is trending is chosen on one window and measured
/// on the next, beside plain popularity and a factorisation of everything before.
/// </summary>
/// <param name="HalfLives">Half-life in days, and nDCG@20 on the validation window.</param>
public sealed record TimeStudy(double HalfLife, (double Days, double Ndcg20)[] HalfLives, RankingReport[] Reports)
{
    private static readonly double[] Grid = [2, 4, 7, 14, 30, 60, 120, double.PositiveInfinity];

    /// <param name="window">Share of the time that is validation, and again that is test.</param>
    public static TimeStudy Run(RecsSet set, IalsPlan plan, Lanes lanes, double window = 0.15)
    {
        if (set.Plays is not { } plays) throw new ArgumentException($"{set.Name} has no times", nameof(set));
        var (first, last) = (plays.Day.Min(), plays.Day.Max() + 1e-6);
        var (choosing, testing) = (last - 2 * window * (last - first), last - window * (last - first));
        var tried = Grid.Select(h => (h, Measure(set, plays, h, choosing, testing, lanes).Ndcg20.Mean)).ToArray();
        var best = tried.MaxBy(t => t.Mean).h;
        var (before, after) = Splits.ByTime(plays, set.Users, set.Items, testing);
        var (known, later) = Shown(before, after);
        var model = plan.Fit(before, 1, lanes);
        return new TimeStudy(best, tried,
        [
            Measure(set, plays, double.PositiveInfinity, testing, last, lanes),
            Measure(set, plays, best, testing, last, lanes),
            Ranking.Evaluate(model, known, later, before.Popularity(), lanes),
        ]);
    }

    private static RankingReport Measure(RecsSet set, TimedPlays plays, double halfLife, double day, double until, Lanes lanes)
    {
        var (before, after) = Splits.ByTime(plays, set.Users, set.Items, day, until);
        var trending = new Trending(set.Items, halfLife);
        for (var r = 0; r < plays.Day.Length; r++) if (plays.Day[r] < day) trending.Add(plays.Item[r], plays.Day[r]);
        var (known, later) = Shown(before, after);
        return Ranking.Evaluate(trending, known, later, before.Popularity(), lanes);
    }

    /// <summary>Only listeners who were there before can be judged.</summary>
    private static (Interactions Known, Interactions Later) Shown(Interactions before, Interactions after) =>
        (before, after.OfUsers(u => before.Length(u) > 0));
}
