using System.Diagnostics;
using System.Globalization;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Groups;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;
using Busker.Learning.Recs;

namespace Busker.Bench.Recs;

/// <summary>One set: everything chosen on validation, fitted once, tested once, beside the target.</summary>
internal sealed class Quality(string folder, Lanes lanes, BenchResult result)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private string _name = "";

    /// <summary>
    /// Large sets leave no time to walk every grid: settings published for the set, or found on its own validation part before; only the
    /// weights are chosen, and for gowalla whether one factorisation or the mean of two seeds stands beside the walk.
    /// </summary>
    private static readonly Dictionary<string, GeneratorPlan[][]> Published = new()
    {
        ["lastfm_tracks"] = [[new IalsPlan(256, 0.001f, 0.015f), new EasePlan(10), new WalkPlan(300, 0.2f, PerTarget: false, Alpha: 0.7f)]],
        ["lastfm2k"] = [[new IalsPlan(128, 0.03f, 0.03f), new EasePlan(150), new WalkPlan(500, 0.3f, PerTarget: false)]],
        ["gowalla"] =
        [
            [new IalsPlan(256, 0.01f, 0.003f), new WalkPlan(300, 0.2f, PerTarget: false)],
            [new IalsPlan(256, 0.01f, 0.003f), new IalsPlan(256, 0.01f, 0.003f), new WalkPlan(300, 0.2f, PerTarget: false)],
        ],
    };

    /// <summary>Without EASE, whose inverse takes most of the time, and with half the epochs: at most 15 CPU-seconds are allowed.</summary>
    private static readonly GeneratorPlan[][] Quick = [[new IalsPlan(256, 0.001f, 0.015f, Epochs: 8), new WalkPlan(300, 0.2f, PerTarget: false, Alpha: 0.7f)]];

    /// <param name="published">Only the weights are chosen, and which of the lists is best.</param>
    /// <param name="groups">Only shared lists are judged, by turns alone.</param>
    /// <param name="quick">Of lastfm_tracks, the route without EASE.</param>
    /// <param name="sparse">Only what EASE loses when its weights are cut.</param>
    public void Run(string name, bool published = false, bool quick = false, bool groups = false, bool sparse = false)
    {
        _name = name;
        if (!Directory.Exists(Path.Combine(folder, name)))
        {
            Console.WriteLine($"{name} is not in {folder}");
            return;
        }

        var read = RecsFolder.Read(Path.Combine(folder, name));
        if (read.Fault is { } fault)
        {
            Console.Error.WriteLine(fault.Message);
            return;
        }

        var set = read.Value;
        var check = SplitCheck.Of(set.TrainAndValidation, set.Test);
        Console.WriteLine($"{name}: {check}");
        Note("test pairs: dispersion of items (1 at random)", new Estimate(check.Dispersion, 0));
        Note("test pairs: most heard hundredth of the items over its share (1 at random)", new Estimate(check.Head, 0));
        if (sparse)
        {
            Sparse(set);
            return;
        }

        var search = name switch
        {
            "gowalla" => new RecsSearch(RecsGoal.Ndcg20, Widest: 256, Sampled: 30_000) { Learn = false, Neighbours = false },
            "lastfm_tracks" => new RecsSearch(Widest: 256, EaseItems: 24_000) { Learn = false, Neighbours = false },
            "ml1m" => new RecsSearch(Widest: 128, Sampled: 6040),
            _ => new RecsSearch(Widest: 128) { FineSteps = 3 },
        };
        // Sparse sets: everything is chosen on the set's own, smaller validation part, whose density is nearer to the final fit's.
        var (train, validation) = name is "gowalla" or "lastfm_tracks" ? (set.Train, set.Validation) : set.ForChoosing();
        search = search with { Known = Known() };
        var tuner = new RecsTuner(search, lanes, Remember);
        GeneratorPlan[][] lists = quick ? Quick : published && Published.TryGetValue(name, out var known) ? known : [[.. tuner.Plan(train, validation)]];
        if (published && name == "lastfm2k") lists = [[Trusting((IalsPlan)lists[0][0], train, validation, search), .. lists[0][1..]]];
        var choice = tuner.WeighEach(lists, train, validation);
        Console.WriteLine($"  chosen: {choice}, {choice.Score:0.0000} on validation");
        foreach (var (what, score) in choice.Blends) Console.WriteLine($"  on validation listeners not learnt on: {what} {score:0.0000}");
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var fitted = TimeSpan.Zero;
        var trial = RecsTrial.Weak(set, choice, lanes, (what, share) =>
        {
            if (what == "testing") fitted = Process.GetCurrentProcess().TotalProcessorTime - before;
            Say(what, share);
        });
        if (groups)
        {
            foreach (var model in new IGenerator[] { trial.Model.Parts[0], trial.Model }) Shared(set, model);
            return;
        }

        if (quick)
        {
            Gate("weak nDCG@100, without EASE", trial.Whole.Ndcg100, 0.387, choice.ToString());
            Gate("weak Recall@20, without EASE", trial.Whole.Recall20, 0.450, choice.ToString());
            Gate("fit without EASE, CPU-seconds", new Estimate(fitted.TotalSeconds, 0), 15, "", atMost: true);
            return;
        }

        Weak(name, trial);
        if (name == "gowalla") Gate("fit of the blend, CPU-seconds", new Estimate(fitted.TotalSeconds, 0), 60, "", atMost: true);
        if (set.Contents is not null) Cold(set, (IalsPlan)choice.Plans[0]);
        if (set.Friends.Length > 0) More(set, trial);
        if (!published && name is ("lastfm2k" or "ml1m")) Strong(set, search with { Known = new Dictionary<string, double>() }, name == "lastfm2k" ? 5 : 1);
    }

    private static readonly int[] Kept = [200, 100, 50];

    /// <summary>EASE with all its weights, and with the largest of each column, on the test pairs; λ as published for the set.</summary>
    private void Sparse(RecsSet set)
    {
        if (_name is not ("ml1m" or "lastfm2k")) return;
        var (data, popularity) = (set.TrainAndValidation.Binary(), set.TrainAndValidation.Popularity());
        var plan = new EasePlan(_name == "ml1m" ? 700 : 150);
        var dense = Ease.Train(data, plan.Regularization, lanes);
        double[] published = _name == "ml1m" ? [0.4579, 0.4505, 0.4423] : [0.4118, 0.4095, 0.4013];
        var whole = Ranking.Evaluate(dense, data, set.Test, popularity, lanes).Ndcg100;
        Console.WriteLine($"{_name}: {plan}, all weights: nDCG@100 {whole}");
        Note("EASE nDCG@100; all weights", whole);
        foreach (var (kept, target) in Kept.Zip(published))
            Gate($"EASE nDCG@100; top {kept} of each column", Ranking.Evaluate(dense.Sparsify(kept), data, set.Test, popularity, lanes).Ndcg100, target, plan.ToString());
    }

    /// <summary>How far play counts are trusted, chosen on validation.</summary>
    private IalsPlan Trusting(IalsPlan plan, Interactions train, Interactions validation, RecsSearch search)
    {
        var tried = new PlanSearch(train, validation, search, lanes, text => Say(text, 0));
        return IalsPlan.Trusts.Select(c => plan with { Confidence = c }).MaxBy(tried.Score)!;
    }

    /// <summary>Choosing on a large set takes long: what was tried is kept, so that a run that was ended goes on.</summary>
    private string Notes => Path.Combine(BenchResult.Root, ".busker", "bench-recs", _name + ".tried");

    private Dictionary<string, double> Known() => !File.Exists(Notes) ? []
        : File.ReadLines(Notes).Select(l => l.Split('\t')).ToDictionary(l => l[0], l => double.Parse(l[1], CultureInfo.InvariantCulture));

    private void Remember(string what, double share)
    {
        Say(what, share);
        var parts = what.Split(": ");
        if (parts is not [_, var plan, var score]) return;
        Directory.CreateDirectory(Path.GetDirectoryName(Notes)!);
        File.AppendAllText(Notes, $"{plan}\t{score}\n");
    }

    /// <summary>Regret in 100 worlds, and whether what cannot be known from the logs is flagged.</summary>
    public void Bandits()
    {
        _name = "bandits";
        var study = BanditStudy.Run(folder, 100, lanes, Say).Value;
        foreach (var curve in study.Curves) Console.WriteLine($"  {curve.Policy}: {BanditReport.Wide(curve.Last)}");
        Gate("regret after 20000 rounds; Thompson with a fitted prior", study.Curves[4].Last, 330, "100 runs", atMost: true);
        Gate("regret after 20000 rounds; feedback every 500", study.Curves[5].Last, 350, "100 runs", atMost: true);
        foreach (var log in study.Logs)
        {
            Console.WriteLine($"  {log.Log}: truth {log.Truth:0.0000}, {string.Join(", ", log.Estimates.Select(e => $"{e.Name} {e.Value:0.0000}"))}; {BanditReport.Trust(log)}");
            result.Add(_name, $"{log.Log}: effective sample size of {log.Overlap.Decisions}", Round(log.Overlap.EffectiveSampleSize), "", "", "", log.Overlap.Reliable ? "reliable" : "flagged unreliable", "");
        }
    }

    private void Weak(string name, RecsTrial trial)
    {
        foreach (var report in trial.Reports) Console.WriteLine(Line(report));
        var (whole, chosen) = (trial.Whole, trial.Choice.ToString());
        switch (name)
        {
            case "lastfm2k":
                Gate("weak nDCG@100, blend", whole.Ndcg100, 0.443, chosen);
                Gate("weak Recall@20, blend", whole.Recall20, 0.364, chosen);
                Gate("weak nDCG@100, iALS alone", trial.Of("iALS").Ndcg100, 0.439, trial.Choice.Plans[0].ToString());
                Gate("weak Recall@20, iALS alone", trial.Of("iALS").Recall20, 0.362, trial.Choice.Plans[0].ToString());
                break;
            case "lastfm_tracks":
                Gate("weak nDCG@100, blend", whole.Ndcg100, 0.409, chosen);
                Gate("weak Recall@20, blend", whole.Recall20, 0.470, chosen);
                Gate("most bytes of memory / 2^30", new Estimate(Process.GetCurrentProcess().PeakWorkingSet64 / 1073741824.0, 0), 8, "", atMost: true);
                break;
            case "ml1m":
                Gate("weak nDCG@100, blend", whole.Ndcg100, 0.482, chosen);
                Gate("weak nDCG@10, blend", whole.Ndcg10, 0.433, chosen);
                break;
            case "gowalla":
                Gate("weak Recall@20, blend", whole.Recall20, 0.1940, chosen);
                Gate("weak nDCG@20, blend", whole.Ndcg20, 0.1625, chosen);
                break;
        }
    }

    private void Cold(RecsSet set, IalsPlan plan)
    {
        var study = new ColdStudy(set, lanes);
        var cold = study.Ending(7);
        var chosen = study.Choose(3, cold, [plan with { Dimensions = 64 }, plan]);
        var measured = study.Measure(chosen, cold, 0, 1, 2, 5, 10);
        foreach (var (listeners, ndcg) in measured) Console.WriteLine($"  {cold.Length} cold items, {listeners} listeners: nDCG@20 {ndcg}");
        Gate("cold items, no listener, nDCG@20", measured[0].Ndcg20, 0.575, chosen.ToString());
        Gate("cold items, 10 listeners, nDCG@20", measured[^1].Ndcg20, 0.613, chosen.ToString());
    }

    private void More(RecsSet set, RecsTrial trial)
    {
        foreach (var model in new IGenerator[] { trial.Model.Parts[0], trial.Model })
        {
            var step = FloorStudy.ChooseStep(set, d => model is RecsModel ? trial.Choice.Fit(d, 1, lanes) : trial.Choice.Plans[0].Fit(d, 1, lanes), 5, lanes);
            var floors = FloorStudy.Run(set, model, 5, step, lanes);
            Console.WriteLine($"  floor 5 over {model.Name}: {floors.Met} of {floors.Emerging} met, nDCG@20 {floors.Before} to {floors.After}, share {floors.Share.Before:0.000} to {floors.Share.After:0.000}");
            Gate($"exposure floor 5, share of {floors.Emerging} floors met, {model.Name}", new Estimate(floors.Met / (double)floors.Emerging, 0), 1, $"price step {step} on validation");
            Gate($"exposure floor 5, nDCG@20, {model.Name}", floors.After, 0.3308, $"price step {step} on validation");
            Shared(set, model);
        }
    }

    /// <summary>
    /// Both rules for every strategy. The published targets come from rows in which what one member knows was masked for that member alone:
    /// turns and the most pleasure then list it for the other, joint scores lose it for both. So they are judged under the first rule.
    /// </summary>
    private void Shared(RecsSet set, IGenerator model)
    {
        foreach (var newToAll in new[] { false, true })
        {
            var blends = GroupStudy.Run(set, model, [.. GroupRules.Alternatives.Select(r => r with { NewToAll = newToAll })], lanes);
            var rule = newToAll ? "new to all" : "new to its contributor";
            Console.WriteLine($"  {blends[0].Pairs} pairs, {rule}, {model.Name}");
            foreach (var b in blends)
            {
                Console.WriteLine($"    {b.Rules.Name,-24} mean {b.Mean}, worst {b.Worst}, both {b.Both:0.000}");
                if (b.Rules.Strategy == GroupStrategy.RoundRobin) continue;
                Note($"Blend mean nDCG@20; {rule}; {b.Rules.Name}; {model.Name}", b.Mean);
                Note($"Blend worst member nDCG@20; {rule}; {b.Rules.Name}; {model.Name}", b.Worst);
            }

            Gate($"Blend mean nDCG@20; {rule}; RoundRobin; {model.Name}", blends[0].Mean, newToAll ? null : 0.296, "");
            Gate($"Blend worst member nDCG@20; {rule}; RoundRobin; {model.Name}", blends[0].Worst, newToAll ? null : 0.197, "");
        }
    }

    private void Strong(RecsSet set, RecsSearch search, int folds)
    {
        var (listeners, chosen) = (new List<double>(), "");
        for (var fold = 0; fold < folds; fold++)
        {
            var trial = RecsTrial.Strong(set, fold, search, lanes, Say);
            Console.WriteLine($"  fold {fold}: {Line(trial.Whole)}");
            listeners.AddRange(trial.Whole.PerListener);
            chosen = trial.Choice.ToString();
        }

        Gate($"strong nDCG@100, {folds} fold(s), blend", Estimate.Of([.. listeners]), folds == 5 ? 0.444 : 0.4878, chosen);
    }

    private void Say(string what, double share) => Console.WriteLine($"  {_watch.Elapsed.TotalSeconds,7:0.0} s  {_name}: {what}");

    private static string Line(RankingReport r) => string.Create(CultureInfo.InvariantCulture,
        $"  {r.Model,-14} R@20 {r.Recall20} R@50 {r.Recall50} N@10 {r.Ndcg10} N@20 {r.Ndcg20} N@100 {r.Ndcg100} coverage {r.Coverage20.Mean:0.000} Gini {r.Gini20.Mean:0.000} tail {r.LongTail20.Mean:0.000}");

    private void Gate(string what, Estimate value, double? target, string chosen, bool atMost = false)
    {
        if (target is not { } wanted)
        {
            Note(what, value);
            return;
        }

        var reached = atMost ? value.Mean <= wanted : value.Mean >= wanted;
        Console.WriteLine($"{_name}: {what} {value} against {wanted}: {(reached ? "reached" : "NOT reached")}");
        result.Add(_name, what.Replace(",", ""), Round(value.Mean), Round(value.Low), Round(value.High), wanted, reached ? "yes" : "no", chosen.Replace(",", ""));
    }

    /// <summary>A figure without a target.</summary>
    private void Note(string what, Estimate value) => result.Add(_name, what.Replace(",", ""), Round(value.Mean), Round(value.Low), Round(value.High), "", "", "");

    private static string Round(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
