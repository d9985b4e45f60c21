using Busker.Learning.Numbers;

namespace Busker.Learning.Decide;

/// <summary>A measured value with a percentile interval.</summary>
public readonly record struct Interval(double Value, double Low, double High);

/// <summary>
/// Resamples whole groups (cards, customers), because payments of one card are not independent, and reads percentiles.
/// Seeded: the same data give the same interval, whatever the number of threads.
/// </summary>
public sealed class Bootstrap(int rounds, ulong seed, Lanes lanes)
{
    /// <summary>Interval of a statistic of row numbers; <paramref name="groups"/> names the group of each row.</summary>
    public Interval Of(ulong[] groups, Func<int[], double> statistic, double level = 0.95)
    {
        var members = Enumerable.Range(0, groups.Length).GroupBy(r => groups[r]).Select(g => g.ToArray()).ToArray();
        var drawn = new double[rounds];
        lanes.For(rounds, round =>
        {
            var rng = new Rng(seed).Fork((ulong)round);
            var rows = new List<int>(groups.Length + 64);
            for (var g = 0; g < members.Length; g++) rows.AddRange(members[rng.NextInt(members.Length)]);
            drawn[round] = statistic([.. rows]);
        });
        Array.Sort(drawn);
        var tail = (1 - level) / 2;
        return new Interval(statistic([.. Enumerable.Range(0, groups.Length)]), At(drawn, tail), At(drawn, 1 - tail));
    }

    /// <summary>Interval of the difference first − second of a metric on the same resamples.</summary>
    public Interval Compare(ulong[] groups, double[] first, double[] second, double[] labels, Func<double[], double[], double> metric) =>
        Of(groups, rows =>
        {
            var y = Array.ConvertAll(rows, r => labels[r]);
            return metric(Array.ConvertAll(rows, r => first[r]), y) - metric(Array.ConvertAll(rows, r => second[r]), y);
        });

    private static double At(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var low = (int)place;
        return low + 1 < sorted.Length ? sorted[low] + (place - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }
}
