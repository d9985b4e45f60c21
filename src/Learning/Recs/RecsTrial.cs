using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>A model fitted on training and validation, and what it and its parts came to on test, measured once.</summary>
public sealed record RecsTrial(RecsChoice Choice, RecsModel Model, RankingReport[] Reports)
{
    /// <summary>The whole model; the parts stand before it, popularity first.</summary>
    public RankingReport Whole => Reports[^1];

    public RankingReport Of(string part) => Reports.Single(r => r.Model == part);

    /// <summary>Pairs heard at random and hidden, of listeners who are trained on.</summary>
    public static RecsTrial Weak(RecsSet set, RecsChoice choice, Lanes lanes, Action<string, double> progress)
    {
        var data = set.TrainAndValidation;
        var model = choice.Fit(data, 1, lanes, progress);
        progress("testing", 0.9);
        return new RecsTrial(choice, model, Test(model, data, set.Test, lanes));
    }

    /// <summary>
    /// Listeners nobody trains on: for one fold, everything is chosen on the next fold and fitted on all others; a listener of the fold
    /// shows the rows that are not held and the held ones are predicted.
    /// </summary>
    public static RecsTrial Strong(RecsSet set, int fold, RecsSearch search, Lanes lanes, Action<string, double> progress)
    {
        if (set.Folds is not { } folds || set.Held is not { } heldRows) throw new ArgumentException($"{set.Name} has no folds", nameof(set));
        var all = set.All;
        var held = heldRows;
        var shown = all.Where((u, i) => held.ItemsOf(u).BinarySearch(i) < 0);
        var next = (fold + 1) % (folds.Max() + 1);
        var choice = new RecsTuner(search, lanes, progress).Choose(
            Interactions.Union(all.OfUsers(u => folds[u] != fold && folds[u] != next), shown.OfUsers(u => folds[u] == next)), held.OfUsers(u => folds[u] == next));
        var model = choice.Fit(all.OfUsers(u => folds[u] != fold), 1, lanes, progress);
        return new RecsTrial(choice, model, Test(model, shown.OfUsers(u => folds[u] == fold), held.OfUsers(u => folds[u] == fold), lanes));
    }

    private static RankingReport[] Test(RecsModel model, Interactions history, Interactions test, Lanes lanes)
    {
        IGenerator[] parts = [.. model.Parts];
        string[] names = [.. parts.Select(p => p.Name), "blend"];
        Span<float> Mix(int mix, ReadOnlySpan<int> heard, Span<float> standard, Span<float> target)
        {
            if (mix < parts.Length) return standard.Slice(mix * model.Items, model.Items);
            model.Mix(heard, standard, target);
            return target;
        }

        var popular = Trending.Popularity(history);
        return [Ranking.Evaluate(popular, history, test, model.Popularity, lanes), .. Ranking.EvaluateMixes(parts, names, Mix, history, test, model.Popularity, lanes)];
    }
}
