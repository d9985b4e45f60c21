using Busker.Learning.Data;
using Busker.Learning.Groups;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;
using Busker.Learning.Recs;

namespace Busker.Learning.Tests.Recs;

public sealed class RecsStudyTests : IDisposable
{
    private static readonly RecsSearch Small = new(Widest: 16) { Sampled = 200 };
    private static readonly Lazy<RecsStudy> Studied = new(() => RecsStudy.On(new RecsTown(Users: 300, Creators: 120).Make(), Small, new Lanes(2), (_, _) => { }));
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_whole_study_beats_popularity_and_writes_its_page()
    {
        var study = Studied.Value;
        study.Trial.Whole.Ndcg100.Mean.ShouldBeGreaterThan(1.2 * study.Trial.Reports[0].Ndcg100.Mean);
        study.Model.Metrics["ndcg_100"].ShouldBe(study.Trial.Whole.Ndcg100.Mean);
        study.Floors.Met.ShouldBe(study.Floors.Emerging);
        study.Cold[^1].Ndcg20.Mean.ShouldBeGreaterThan(0);
        study.Groups.Select(g => g.Rules).ShouldBe(GroupRules.Alternatives);
        study.Time!.Reports.Length.ShouldBe(3);
        var page = RecsReport.Write(study);
        foreach (var title in new[] { "by popularity", "Lorenz", "On validation", "emerging", "made cold", "Lists for two", "Half-life" }) page.ShouldContain(title);
        page.ShouldNotContain("src=");
        page.ShouldNotContain("NaN");
    }

    [Fact]
    public void The_same_seed_chooses_and_fits_the_same_whatever_the_threads()
    {
        var set = new RecsTown(Users: 120, Creators: 50).Make();
        var search = Small with { Widest = 8, Sampled = 100 };
        (string, float[]) Run(int threads)
        {
            var trial = RecsTrial.Weak(set, new RecsTuner(search, new Lanes(threads), (_, _) => { }).Choose(set.Train, set.Validation), new Lanes(threads), (_, _) => { });
            var scores = new float[set.Items];
            trial.Model.Score(set.Train.ItemsOf(3), set.Train.WeightsOf(3), scores);
            return (trial.Choice.ToString(), scores);
        }

        var (one, three) = (Run(1), Run(3));
        three.Item1.ShouldBe(one.Item1);
        three.Item2.ShouldBe(one.Item2);
    }

    [Fact]
    public void A_generator_named_twice_is_fitted_from_two_seeds()
    {
        var set = new RecsTown(Users: 120, Creators: 50).Make();
        GeneratorPlan plan = new IalsPlan(8, 0.03f, 0.01f);
        float[] Scores(IGenerator part)
        {
            var scores = new float[set.Items];
            part.Score(set.Train.ItemsOf(3), set.Train.WeightsOf(3), scores);
            return scores;
        }

        var parts = new RecsChoice([plan, new WalkPlan(50, 0.2f, PerTarget: false), plan], [1, 1, 1], null) { Tried = [] }.Fit(set.Train, 1, new Lanes(2)).Parts;
        Scores(parts[0]).ShouldBe(Scores(plan.Fit(set.Train, 1, new Lanes(2))));
        Scores(parts[2]).ShouldBe(Scores(plan.Fit(set.Train, 2, new Lanes(2))));
        Scores(parts[2]).ShouldNotBe(Scores(parts[0]));
    }

    [Fact]
    public void Equal_generators_share_one_weight_in_the_blend()
    {
        var set = new RecsTown(Users: 120, Creators: 50).Make();
        var (one, walk) = (new IalsPlan(8, 0.03f, 0.01f), new WalkPlan(50, 0.2f, PerTarget: false));
        var choice = new RecsTuner(Small with { Learn = false }, new Lanes(2), (_, _) => { }).Weigh([one, walk, one], set.Train, set.Validation);
        choice.Weights[0].ShouldBeGreaterThan(0);
        choice.Weights[2].ShouldBe(choice.Weights[0]);
        RecsChoice.Alike([one, walk, one]).ShouldBe([0, 1, 0]);
    }

