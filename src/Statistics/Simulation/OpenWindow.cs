using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Simulation;

/// <summary>
/// Trials of an open-window metric without effect: units arrive at every look and keep producing, each with its own rate. The joint bounds against group-sequential bounds on the number of units.
/// </summary>
public sealed record OpenWindow(double Joint, double Naive)
{
    public static OpenWindow Run(int looks, int unitsPerLook, int trials, ulong seed)
    {
        var (seeded, joint, naive) = (new Seeded(seed), 0, 0);

        // Three quarters of the units come at the first look, as in an experiment on everyday listeners.
        int[] arrivals = [.. Enumerable.Range(0, looks).Select(k => k == 0 ? 3 * unitsPerLook * looks / 4 : unitsPerLook / 4)];
        double[] share = [.. Enumerable.Range(0, looks).Select(k => (double)arrivals.Take(k + 1).Sum() / arrivals.Sum())];
        var ordinary = Boundary.Solve(share, 0.05, 2).Value;
        for (var i = 0; i < trials; i++)
        {
            var metric = Trial(looks, arrivals, seeded);
            var effects = metric.Effects().Value.Effects;
            var bounds = metric.Bounds(0.05, 2, looks, paths: 1 << 13).Value;
            var z = effects.Select(e => Math.Abs(e.Statistic())).ToArray();
            if (z.Where((x, k) => x >= bounds[k]).Any()) joint++;
            if (z.Where((x, k) => x >= ordinary.Bounds[k]).Any()) naive++;
        }

        return new OpenWindow((double)joint / trials, (double)naive / trials);
    }

    private static Longitudinal Trial(int looks, int[] arrivals, Seeded seeded)
    {
        var metric = new Longitudinal(looks);
        var values = new double[looks];
        for (var k = 0; k < looks; k++)
        {
            for (var u = 0; u < 2 * arrivals[k]; u++)
            {
                var (rate, total) = (0.3 * seeded.Normal(), 0.0);
                Array.Fill(values, double.NaN);
                for (var j = k; j < looks; j++) values[j] = total += rate + seeded.Normal();
                metric.Add(u % 2, values);
            }
        }

        return metric;
    }
}
