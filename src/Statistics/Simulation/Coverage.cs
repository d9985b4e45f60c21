using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Simulation;

/// <summary>How often 95 % intervals hold the truth, by kind of metric, and what full adjustment does to the standard error.</summary>
public sealed record Coverage(double FullAdjustment, double Ratio, double Relative, double Median, double AdjustedErrorOverPlain)
{
    private sealed class Arm
    {
        public Tally Adjusted { get; } = new(2);
        public Tally Ratio { get; } = new(2);
        public QuantileSketch Sketch { get; } = new();
    }

    public static Coverage Run(int units, int trials, ulong seed)
    {
        var seeded = new Seeded(seed);
        var (full, ratio, relative, median, shrink) = (0, 0, 0, 0, 0.0);
        for (var i = 0; i < trials; i++)
        {
            var arms = new[] { new Arm(), new Arm() };
            for (var u = 0; u < 2 * units; u++) Add(arms[u % 2], u % 2, seeded);
            var adjusted = Adjustment.Full([arms[0].Adjusted, arms[1].Adjusted], 0, 1).Value;
            var plain = arms.Select(a => ArmMean.Average(a.Adjusted).Value).ToArray();
            var ratios = arms.Select(a => ArmMean.Ratio(a.Ratio).Value).ToArray();
            var medians = arms.Select(a => ArmMean.Quantile(a.Sketch, 0.5).Value).ToArray();
            if (adjusted.Interval(0.05).Contains(1)) full++;
            if (Difference.Z(ratios[0], ratios[1]).Value.Interval(0.05).Contains(0)) ratio++;
            if (Difference.Relative(plain[0], plain[1]).Value.Interval(0.05).Contains(0.1)) relative++;
            if (Difference.Z(medians[0], medians[1]).Value.Interval(0.05).Contains(1)) median++;
            shrink += adjusted.StandardError / Difference.Z(plain[0], plain[1]).Value.StandardError / trials;
        }

        return new Coverage((double)full / trials, (double)ratio / trials, (double)relative / trials, (double)median / trials, shrink);
    }

    // y = 10 + treatment + .8x + .6e, so that the covariate explains 64 %; sessions 1 to 5 with correlated clicks; the median is of y.
    private static void Add(Arm arm, int treatment, Seeded seeded)
    {
        var x = seeded.Normal();
        var y = 10 + treatment + (0.8 * x) + (0.6 * seeded.Normal());
        arm.Adjusted.Add(y, x);
        arm.Sketch.Add(y);
        var (sessions, rate, clicks) = (1 + seeded.Below(5), seeded.Uniform(), 0);
        for (var s = 0; s < sessions; s++) clicks += seeded.Uniform() < rate ? 1 : 0;
        arm.Ratio.Add(clicks, sessions);
    }
}
