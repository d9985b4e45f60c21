using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Simulation;

/// <summary>Fixed-power designs with the pooled variance read after every ten units: the share that rejects and the mean size of an arm.</summary>
public sealed record FixedPowerTrials(double Rejected, double MeanUnitsPerArm)
{
    public static FixedPowerTrials Run(double effect, double deviation, int trials, ulong seed)
    {
        var design = new FixedPower(0.05, 0.8, 0.5 * deviation);
        var (seeded, rejected, size) = (new Seeded(seed), 0, 0.0);
        for (var i = 0; i < trials; i++)
        {
            var arms = new[] { new Tally(1), new Tally(1) };
            do
            {
                for (var u = 0; u < 10; u++)
                {
                    arms[0].Add(deviation * seeded.Normal());
                    arms[1].Add(deviation * (effect + seeded.Normal()));
                }
            }
            while (!Reached(design, arms));
            var test = Difference.Welch(ArmMean.Average(arms[0]).Value, ArmMean.Average(arms[1]).Value).Value;
            if (test.PValue() < 0.05) rejected++;
            size += arms[0].Count;
        }

        return new FixedPowerTrials((double)rejected / trials, size / trials);
    }

    private static bool Reached(FixedPower design, Tally[] arms)
    {
        var pooled = new Tally(1);
        foreach (var arm in arms) pooled.Merge(arm);
        return arms[0].Count >= 20 && design.IsReached(arms[0].Count, pooled.Covariance(0, 0)).Value;
    }
}
