using Busker.Learning.Data;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Evaluate;

/// <summary>
/// Ways to hold something back. Weak: pairs of listeners that are trained on. Strong: whole listeners, of whom a part is shown when
/// testing. By time: everything after a moment.
/// </summary>
public static class Splits
{
    /// <summary>Moves a random share of each listener's pairs to the second part; a listener keeps at least one.</summary>
    public static (Interactions Kept, Interactions Held) Random(Interactions all, double share, Rng rng)
    {
        var held = new bool[all.Columns.Length];
        for (var u = 0; u < all.Users; u++)
        {
            var own = rng.Fork((ulong)u);
            var count = Math.Min(all.Length(u) - 1, (int)Math.Floor(share * all.Length(u) + own.NextDouble()));
            if (count > 0) foreach (var k in own.Sample(all.Length(u), count)) held[all.Starts[u] + k] = true;
        }

        var (first, second) = (0, 0);
        return (all.Where((_, _) => !held[first++]), all.Where((_, _) => held[second++]));
    }

    /// <summary>Fold of each listener, 0 … <paramref name="folds"/> − 1, of nearly equal sizes.</summary>
    public static int[] Folds(int users, int folds, Rng rng)
    {
        int[] fold = [.. Enumerable.Range(0, users).Select(u => u % folds)];
        rng.Shuffle<int>(fold);
        return fold;
    }

    /// <summary>Pairs first heard before a day, and pairs first heard from it on (up to <paramref name="until"/>). Weights count plays.</summary>
    public static (Interactions Before, Interactions After) ByTime(TimedPlays plays, int users, int items, double day, double until = double.PositiveInfinity)
    {
        int[] Rows(Func<double, bool> when) => [.. Enumerable.Range(0, plays.Day.Length).Where(r => when(plays.Day[r]))];
        Interactions Of(int[] rows) => Interactions.From(users, items, Array.ConvertAll(rows, r => plays.User[r]), Array.ConvertAll(rows, r => plays.Item[r]));
        var before = Of(Rows(d => d < day));
        return (before, Of(Rows(d => d >= day && d < until)).Where((u, i) => before.ItemsOf(u).BinarySearch(i) < 0));
    }
}
