using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Evaluate;

/// <summary>Measures of whole catalogues of lists by their definitions, their errors by repetition, and splits that never leak.</summary>
public sealed class ExposureTests
{
    private sealed class Noisy(int items, ulong seed) : IGenerator
    {
        public string Name => "noisy";
        public int Items => items;

        public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
        {
            var rng = new Rng(seed).Fork((ulong)(history.IsEmpty ? 0 : history[0] * 1000 + history.Length));
            for (var i = 0; i < items; i++) scores[i] = (float)rng.NextGaussian() + 3f / (1 + i % 17);
        }
    }

    private static (Interactions History, Interactions Held) Draw(Rng rng, int users, int items)
    {
        var pairs = (from u in Enumerable.Range(0, users) from i in Enumerable.Range(0, items) where rng.NextBool(0.12) select (u, i)).ToArray();
        var all = Interactions.From(users, items, Array.ConvertAll(pairs, p => p.u), Array.ConvertAll(pairs, p => p.i));
        return Splits.Random(all, 0.3, rng);
    }

    [Fact]
    public void Every_number_of_a_report_is_its_definition()
    {
        const int users = 60, items = 90;
        for (var seed = 0UL; seed < 5; seed++)
        {
            var (history, held) = Draw(new Rng(seed), users, items);
            var (model, popularity) = (new Noisy(items, seed), history.Popularity());
            var report = Ranking.Evaluate(model, history, held, popularity);
            var lists = new List<(int User, int[] List)>();
            for (var u = 0; u < users; u++)
            {
                if (held.Length(u) == 0) continue;
                var scores = new float[items];
                model.Score(history.ItemsOf(u), history.WeightsOf(u), scores);
                int[] heard = [.. history.ItemsOf(u)];
                lists.Add((u, [.. Enumerable.Range(0, items).Except(heard).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(100)]));
            }

            int[] Truth(int u) => [.. held.ItemsOf(u)];
            double Mean(Func<int, int[], double> of) => lists.Average(l => of(l.User, l.List));
            report.Recall20.Mean.ShouldBe(Mean((u, l) => l.Take(20).Intersect(Truth(u)).Count() / (double)Truth(u).Length), 1e-12);
            report.Recall50.Mean.ShouldBe(Mean((u, l) => l.Take(50).Intersect(Truth(u)).Count() / (double)Truth(u).Length), 1e-12);
            double Ndcg(int u, int[] l, int k) => l.Take(k).Select((i, r) => Truth(u).Contains(i) ? 1 / Math.Log2(r + 2) : 0).Sum() / Enumerable.Range(0, Math.Min(k, Truth(u).Length)).Sum(r => 1 / Math.Log2(r + 2));
            report.Ndcg20.Mean.ShouldBe(Mean((u, l) => Ndcg(u, l, 20)), 1e-12);
            report.Ndcg100.Mean.ShouldBe(Mean((u, l) => Ndcg(u, l, 100)), 1e-12);
            var shown = lists.SelectMany(l => l.List.Take(20)).ToArray();
            report.Coverage20.Mean.ShouldBe(shown.Distinct().Count() / (double)items, 1e-12);
            double[] exposure = [.. Enumerable.Range(0, items).Select(i => (double)shown.Count(s => s == i))];
            var pairs = from a in exposure from b in exposure select Math.Abs(a - b);
            report.Gini20.Mean.ShouldBe(pairs.Average() / (2 * exposure.Average()), 1e-9); // half the relative mean difference
            int[] head = [.. Enumerable.Range(0, items).OrderByDescending(i => popularity[i]).ThenBy(i => i).Take(items / 5)];
            report.LongTail20.Mean.ShouldBe(shown.Count(i => !head.Contains(i)) / (double)shown.Length, 1e-12);
            report.Exposure.ShouldBe(exposure);
        }
    }