    [Fact]
    public void Of_several_lists_of_generators_the_best_on_validation_is_chosen()
    {
        var set = new RecsTown(Users: 120, Creators: 50).Make();
        RecsTuner Tuner() => new(Small with { Learn = false }, new Lanes(2), (_, _) => { });
        GeneratorPlan[][] lists = [[new IalsPlan(8, 0.03f, 0.01f)], [new WalkPlan(50, 0.2f, PerTarget: false)], [new IalsPlan(8, 1f, 0.1f)]];
        var alone = lists.Select(l => Tuner().Weigh(l, set.Train, set.Validation)).ToArray();
        var chosen = Tuner().WeighEach(lists, set.Train, set.Validation);
        chosen.Score.ShouldBe(alone.Max(c => c.Score));
        chosen.Plans.ShouldBe(alone.MaxBy(c => c.Score)!.Plans);
    }

    [Fact]
    public void Sets_too_large_to_score_at_once_are_judged_on_a_sample_that_fits()
    {
        FloorStudy.Sample(6000, 4000).ShouldBeNull();
        var sample = FloorStudy.Sample(300_000, 100_000).ShouldNotBeNull();
        sample.Length.ShouldBe((1 << 27) / 100_000);
        sample.Distinct().Count().ShouldBe(sample.Length);
        sample.Max().ShouldBeInRange(200_000, 299_999);
    }

    [Fact]
    public void A_saved_model_proposes_what_was_not_heard_and_its_reasons_sum_to_the_score()
    {
        var set = Studied.Value.Set;
        RecsModelFile.Write(_path, Studied.Value.Model);
        var model = RecsModelFile.Read(_path).Value;
        model.Fingerprint.ShouldBe(RecsModelFile.Fingerprint(set.TrainAndValidation));
        var (items, plays) = Picks.History(set, set.UserIds[5]).Value;
        var picks = Picks.For(model, [.. items, 999_999], [.. plays, 1f], 10).Value;
        (picks.Heard, picks.Unknown).ShouldBe((items.Length, 1));
        picks.Items.Length.ShouldBe(10);
        picks.Items.Select(p => p.Item).Intersect(items).ShouldBeEmpty();
        picks.Items.Select(p => p.Score).ShouldBeInOrder(SortDirection.Descending);
        Array.Reverse(items);
        Array.Reverse(plays);
        var again = Picks.For(model, items, plays, 10).Value;
        again.Items.Select(p => p.Item).ShouldBe(picks.Items.Select(p => p.Item));
        var one = Picks.For(model, items, plays, 1, picks.Items[3].Item).Value.Items.Single();
        one.Score.ShouldBe(picks.Items[3].Score);
        one.Because.Length.ShouldBe(items.Length);
        Picks.For(model, items, plays, 1, 999_999).Fault!.Message.ShouldBe("the model knows no item 999999");
        Picks.For(model, [999_999], [1f], 1).Fault!.Message.ShouldBe("the model knows none of the 1 items heard; it was trained on other items");
        Picks.History(set, -7).Fault!.Message.ShouldBe("the data have no listener -7");
    }

    [Fact]
    public void A_model_file_gives_back_the_model()
    {
        var (study, set) = (Studied.Value, Studied.Value.Set);
        RecsModelFile.Write(_path, study.Model);
        var read = RecsModelFile.Read(_path).Value;
        read.Name.ShouldBe(study.Model.Name);
        read.Fingerprint.ShouldBe(study.Model.Fingerprint);
        read.Metrics.ShouldBe(study.Model.Metrics);
        RecsModelFile.Mismatch(read, set.ItemIds).ShouldBeNull();
        var (a, b) = (new float[set.Items], new float[set.Items]);
        study.Model.Score(set.Train.ItemsOf(7), set.Train.WeightsOf(7), a);
        read.Score(set.Train.ItemsOf(7), set.Train.WeightsOf(7), b);
        b.ShouldBe(a);
    }

