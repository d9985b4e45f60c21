using Busker.Learning.Algebra;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Recommend;

public sealed class GeneratorTests
{
    private static readonly Interactions Data = SmallTown.Listen().Binary();

    [Fact]
    public void Pairs_given_twice_add_up_and_a_transpose_of_a_transpose_is_the_same()
    {
        var x = Interactions.From(2, 3, [1, 0, 1, 1], [2, 1, 0, 2], [1f, 2f, 3f, 4f]);
        x.ItemsOf(1).ToArray().ShouldBe([0, 2]);
        x.WeightsOf(1).ToArray().ShouldBe([3f, 5f]);
        var back = x.Transpose().Transpose();
        back.Columns.ShouldBe(x.Columns);
        back.Weights.ShouldBe(x.Weights);
        Should.Throw<ArgumentException>(() => Interactions.From(2, 3, [2], [0])).Message.ShouldContain("pair 0");
    }

    [Theory]
    [InlineData(IalsSolver.ConjugateGradient)]
    [InlineData(IalsSolver.Blocks)]
    public void Every_solver_comes_to_what_exact_solves_come_to(IalsSolver solver)
    {
        var settings = new IalsSettings(16, 0.1f, 0.01f, Epochs: 30, BlockSize: 8);
        var exact = Ials.Train(Data, settings with { Solver = IalsSolver.Cholesky }, seed: 3);
        var other = Ials.Train(Data, settings with { Solver = solver }, seed: 3);
        Math.Abs(Loss(other, settings) / Loss(exact, settings) - 1).ShouldBeLessThan(0.01);
    }

