using Busker.Kernel;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>How far the tuner looks.</summary>
/// <param name="Widest">Most dimensions of the factorisation.</param>
/// <param name="EaseItems">EASE is left out above so many items (4·n² bytes, n³ operations).</param>
/// <param name="Sampled">Listeners ranked for each setting tried; all are fitted.</param>
public sealed record RecsSearch(RecsGoal Goal = RecsGoal.Ndcg100, int Widest = 128, int EaseItems = 12_000, int Sampled = 3000)
{
    /// <summary>Moves by half steps at the end of the factorisation's search; each is about eight fits.</summary>
    public int FineSteps { get; init; }

    /// <summary>Scores of settings that were tried before on the same split, by what they are called: they are not tried again.</summary>
    public IReadOnlyDictionary<string, double> Known { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether item-kNN stands beside the random walk; the two see much the same.</summary>
    public bool Neighbours { get; init; } = true;

    /// <summary>Whether blends are learnt as well.</summary>
    public bool Learn { get; init; } = true;
}

/// <summary>
/// Chooses everything on validation: the settings of each generator, the weights of the blend, and whether a learnt blend (logistic or
/// LambdaMART) is better than the weighted sum. Test pairs are never seen here.
/// </summary>
public sealed class RecsTuner(RecsSearch search, Lanes lanes, Action<string, double> progress)
{
    private const int ProxyItems = 8000;
    private const int Each = 200;
    private const int LearntFrom = 800;
    private readonly List<(string, double)> _tried = [];

    public RecsChoice Choose(Interactions train, Interactions validation) => Weigh(Plan(train, validation), train, validation);

    /// <summary>The settings of each generator.</summary>
    public IReadOnlyList<GeneratorPlan> Plan(Interactions train, Interactions validation)
    {
        validation = Sample(validation);
        progress("choosing iALS", 0);
        var plans = new List<GeneratorPlan> { Search(train, validation, "choosing iALS", 0).Factorisation(search.Widest, search.FineSteps) };
        if (train.Items <= search.EaseItems) plans.Add(Linear(train, validation));
        plans.Add(Search(train, validation, "choosing RP3β", 0.5).Climb(new WalkPlan(200, 0.3f, PerTarget: true)));
        if (search.Neighbours) plans.Add(Search(train, validation, "choosing item-kNN", 0.6).Climb(new NeighbourPlan(100, 0.4f)));
        return plans;
    }

    /// <summary>How the generators' scores are put together.</summary>
    public RecsChoice Weigh(IReadOnlyList<GeneratorPlan> plans, Interactions train, Interactions validation)
    {
        validation = Sample(validation);
        var parts = new IGenerator[plans.Count];
        for (var p = 0; p < parts.Length; p++)
        {
            progress($"choosing the blend, {plans[p].Kind}", 0.7 + 0.05 * p);
            parts[p] = plans[p].Fit(train, 1 + RecsChoice.Repeat(plans, p), lanes);
        }

        var candidates = ScoredCandidates.Of(parts, train, validation, Each, lanes);
        progress("choosing the blend, weights", 0.9);
        var (weights, score) = BlendWeights.Choose(candidates, search.Goal, lanes, alike: RecsChoice.Alike(plans));
        _tried.Add(("weighted sum", score));
        var (learned, blends) = search.Learn ? Learn(candidates, RecsChoice.Alike(plans), train.Popularity()) : (null, []);
        progress(FormattableString.Invariant($"choosing the blend, {score:0.0000} with {string.Join(" and ", plans)}"), 0.95);
        return new RecsChoice(plans, weights, learned) { Tried = _tried, Blends = blends, Score = score };
    }

    private PlanSearch Search(Interactions train, Interactions validation, string what, double share) =>
        new(train, validation, search, lanes, said =>
        {
            var colon = said.LastIndexOf(':');
            _tried.Add((said[..colon], double.Parse(said[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture)));
            progress($"{what}: {said}", share);
        });

    /// <summary>A large catalogue's λ is chosen on its most heard items, where an inverse is cheap.</summary>
    private GeneratorPlan Linear(Interactions train, Interactions validation)
    {
        if (train.Items <= ProxyItems) return Search(train, validation, "choosing EASE", 0.3).Climb(new EasePlan(100));
        var popularity = train.Popularity();
        var kept = Enumerable.Range(0, train.Items).OrderByDescending(i => popularity[i]).ThenBy(i => i).Take(ProxyItems).Order().ToArray();
        return Search(train.OnItems(kept), validation.OnItems(kept), "choosing EASE on the most heard", 0.3).Climb(new EasePlan(30));
    }

    private Interactions Sample(Interactions validation)
    {
        int[] users = [.. Enumerable.Range(0, validation.Users).Where(u => validation.Length(u) > 0)];
        var chosen = new Rng(2).Sample(users.Length, search.Sampled).Select(k => users[k]).ToHashSet();
        return validation.OfUsers(chosen.Contains);
    }

    /// <summary>Of several lists of generators the one whose blend is best on validation.</summary>
    public RecsChoice WeighEach(IEnumerable<IReadOnlyList<GeneratorPlan>> alternatives, Interactions train, Interactions validation) =>
        alternatives.Select(plans => Weigh(plans, train, validation)).MaxBy(choice => choice.Score)!;

    /// <summary>Learnt on one half of the listeners and judged on the other; taken only when clearly better there.</summary>
    private (LearnedBlend?, List<(string, double)>) Learn(ScoredCandidates candidates, int[] alike, int[] popularity)
    {
        progress("choosing the blend: learning", 0.93);
        var even = candidates.Take(n => n % 2 == 0);
        var odd = candidates.Take(n => n % 2 == 1);
        var some = even.Take(n => n < LearntFrom);
        var (weights, _) = BlendWeights.Choose(even, search.Goal, lanes, alike: alike);
        double[] Judge(Action<ScoredCandidates.Row, Span<float>> score) => odd.Ndcg((row, target) => score(row, target), search.Goal.Depth(), lanes);
        var sum = Judge((row, target) => BlendWeights.Sum(weights, row, target));
        var blends = new List<(string, double)> { ("weighted sum", sum.Average()) };
        LearnedBlend? best = null;
        var top = 0.0;
        void Try(Result<LearnedBlend> learnt, string name)
        {
            if (learnt.Fault is not null) return;
            var own = Judge(learnt.Value.Score);
            blends.Add((name, own.Average()));
            var gain = Estimate.Paired(own, sum);
            if (gain.Low <= 0 || gain.Mean <= top) return;
            (best, top) = (learnt.Value, gain.Mean);
        }

        Try(LearnedBlend.Logistic(some, weights, popularity), "logistic");
        var trees = LearnedBlend.LambdaMart(some, weights, popularity, 1f, lanes);
        foreach (var share in new[] { 0.5f, 1f, 2f })
            Try(trees.Fault is { } fault ? fault : trees.Value.WithShare(share), FormattableString.Invariant($"LambdaMART, share {share}"));
        return (best, blends);
    }
}