    [Fact]
    public void A_model_file_that_is_cut_altered_foreign_or_of_other_items_is_refused()
    {
        var study = Studied.Value;
        RecsModelFile.Write(_path, study.Model);
        var bytes = File.ReadAllBytes(_path);
        string Refusal(byte[] changed)
        {
            File.WriteAllBytes(_path, changed);
            return RecsModelFile.Read(_path).Fault!.Message;
        }

        var name = Path.GetFileName(_path);
        Refusal(bytes[..(bytes.Length / 2)]).ShouldBe($"{name} is cut short or altered: its checksum does not match");
        Refusal(bytes[..20]).ShouldBe($"{name} is cut short: 20 bytes");
        Refusal([.. bytes[..200], (byte)(bytes[200] ^ 1), .. bytes[201..]]).ShouldBe($"{name} is cut short or altered: its checksum does not match");
        Refusal([.. bytes[..8], 9, 0, 0, 0, .. bytes[12..]]).ShouldBe($"{name} has version 9; this program reads version 1");
        Refusal([1, 2, 3]).ShouldBe($"{name} is not a Busker recommendation model");
        RecsModelFile.Mismatch(study.Model, [1, 2]).ShouldNotBeNull().Message.ShouldBe($"the model knows {study.Set.Items} items where the data has 2");
        var other = study.Set.ItemIds.ToArray();
        other[4] = 99_999;
        RecsModelFile.Mismatch(study.Model, other).ShouldNotBeNull().Message.ShouldBe("item 5 of the model is 4, of the data 99999");
    }

    [Fact]
    public void An_explanation_sums_to_the_score_of_the_weighted_sum()
    {
        var set = Studied.Value.Set;
        var parts = Studied.Value.Model;
        var model = new RecsModel([.. parts.Parts], [.. parts.Weights], null, parts.Popularity);
        for (var u = 0; u < 20; u++)
        {
            var scores = new float[set.Items];
            var history = set.Train.ItemsOf(u);
            var weights = set.Train.WeightsOf(u);
            model.Score(history, weights, scores);
            foreach (var item in new[] { 3, 40, set.Items - 1 })
            {
                var why = model.Explain(item, history, weights);
                (why.Shares.Sum() + why.Shift).ShouldBe(scores[item], 2e-3f * (1 + MathF.Abs(scores[item])));
            }
        }
    }

    [Theory]
    [InlineData(BlendKind.Logistic)]
    [InlineData(BlendKind.LambdaMart)]
    public void An_explanation_of_a_learnt_blend_sums_to_its_score_too(BlendKind kind)
    {
        var set = Studied.Value.Set;
        IGenerator[] parts = [Ials.Train(set.Train, new IalsSettings(16) { Confidence = 0 }, 1), new Plain(Ease.Train(set.Train.Binary(), 30)), ItemModel.RandomWalk(set.Train.Binary())];
        float[] weights = [1, 0.5f, 0.3f];
        var candidates = ScoredCandidates.Of(parts, set.Train, set.Validation, each: 60, Lanes.One);
        var popularity = set.Train.Popularity();
        var learned = kind == BlendKind.Logistic
            ? LearnedBlend.Logistic(candidates, weights, popularity).Value
            : LearnedBlend.LambdaMart(candidates, weights, popularity, share: 0.7f, Lanes.One).Value;
        var model = new RecsModel(parts, weights, learned, popularity);
        var moved = 0;
        for (var u = 0; u < 12; u++)
        {
            var scores = new float[set.Items];
            var history = set.Train.ItemsOf(u);
            var plays = set.Train.WeightsOf(u);
            model.Score(history, plays, scores);
            var best = Enumerable.Range(0, set.Items).OrderByDescending(i => scores[i]).Take(5);
            foreach (var item in best.Append(set.Items - 1).Append(history[0]).ToArray())
            {
                var why = model.Explain(item, history, plays);
                (why.Shares.Sum() + why.Named.Sum(n => n.Value) + why.Shift).ShouldBe(scores[item], 2e-3 * (1 + Math.Abs(scores[item])), $"listener {u}, item {item}");
                if (why.Named.Count > 0) moved++;
            }
        }

        moved.ShouldBeGreaterThan(40);
    }

    [Fact]
    public void The_candidates_rank_as_the_full_rows_do()
    {
        var set = Studied.Value.Set;
        IGenerator[] parts = [Ials.Train(set.Train, new IalsSettings(16) { Confidence = 0 }, 1), new Plain(Ease.Train(set.Train.Binary(), 30))];
        float[] weights = [1, 0.5f];
        var candidates = ScoredCandidates.Of(parts, set.Train, set.Validation, each: set.Items, Lanes.One);
        var own = candidates.Ndcg((row, target) => BlendWeights.Sum(weights, row, target), 100, Lanes.One);
        var full = Busker.Learning.Evaluate.Ranking.Evaluate(new Blend((parts[0], 1), (parts[1], 0.5f)), set.Train, set.Validation, set.Train.Popularity());
        own.Average().ShouldBe(full.Ndcg100.Mean, 1e-3);
    }
}