    private static double Loss(Ials model, IalsSettings s)
    {
        double loss = 0;
        for (var u = 0; u < Data.Users; u++)
        {
            var w = model.UserFactors.AsSpan(u * s.Dimensions, s.Dimensions);
            for (var i = 0; i < Data.Items; i++)
            {
                var score = Vectors.Dot(w, model.ItemFactors.AsSpan(i * s.Dimensions, s.Dimensions));
                if (Data.ItemsOf(u).BinarySearch(i) >= 0) loss += (score - 1) * (score - 1);
                loss += s.Unobserved * score * score;
            }

            loss += s.Regularization * (Data.Length(u) + s.Unobserved * Data.Items) * Vectors.Dot(w, w);
        }

        var byItem = Data.Transpose();
        for (var i = 0; i < Data.Items; i++)
        {
            var h = model.ItemFactors.AsSpan(i * s.Dimensions, s.Dimensions);
            loss += s.Regularization * (byItem.Length(i) + s.Unobserved * Data.Users) * Vectors.Dot(h, h);
        }

        return loss;
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_on_one_thread_and_on_three()
    {
        var settings = new IalsSettings(16, Epochs: 3);
        Ials.Train(Data, settings, 9, new Lanes(3)).ItemFactors.ShouldBe(Ials.Train(Data, settings, 9).ItemFactors);
        Score(ItemModel.RandomWalk(Data, 10, lanes: new Lanes(3)), 5).ShouldBe(Score(ItemModel.RandomWalk(Data, 10), 5));
    }

    [Fact]
    public void A_fold_in_solves_the_listeners_own_equations()
    {
        var settings = new IalsSettings(16, 0.1f, 0.02f);
        var model = Ials.Train(Data, settings, 1);
        var vector = new float[16];
        model.FoldIn(Data.ItemsOf(4), Data.WeightsOf(4), vector);
        var residual = new double[16];
        for (var i = 0; i < Data.Items; i++)
        {
            var h = model.ItemFactors.AsSpan(i * 16, 16);
            var heard = Data.ItemsOf(4).BinarySearch(i) >= 0;
            var pull = settings.Unobserved * Vectors.Dot(vector, h) + (heard ? Vectors.Dot(vector, h) - 1 : 0);
            for (var k = 0; k < 16; k++) residual[k] += pull * h[k];
        }

        var ridge = settings.Regularization * (Data.Length(4) + settings.Unobserved * Data.Items);
        for (var k = 0; k < 16; k++) (residual[k] + ridge * vector[k]).ShouldBe(0, 1e-3);
    }

    private static float[] Score(IGenerator model, int user)
    {
        var scores = new float[model.Items];
        model.Score(Data.ItemsOf(user), Data.WeightsOf(user), scores);
        return scores;
    }

    [Fact]
    public void The_parts_of_an_explanation_sum_to_the_score()
    {
        var ials = Ials.Train(Data, new IalsSettings(16), 1);
        var ease = Ease.Train(Data, 20);
        var walk = ItemModel.RandomWalk(Data);
        var shares = new float[Data.Length(3)];
        foreach (var (model, explain) in new (IGenerator, Action<int>)[]
        {
            (ials, i => ials.Explain(i, Data.ItemsOf(3), Data.WeightsOf(3), shares)),
            (ease, i => ease.Explain(i, Data.ItemsOf(3), Data.WeightsOf(3), shares)),
            (walk, i => walk.Explain(i, Data.ItemsOf(3), Data.WeightsOf(3), shares)),
        })
        {
            var scores = Score(model, 3);
            for (var i = 0; i < Data.Items; i += 7)
            {
                explain(i);
                shares.Sum().ShouldBe(scores[i], 1e-4f, model.Name);
            }
        }
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(0.3f, 0f)]
    [InlineData(0.2f, 0.7f)]
    public void Ease_reproduces_its_closed_form(float dropout, float damping)
    {
        var model = Ease.Train(Data, 30, dropout: dropout, damping: damping);
        var n = Data.Items;
        var counted = Enumerable.Range(0, Data.Users).Select(u => Data.Length(u) == 0 ? 0 : Math.Pow(Data.Length(u), -damping)).ToArray();
        var scale = Data.Count / counted.Select((c, u) => c * Data.Length(u)).Sum();
        var norms = new double[n];
        for (var u = 0; u < Data.Users; u++) foreach (var i in Data.ItemsOf(u)) norms[i] += scale * counted[u];
        // B minimises Σ_u c_u (x_uj − x_u b)² + Σ_i Λ_i b_i² with b_jj = 0: the gradient of every other entry is zero.
        for (var j = 0; j < n; j += 11)
        {
            var column = new double[n];
            var one = new float[n];
            for (var i = 0; i < n; i++)
            {
                model.Score([i], [1f], one);
                column[i] = one[j];
            }

            column[j].ShouldBe(0);
            var gradient = new double[n];
            for (var u = 0; u < Data.Users; u++)
            {
                var items = Data.ItemsOf(u);
                double error = items.BinarySearch(j) >= 0 ? -1 : 0;
                foreach (var i in items) error += column[i];
                foreach (var i in items) gradient[i] += scale * counted[u] * error;
            }

            for (var i = 0; i < n; i++) if (i != j) (gradient[i] + (30 + dropout / (1 - dropout) * norms[i]) * column[i]).ShouldBe(0, 2e-2);
        }
    }

    [Theory]
    [InlineData(1f, false)]
    [InlineData(0.6f, false)]
    [InlineData(0.6f, true)]
    public void A_random_walk_is_the_product_of_its_steps(float alpha, bool perTarget)
    {
        var model = ItemModel.RandomWalk(Data, neighbours: Data.Items, beta: 0.5f, perTarget, alpha);
        var counts = Data.Popularity();
        var scores = new float[Data.Items];
        model.Score([8], [1f], scores);
        for (var i = 0; i < Data.Items; i++)
        {
            double expected = 0;
            for (var u = 0; u < Data.Users; u++)
                if (i != 8 && Data.ItemsOf(u).BinarySearch(8) >= 0 && Data.ItemsOf(u).BinarySearch(i) >= 0)
                    expected += Math.Pow(counts[8] * (double)Data.Length(u), -alpha) / Math.Sqrt(counts[i]);
            scores[i].ShouldBe((float)expected, 1e-5f);
        }
    }

    [Fact]
    public void Personal_generators_beat_popularity_and_a_blend_is_no_worse_than_its_worst_part()
    {
        var rng = new Rng(5);
        var keep = Data.Columns.Select(_ => rng.NextBool(0.8)).ToArray();
        var position = 0;
        var train = Data.Where((_, _) => keep[position++]);
        var held = Data.Where((u, i) => train.ItemsOf(u).BinarySearch(i) < 0);
        double Quality(IGenerator g) => Ranking.Evaluate(g, train, held, train.Popularity()).Ndcg20.Mean;
        var popular = Quality(Trending.Popularity(train));
        var (ials, ease) = (Ials.Train(train, new IalsSettings(16), 1), Ease.Train(train, 20));
        Quality(ials).ShouldBeGreaterThan(popular * 1.2);
        Quality(ItemModel.NearestNeighbours(train)).ShouldBeGreaterThan(popular * 1.2);
        Quality(new Blend((ials, 1), (ease, 1))).ShouldBeGreaterThan(Math.Min(Quality(ials), Quality(ease)));
    }

    [Theory]
    [InlineData(0f, null)]
    [InlineData(0.5f, null)]
    [InlineData(1f, 0.6f)]
    public void A_fold_in_has_no_slope_of_the_loss_with_any_scaling_and_trust(float scaling, float? confidence)
    {
        var plays = SmallTown.Listen();
        var settings = new IalsSettings(8, 0.1f, 0.05f) { FrequencyScaling = scaling, Confidence = confidence };
        var model = Ials.Train(plays, settings, 1);
        var (w, trust) = (new float[8], PlayConfidence.Of(plays, confidence).Apply(plays.WeightsOf(4)));
        model.FoldIn(plays.ItemsOf(4), plays.WeightsOf(4), w);
        double Loss(double[] v)
        {
            var loss = settings.Regularization * Math.Pow(plays.Length(4) + settings.Unobserved * plays.Items, scaling) * v.Sum(x => x * x);
            for (var i = 0; i < plays.Items; i++)
            {
                var score = Enumerable.Range(0, 8).Sum(k => v[k] * model.ItemFactors[i * 8 + k]);
                var at = plays.ItemsOf(4).BinarySearch(i);
                loss += settings.Unobserved * score * score + (at >= 0 ? trust[at] * (score - 1) * (score - 1) : 0);
            }

            return loss;
        }

        double[] here = [.. w.Select(x => (double)x)];
        for (var k = 0; k < 8; k++)
        {
            double[] up = [.. here], down = [.. here];
            (up[k], down[k]) = (up[k] + 1e-4, down[k] - 1e-4);
            ((Loss(up) - Loss(down)) / 2e-4).ShouldBe(0, 2e-3 * Loss(new double[8]));
        }
    }

    [Fact]
    public void Sparsified_ease_keeps_the_largest_weights_of_each_target_and_all_of_them_when_asked()
    {
        var (dense, n) = (Ease.Train(Data, 20), Data.Items);
        var (all, few) = (dense.Sparsify(n), dense.Sparsify(7));
        float[][] Rows(IGenerator model) => [.. Enumerable.Range(0, n).Select(j => Row(model, j))];
        var (rows, whole, kept) = (Rows(dense), Rows(all), Rows(few));
        for (var i = 0; i < n; i++)
        {
            int[] largest = [.. Enumerable.Range(0, n).Where(j => rows[j][i] != 0).OrderByDescending(j => Math.Abs(rows[j][i])).ThenBy(j => j).Take(7)];
            for (var j = 0; j < n; j++)
            {
                whole[j][i].ShouldBe(rows[j][i]);
                kept[j][i].ShouldBe(largest.Contains(j) ? rows[j][i] : 0);
            }
        }
    }

    private static float[] Row(IGenerator model, int item)
    {
        var scores = new float[model.Items];
        model.Score([item], [1f], scores);
        return scores;
    }

    [Fact]
    public void Trending_forgets_by_half_lives_in_any_order_of_arrival()
    {
        var trending = new Trending(2, halfLife: 10);
        trending.Add(0, 100);
        trending.Add(1, 0);
        trending.Add(0, 20_000);
        trending.Add(1, 19_990);
        trending.At(0, 20_000).ShouldBe(1, 1e-9);
        trending.At(1, 20_000).ShouldBe(0.5, 1e-9);
    }

    [Theory]
    [InlineData(0, "must be a multiple of 8")]
    [InlineData(12, "must be a multiple of 8")]
    public void Bad_settings_are_named(int d, string message) =>
        Should.Throw<ArgumentException>(() => Ials.Train(Data, new IalsSettings(d), 1)).Message.ShouldContain(message);
}
