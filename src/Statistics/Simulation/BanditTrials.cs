using Busker.Statistics.Bandits;
using Busker.Statistics.Bayes;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Simulation;

/// <summary>Two-arm Thompson bandits on normal outcomes: how often the batched and the pooled test reject no effect, and how often the batched interval holds the truth.</summary>
public sealed record BanditTrials(double Batched, double Pooled, double Covered)
{
    public static BanditTrials Run(double effect, int batches, int unitsPerBatch, int trials, ulong seed)
    {
        var (seeded, batched, pooled, covered) = (new Seeded(seed), 0, 0, 0);
        for (var i = 0; i < trials; i++)
        {
            var (history, all) = Bandit(effect, batches, unitsPerBatch, seeded);
            var valid = BatchedInference.Of(history).Value;
            var plain = Difference.Welch(ArmMean.Average(all[0]).Value, ArmMean.Average(all[1]).Value).Value;
            if (valid.PValue(effect) < 0.05 && effect == 0) batched++;
            if (plain.PValue(effect) < 0.05) pooled++;
            if (valid.Interval(0.05).Contains(effect)) covered++;
        }

        return new BanditTrials((double)batched / trials, (double)pooled / trials, (double)covered / trials);
    }

    private static (List<(ArmMean, ArmMean)> History, Tally[] All) Bandit(double effect, int batches, int unitsPerBatch, Seeded seeded)
    {
        var all = new[] { new Tally(1), new Tally(1) };
        var history = new List<(ArmMean, ArmMean)>();
        var share = 0.5;
        for (var b = 0; b < batches; b++)
        {
            var batch = new[] { new Tally(1), new Tally(1) };
            for (var u = 0; u < unitsPerBatch; u++)
            {
                // The first sixteen units go round robin, so that each batch can be standardised.
                var arm = u < 16 ? u % 2 : seeded.Uniform() < share ? 1 : 0;
                batch[arm].Add((arm * effect) + seeded.Normal());
            }

            for (var a = 0; a < 2; a++) all[a].Merge(batch[a]);
            history.Add((ArmMean.Average(batch[0]).Value, ArmMean.Average(batch[1]).Value));
            IPosterior[] posteriors = [.. all.Select(t => NormalPosterior.Of(ArmMean.Average(t).Value).Value)];
            share = Normal.Cdf((posteriors[1].Mean - posteriors[0].Mean)
                / Math.Sqrt((posteriors[0].Deviation * posteriors[0].Deviation) + (posteriors[1].Deviation * posteriors[1].Deviation)));
            share = Math.Clamp(share, 0.05, 0.95);
        }

        return (history, all);
    }
}
