using Busker.Learning.Bandits;
using Busker.Learning.Data;
using Busker.Learning.Decide;
using Busker.Learning.Evaluate;
using Busker.Learning.Linear;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;
using Busker.Learning.Recs;
using Busker.Learning.Rerank;
using Busker.Learning.Tests.Recommend;
using Busker.Learning.Tests.Trees;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Numbers;

/// <summary>Every computation of the library that may use several threads gives the bits of one, for any number of them.</summary>
public sealed class SameBitsTests
{
    private static readonly Interactions Heard = SmallTown.Listen(users: 700, items: 240);
    private static readonly Examples Binary = Given.Binary(3, 3000), Smooth = Given.Regression(4, 2000);
    private static readonly Lazy<ScoredCandidates> Candidates = new(() => Gathered(Lanes.One));

    private static ScoredCandidates Gathered(Lanes lanes)
    {
        IGenerator[] parts = [Ials.Train(Heard, new IalsSettings(16, Epochs: 2), 1), ItemModel.RandomWalk(Heard.Binary())];
        return ScoredCandidates.Of(parts, Heard.Where((u, i) => (u + i) % 5 != 0), Heard.Where((u, i) => (u + i) % 5 == 0), 40, lanes);
    }

    private static readonly Dictionary<string, Func<Lanes, Array>> Learners = new()
    {
        ["boosted trees, logistic, leaf-wise"] = lanes => Trees(Binary, new BoostOptions { Trees = 8 }, lanes),
        ["boosted trees, logistic, depth-wise, sampled"] = lanes => Trees(Binary, new BoostOptions { Trees = 8, Growth = Growth.DepthWise, RowFraction = 0.7, ColumnFraction = 0.6, TopFraction = 0.2 }, lanes),
        ["boosted trees, squared"] = lanes => Trees(Smooth, new BoostOptions { Trees = 8, Loss = Loss.Squared }, lanes),
        ["boosted trees, Poisson"] = lanes => Trees(Examples.Of(Smooth.Table, Array.ConvertAll(Smooth.Labels, y => Math.Floor(Math.Abs(y)))).Value, new BoostOptions { Trees = 8, Loss = Loss.Poisson }, lanes),
        ["boosted trees, LambdaMART"] = lanes => Trees(Examples.Of(Binary.Table, Binary.Labels, queries: [.. Enumerable.Range(0, 3000).Select(r => (long)(r / 30))]).Value, new BoostOptions { Trees = 8, Loss = Loss.LambdaMart }, lanes),
        ["random forest"] = lanes => Bytes(new RandomForest(10, 8, 5, 1, lanes).Fit(Binary).Value),
        ["predictions of trees"] = lanes => new Booster(new BoostOptions { Trees = 8 }, Lanes.One).Fit(Binary).Value.Margins(Binary.Table, lanes).Value,
        ["partial dependence"] = lanes => PartialDependence.Of(new Booster(new BoostOptions { Trees = 8 }, Lanes.One).Fit(Binary).Value, Binary.Table, 0, 10, lanes).Mean,
        ["logistic regression"] = _ => LogisticRegression.Fit(Binary).Value.Weights,
        ["iALS, Cholesky"] = lanes => Factors(new IalsSettings(16, Epochs: 3) { Solver = IalsSolver.Cholesky }, lanes),
        ["iALS, conjugate gradients"] = lanes => Factors(new IalsSettings(16, Epochs: 3), lanes),
        ["iALS, blocks"] = lanes => Factors(new IalsSettings(16, Epochs: 3) { Solver = IalsSolver.Blocks, BlockSize = 8 }, lanes),
        ["EASE"] = lanes => Scores(Ease.Train(Heard.Binary(), 20, lanes)),
        ["EASE, live"] = lanes => Scores(LiveEase.Train(Heard, 20, lanes)),
        ["item-kNN"] = lanes => Scores(ItemModel.NearestNeighbours(Heard, 20, lanes: lanes)),
        ["RP3beta"] = lanes => Scores(ItemModel.RandomWalk(Heard, 20, lanes: lanes)),
        ["RP3beta, per target"] = lanes => Scores(ItemModel.RandomWalk(Heard, 20, perTarget: true, lanes: lanes)),
        ["candidates of generators"] = lanes => Gathered(lanes).Rows.SelectMany(r => r.Scores).ToArray(),
        ["blend weights"] = lanes => BlendWeights.Choose(Candidates.Value, RecsGoal.Ndcg100, lanes).Weights,
        ["learnt blend"] = lanes => Bytes(LearnedBlend.LambdaMart(Candidates.Value.Take(n => n < 120), [1, 1], Heard.Popularity(), 1, lanes).Value.Trees!),
        ["ranking of the catalogue"] = lanes => Ranked(lanes),
        ["exposure floors"] = lanes => Floored(lanes),
        ["bootstrap"] = lanes => new Bootstrap(50, 3, lanes).Compare([.. Enumerable.Range(0, 3000).Select(r => (ulong)r / 3)], Array.ConvertAll(Binary.Table.Columns[1], double.Abs).Select(v => double.IsNaN(v) ? 0 : v).ToArray(), Array.ConvertAll(Binary.Labels, y => -y), Binary.Labels, (s, y) => RankMetrics.Auc(s, y)) is var i ? new[] { i.Value, i.Low, i.High } : [],
        ["bandit simulation"] = lanes => new BanditSimulation(arms: 10, rounds: 300, runs: 6, lanes: lanes).Thompson("at once", new BetaPrior(1, 10)).Regret.Select(r => r.Mean).ToArray(),
    };