    [Fact]
    public void Errors_of_exposure_measures_are_the_deviations_seen_over_many_sets_of_lists()
    {
        const int items = 50, repeats = 150;
        double[] Lists(Rng rng, out Estimate gini, out Estimate tail)
        {
            var lists = Enumerable.Range(0, 200).Select(_ => Enumerable.Range(0, items).OrderByDescending(i => rng.NextGaussian() - i * 0.05).Take(5).ToArray()).ToArray();
            gini = Estimate.OfExposure(lists, items, x => RankingMetrics.Gini(x));
            tail = Estimate.OfExposure(lists, items, x => x[20..].Sum() / x.Sum());
            return [gini.Mean, tail.Mean];
        }

        var (means, errors) = (new List<double[]>(), new List<double[]>());
        for (var r = 0; r < repeats; r++)
        {
            means.Add(Lists(new Rng((ulong)r), out var gini, out var tail));
            errors.Add([gini.StandardError, tail.StandardError]);
        }

        for (var m = 0; m < 2; m++)
        {
            var centre = means.Average(x => x[m]);
            var deviation = Math.Sqrt(means.Sum(x => Math.Pow(x[m] - centre, 2)) / (repeats - 1));
            (Math.Sqrt(errors.Average(e => e[m] * e[m])) / deviation).ShouldBeInRange(0.75, 1.35);
        }
    }

    [Fact]
    public void An_interval_of_a_mean_over_listeners_holds_the_truth_95_times_in_a_hundred()
    {
        var (covered, paired) = (0, 0);
        for (var trial = 0; trial < 2000; trial++)
        {
            var rng = new Rng((ulong)trial);
            double[] a = [.. Enumerable.Range(0, 150).Select(_ => rng.NextExponential(1))], b = [.. a.Select(v => v + rng.NextGaussian())];
            if (Estimate.Of(a) is var e && e.Low <= 1 && 1 <= e.High) covered++;
            if (Estimate.Paired(a, b) is var d && d.Low <= 0 && 0 <= d.High) paired++;
        }

        (covered / 2000.0).ShouldBeInRange(0.925, 0.965);
        (paired / 2000.0).ShouldBeInRange(0.935, 0.965);
    }

    [Fact]
    public void No_split_lets_a_held_pair_a_held_listener_or_the_future_through()
    {
        for (var seed = 0UL; seed < 20; seed++)
        {
            var rng = new Rng(seed);
            var (history, held) = Draw(rng, 40, 60);
            for (var u = 0; u < 40; u++)
            {
                history.ItemsOf(u).ToArray().Intersect(held.ItemsOf(u).ToArray()).ShouldBeEmpty();
                if (held.Length(u) > 0) history.Length(u).ShouldBeGreaterThan(0);
            }

            var folds = Splits.Folds(40, 4, rng);
            for (var fold = 0; fold < 4; fold++)
            {
                var train = history.OfUsers(u => folds[u] != fold);
                var test = history.OfUsers(u => folds[u] == fold);
                for (var u = 0; u < 40; u++) (train.Length(u) == 0 || test.Length(u) == 0).ShouldBeTrue();
                (train.Count + test.Count).ShouldBe(history.Count);
            }

            double[] days = [.. Enumerable.Range(0, 500).Select(_ => 100 * rng.NextDouble()).Order()];
            int[] users = [.. days.Select(_ => rng.NextInt(40))], items = [.. days.Select(_ => rng.NextInt(60))];
            var plays = new TimedPlays(users, items, days);
            var (before, after) = Splits.ByTime(plays, 40, 60, 60, 80);
            for (var u = 0; u < 40; u++)
            {
                int[] expected = [.. Enumerable.Range(0, 500).Where(r => users[r] == u && days[r] < 60).Select(r => items[r]).Distinct().Order()];
                before.ItemsOf(u).ToArray().ShouldBe(expected);
                int[] later = [.. Enumerable.Range(0, 500).Where(r => users[r] == u && days[r] >= 60 && days[r] < 80).Select(r => items[r]).Except(expected).Order()];
                after.ItemsOf(u).ToArray().ShouldBe(later);
            }
        }
    }
}
