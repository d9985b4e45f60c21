using Busker.Kernel;
using Busker.Learning.Data;
using Busker.Learning.Groups;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recs;

/// <summary>
/// Everything <c>busker learn recs</c> does: a set (read or made), everything chosen on validation, one test of the fitted model and of its
/// parts, and where the data know them: items nobody has heard, friends, times; and a promise of showings to emerging items.
/// </summary>
public sealed record RecsStudy(RecsSet Set, RecsTrial Trial, FloorOutcome Floors)
{
    private const int Floor = 5;
    private const int Pairs = 2000;

    public GroupOutcome[] Groups { get; init; } = [];
    public (int Listeners, Evaluate.Estimate Ndcg20)[] Cold { get; init; } = [];
    public int ColdItems { get; init; }
    public TimeStudy? Time { get; init; }

    public RecsModel Model => Trial.Model;

    /// <summary>Refuses unreadable data with one sentence that names file, row and column. <paramref name="progress"/> hears (what, share done).</summary>
    /// <param name="folder">See <see cref="RecsFolder"/>; null for a seeded town.</param>
    /// <param name="listeners">Of the seeded town.</param>
    public static Result<RecsStudy> Run(string? folder, int listeners, RecsSearch search, Lanes lanes, Action<string, double> progress)
    {
        progress(folder is null ? "making a town" : "reading", 0);
        if (folder is null) return On(new RecsTown(listeners, Math.Max(40, listeners * 14 / 45)).Make(), search, lanes, progress);
        var read = RecsFolder.Read(folder);
        return read.Fault is { } fault ? fault : On(read.Value, search, lanes, progress);
    }

    public static RecsStudy On(RecsSet set, RecsSearch search, Lanes lanes, Action<string, double> progress)
    {
        var (train, validation) = set.ForChoosing();
        var choice = new RecsTuner(search, lanes, (what, share) => progress(what, 0.7 * share)).Choose(train, validation);
        var trial = RecsTrial.Weak(set, choice, lanes, (what, share) => progress(what, 0.7 + 0.1 * share));
        var data = set.TrainAndValidation;
        var whole = trial.Whole;
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["ndcg_100"] = whole.Ndcg100.Mean, ["ndcg_20"] = whole.Ndcg20.Mean, ["recall_20"] = whole.Recall20.Mean,
            ["coverage_20"] = whole.Coverage20.Mean, ["gini_20"] = whole.Gini20.Mean, ["long_tail_20"] = whole.LongTail20.Mean,
        };
        trial = trial with { Model = trial.Model.With(RecsModelFile.Fingerprint(data), metrics, set.ItemIds) };
        progress("exposure floors", 0.82);
        var step = FloorStudy.ChooseStep(set, d => choice.Fit(d, 1, lanes), Floor, lanes);
        var study = new RecsStudy(set, trial, FloorStudy.Run(set, trial.Model, Floor, step, lanes));
        progress("groups", 0.86);
        if (set.Friends.Length > 0) study = study with { Groups = GroupStudy.Run(set, trial.Model, GroupRules.Alternatives, lanes, Pairs) };
        var plan = (IalsPlan)choice.Plans[0];
        progress("items without listeners", 0.9);
        if (set.Contents is not null) study = study.WithCold(plan, lanes);
        progress("what came later", 0.96);
        if (set.Plays is not null) study = study with { Time = TimeStudy.Run(set, plan, lanes) };
        progress("done", 1);
        return study;
    }

    private RecsStudy WithCold(IalsPlan plan, Lanes lanes)
    {
        var study = new ColdStudy(Set, lanes);
        var cold = study.Ending(7);
        if (cold.Length == 0 || study.Ending(3).Length == 0) return this;
        var chosen = study.Choose(3, cold, [plan with { Dimensions = 64 }]);
        return this with { ColdItems = cold.Length, Cold = study.Measure(chosen, cold, 0, 1, 2, 5, 10) };
    }
}
