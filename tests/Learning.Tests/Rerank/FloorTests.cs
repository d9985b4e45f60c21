using Busker.Learning.Numbers;
using Busker.Learning.Rerank;

namespace Busker.Learning.Tests.Rerank;

/// <summary>Floors against every way there is to fill the lists (the linear programme's optimum is one of them).</summary>
public sealed class FloorTests
{
    private const int Listeners = 4, Items = 5, K = 2;

    [Fact]
    public void What_can_be_met_is_met_at_nearly_the_least_loss_and_what_cannot_is_told()
    {
        var (feasible, impossible, loss) = (0, 0, 0.0);
        for (var seed = 0UL; seed < 400; seed++)
        {
            var rng = new Rng(seed);
            var scores = Enumerable.Range(0, Listeners).Select(_ => Enumerable.Range(0, Items).Select(i => rng.NextBool(0.2) && i > 1 ? float.NegativeInfinity : (float)rng.NextGaussian()).ToArray()).ToArray();
            int[] floors = [.. Enumerable.Range(0, Items).Select(_ => rng.NextBool(0.5) ? 0 : rng.NextInt(4))];
            var result = new ExposureFloors((u, s) => scores[u].CopyTo(s, 0), Listeners, floors, K).Solve();
            for (var i = 0; i < Items; i++) result.Exposure[i].ShouldBe(result.Lists.Sum(l => l.Count(x => x == i)));
            for (var u = 0; u < Listeners; u++)
            {
                result.Lists[u].Length.ShouldBe(Math.Min(K, scores[u].Count(float.IsFinite)));
                result.Lists[u].Distinct().Count().ShouldBe(result.Lists[u].Length);
                result.Lists[u].ShouldAllBe(i => float.IsFinite(scores[u][i]));
            }

            var best = Best(scores, floors);
            if (best is null)
            {
                impossible++;
                result.Unmet.ShouldNotBeEmpty($"seed {seed}");
                continue;
            }

            feasible++;
            result.Unmet.ShouldBeEmpty($"seed {seed}: floors {string.Join(' ', floors)}");
            var got = result.Lists.Select((l, u) => l.Sum(i => scores[u][i])).Sum();
            got.ShouldBeLessThanOrEqualTo(best.Value + 1e-4f);
            loss += best.Value - got;
        }

        feasible.ShouldBeGreaterThan(100);
        impossible.ShouldBeGreaterThan(20);
        (loss / feasible).ShouldBeLessThan(0.05); // of sums of eight scores of deviation 1
    }

    /// <summary>The largest sum of scores of full lists that meet every floor; null when no lists do.</summary>
    private static float? Best(float[][] scores, int[] floors)
    {
        var states = new Dictionary<string, (int[] Shown, float Sum)> { [""] = (new int[Items], 0) };
        foreach (var own in scores)
        {
            var next = new Dictionary<string, (int[], float)>();
            int[] can = [.. Enumerable.Range(0, Items).Where(i => float.IsFinite(own[i]))];
            foreach (var (shown, sum) in states.Values)
            {
                for (var a = 0; a < can.Length; a++)
                {
                    for (var b = a + 1; b < can.Length; b++)
                    {
                        int[] now = [.. shown];
                        now[can[a]]++;
                        now[can[b]]++;
                        var (key, value) = (string.Join(',', now), sum + own[can[a]] + own[can[b]]);
                        if (!next.TryGetValue(key, out var held) || held.Item2 < value) next[key] = (now, value);
                    }
                }
            }

            states = next;
        }

        var met = states.Values.Where(s => Enumerable.Range(0, Items).All(i => s.Shown[i] >= floors[i])).ToArray();
        return met.Length == 0 ? null : met.Max(s => s.Sum);
    }

    [Fact]
    public void Paced_online_every_floor_is_met_by_the_end_of_the_period_and_hardly_before_time()
    {
        const int items = 40, listeners = 6000, k = 5;
        int[] floors = [.. Enumerable.Range(0, items).Select(i => i >= 30 ? 300 : 0)];
        var (pacing, rng) = (new ExposurePacing(floors, 0.5f), new Rng(3));
        var halfway = new int[items];
        double lost = 0, most = 0;
        for (var n = 0; n < listeners; n++)
        {
            float[] scores = [.. Enumerable.Range(0, items).Select(i => (float)rng.NextGaussian() + (i < 30 ? 1.5f : 0))];
            if (n % 20 == 0) pacing.Adjust(n / (double)listeners);
            int[] list = [.. Enumerable.Range(0, items).OrderByDescending(i => scores[i] + pacing.Prices[i]).Take(k)];
            foreach (var i in list) pacing.Show(i);
            most += scores.OrderDescending().Take(k).Sum();
            lost += scores.OrderDescending().Take(k).Sum() - list.Sum(i => scores[i]);
            if (n == listeners / 2) halfway = pacing.Shown.ToArray();
        }

        pacing.Ledger().ShouldAllBe(p => p.Shown >= 0.97 * p.Floor && p.Shown < 1.3 * p.Floor);
        pacing.Ledger().Count().ShouldBe(10);
        for (var i = 30; i < items; i++) halfway[i].ShouldBeInRange(110, 200);
        (lost / most).ShouldBeLessThan(0.05);
    }
}
