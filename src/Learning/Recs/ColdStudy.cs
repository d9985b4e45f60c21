using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>What was chosen for items without listeners: the factorisation under them, the ridge of the content prior, its strength.</summary>
public sealed record ColdChoice(IalsPlan Plan, float Ridge, float Strength);

/// <summary>
/// Items that nobody has heard, ranked among each other for every listener of one. All rows of the cold items are taken out of
/// training; their vectors come from their contents (<see cref="ContentPrior"/>) and then from the first listeners
/// (<see cref="ColdItem"/>). What to use is chosen on other items made cold in the same way.
/// </summary>
public sealed class ColdStudy(RecsSet set, Lanes lanes)
{
    private readonly Interactions _all = set.All.Binary();
    private readonly Interactions _contents = set.Contents ?? throw new ArgumentException($"{set.Name} has no contents", nameof(set));

    /// <summary>Items with contents whose source id ends in a digit (id modulo 10).</summary>
    public int[] Ending(int digit) => [.. Enumerable.Range(0, set.Items).Where(i => set.ItemIds[i] % 10 == digit && _contents.Length(i) > 0)];

    /// <summary>Chooses on the items ending in <paramref name="digit"/>, the test's items being out of the training as well.</summary>
    public ColdChoice Choose(int digit, int[] test, IEnumerable<IalsPlan> plans)
    {
        var cold = Ending(digit);
        var (best, top) = (default(ColdChoice), double.NegativeInfinity);
        foreach (var plan in plans)
        {
            var model = Fit(plan, [.. cold, .. test]);
            foreach (var ridge in new[] { 1f, 3f, 10f, 30f })
            {
                var score = Rank(model, plan, cold, ridge, 5, revealed: 0).Mean;
                if (score > top) (best, top) = (new ColdChoice(plan, ridge, 5), score);
            }
        }

        var chosen = Fit(best!.Plan, [.. cold, .. test]);
        var strengths = new[] { 1f, 2f, 5f, 10f };
        return best with { Strength = strengths.MaxBy(s => Rank(chosen, best.Plan, cold, best.Ridge, s, revealed: 10).Mean) };
    }

    /// <summary>nDCG@20 after each number of revealed listeners, on the listeners that were not revealed.</summary>
    public (int Listeners, Estimate Ndcg20)[] Measure(ColdChoice choice, int[] cold, params int[] revealed)
    {
        var model = Fit(choice.Plan, cold);
        return [.. revealed.Select(n => (n, Rank(model, choice.Plan, cold, choice.Ridge, choice.Strength, n)))];
    }

    private Ials Fit(IalsPlan plan, int[] without)
    {
        var gone = without.ToHashSet();
        return Ials.Train(_all.Where((_, i) => !gone.Contains(i)), plan.Settings, 1, lanes);
    }

    private Estimate Rank(Ials model, IalsPlan plan, int[] cold, float ridge, float strength, int revealed)
    {
        var d = plan.Dimensions;
        var gone = cold.ToHashSet();
        var listeners = _all.Popularity();
        for (var i = 0; i < listeners.Length; i++) if (gone.Contains(i) || IsEmpty(model, i)) listeners[i] = 0;
        var prior = ContentPrior.Train(_contents, model.ItemFactors, d, listeners, ridge);
        var (vectors, shown) = (new float[cold.Length * d], new HashSet<int>[cold.Length]);
        var byItem = _all.Transpose();
        var floor = model.ItemBase();
        lanes.For(cold.Length, k =>
        {
            var vector = vectors.AsSpan(k * d, d);
            prior.Expect(_contents.ItemsOf(cold[k]), _contents.WeightsOf(cold[k]), vector);
            var heard = byItem.ItemsOf(cold[k]).ToArray();
            new Rng(7).Fork((ulong)cold[k]).Shuffle<int>(heard);
            shown[k] = [.. heard.Take(Math.Min(revealed, Math.Max(0, heard.Length - 1)))];
            if (shown[k].Count == 0) return;
            var item = new ColdItem(floor, vector, strength);
            foreach (var u in shown[k]) item.Add(model.UserFactors.AsSpan(u * d, d));
            item.Mean(vector);
        });
        var scores = new double?[_all.Users];
        lanes.For(_all.Users, u =>
        {
            int[] truth = [.. Enumerable.Range(0, cold.Length).Where(k => !shown[k].Contains(u) && _all.ItemsOf(u).BinarySearch(cold[k]) >= 0)];
            if (truth.Length == 0) return;
            var row = new float[cold.Length];
            for (var k = 0; k < row.Length; k++)
                row[k] = shown[k].Contains(u) ? float.NegativeInfinity : Vectors.Dot(model.UserFactors.AsSpan(u * d, d), vectors.AsSpan(k * d, d));
            var list = new int[20];
            scores[u] = RankingMetrics.Ndcg(list.AsSpan(0, TopK.Select(row, list)), truth, 20);
        });
        return Estimate.Of([.. scores.Where(s => s is not null).Select(s => s!.Value)]);
    }

    private static bool IsEmpty(Ials model, int item) => model.ItemFactors.AsSpan(item * model.Dimensions, model.Dimensions).IndexOfAnyExcept(0f) < 0;
}
