using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;
using Busker.Learning.Rerank;

namespace Busker.Learning.Recs;

/// <summary>What a promise of showings to emerging items came to and cost.</summary>
/// <param name="Emerging">Items that were promised showings.</param>
/// <param name="Met">How many of them got theirs.</param>
/// <param name="Before">nDCG@20 without the promise.</param>
/// <param name="After">nDCG@20 with it.</param>
/// <param name="Share">Share of all places that went to emerging items, before and after.</param>
public sealed record FloorOutcome(int Floor, int Emerging, int Met, Estimate Before, Estimate After, (double Before, double After) Share, double[] ExposureBefore, double[] ExposureAfter)
{
    /// <summary>Listeners with a list: all, or a sample of them.</summary>
    public int Listeners { get; init; }
}

/// <summary>Lists of 20 for every listener in which the less heard half of the items each stands a promised number of times.</summary>
public static class FloorStudy
{
    private const int Places = 20;

    /// <summary>Scores held at once (4 bytes each). Larger sets are judged on a sample of the listeners, with the floor in proportion, rounded up.</summary>
    private const int Scored = 1 << 27;

    private static readonly float[] Steps = [0.25f, 0.5f, 1f, 2f];

    /// <summary>Fits on training, and takes the price step that keeps most floors and then most nDCG@20 on validation.</summary>
    public static float ChooseStep(RecsSet set, Func<Interactions, IGenerator> fit, int floor, Lanes lanes)
    {
        var (train, validation) = set.ForChoosing();
        var model = fit(train);
        return Steps.MaxBy(step => Run(train, validation, model, floor, step, lanes) is var kept ? (kept.Met, kept.After.Mean) : default);
    }

    /// <param name="step">See <see cref="ExposureFloors.Solve"/>; chosen with <see cref="ChooseStep"/>.</param>
    public static FloorOutcome Run(RecsSet set, IGenerator model, int floor, float step, Lanes lanes) =>
        Run(set.TrainAndValidation, set.Test, model, floor, step, lanes);

    private static FloorOutcome Run(Interactions data, Interactions held, IGenerator model, int floor, float step, Lanes lanes)
    {
        var popularity = data.Popularity();
        if (Sample(data.Users, data.Items) is { } sample)
        {
            floor = (int)Math.Ceiling(floor * (double)sample.Length / data.Users);
            (data, held) = (data.Rows(sample), held.Rows(sample));
        }

        var median = popularity.Order().ElementAt(data.Items / 2);
        int[] floors = [.. popularity.Select(n => n <= median ? floor : 0)];
        var scores = Scores(model, data, lanes);
        void Row(int u, float[] target) => scores.AsSpan(u * data.Items, data.Items).CopyTo(target);
        var before = new ExposureFloors(Row, data.Users, new int[data.Items], Places, lanes).Solve(1);
        var after = new ExposureFloors(Row, data.Users, floors, Places, lanes).Solve(step: step);
        double Share(int[] exposure) => Enumerable.Range(0, floors.Length).Where(i => floors[i] > 0).Sum(i => (double)exposure[i]) / exposure.Sum(e => (double)e);
        return new FloorOutcome(floor, floors.Count(f => f > 0), floors.Count(f => f > 0) - after.Unmet.Length,
            Ndcg(before.Lists, held), Ndcg(after.Lists, held), (Share(before.Exposure), Share(after.Exposure)),
            Array.ConvertAll(before.Exposure, e => (double)e), Array.ConvertAll(after.Exposure, e => (double)e)) { Listeners = data.Users };
    }

    /// <summary>The listeners to judge on, or null when all fit.</summary>
    internal static int[]? Sample(int users, int items) => (long)users * items <= Scored ? null : new Rng(9).Sample(users, Math.Max(1, Scored / items));

    private static float[] Scores(IGenerator model, Interactions data, Lanes lanes)
    {
        var scores = new float[data.Users * data.Items];
        lanes.Ranges(data.Users, 128, (from, to) =>
        {
            model.ScoreMany(data, from, to, scores.AsSpan(from * data.Items, (to - from) * data.Items));
            for (var u = from; u < to; u++)
            {
                var row = scores.AsSpan(u * data.Items, data.Items);
                Blend.Standardize(data.ItemsOf(u), row);
                foreach (var i in data.ItemsOf(u)) row[i] = float.NegativeInfinity;
            }
        });
        return scores;
    }

    private static Estimate Ndcg(int[][] lists, Interactions test) =>
        Estimate.Of([.. Enumerable.Range(0, lists.Length).Where(u => test.Length(u) > 0).Select(u => RankingMetrics.Ndcg(lists[u], test.ItemsOf(u), Places))]);
}