    public static IEnumerable<object[]> Names => Learners.Keys.Select(name => new object[] { name });

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_bits_on_1_2_3_and_7_threads(string name)
    {
        var one = Learners[name](Lanes.One);
        one.Length.ShouldBeGreaterThan(0);
        foreach (var threads in new[] { 1, 2, 3, 7 }) Learners[name](new Lanes(threads)).Cast<object>().SequenceEqual(one.Cast<object>()).ShouldBeTrue($"{threads} threads");
    }

    private static byte[] Trees(Examples examples, BoostOptions options, Lanes lanes) => Bytes(new Booster(options, lanes).Fit(examples).Value);

    private static byte[] Bytes(TreeModel model) => ModelFile.Write(model);

    private static float[] Factors(IalsSettings settings, Lanes lanes)
    {
        var model = Ials.Train(Heard, settings, 5, lanes);
        return [.. model.UserFactors, .. model.ItemFactors];
    }

    private static float[] Scores(IGenerator model)
    {
        var scores = new float[40 * model.Items];
        model.ScoreMany(Heard, 0, 40, scores);
        return scores;
    }

    private static double[] Ranked(Lanes lanes)
    {
        var (shown, held) = (Heard.Where((u, i) => (u + i) % 5 != 0), Heard.Where((u, i) => (u + i) % 5 == 0));
        var report = Ranking.Evaluate(ItemModel.RandomWalk(shown, 20), shown, held, shown.Popularity(), lanes);
        return [.. report.PerListener, .. report.Exposure, report.Gini20.Mean, report.Gini20.StandardError, report.Recall20.Mean, .. report.NdcgByPopularity];
    }

    private static double[] Floored(Lanes lanes)
    {
        int[] floors = [.. Enumerable.Range(0, 60).Select(i => i >= 40 ? 9 : 0)];
        void Own(int u, float[] s)
        {
            var rng = new Rng((ulong)u);
            for (var i = 0; i < s.Length; i++) s[i] = (float)rng.NextGaussian() - (i >= 40 ? 2 : 0);
        }

        var result = new ExposureFloors(Own, 100, floors, 6, lanes).Solve();
        return [.. result.Lists.SelectMany(l => l).Select(i => (double)i), .. result.Prices.Select(p => (double)p)];
    }
}
