using Busker.Learning.Numbers;

namespace Busker.Learning.OffPolicy;

/// <summary>One served slate: per position the reward and the two policies' chances of what stood there, given what stood above.</summary>
public sealed record LoggedSlate(double[] Rewards, double[] Propensities, double[] Targets)
{
    internal double Ratio(int position) => Targets[position] / Propensities[position];
}

/// <summary>Slate estimators: independent (IIPS, Li et al. 2018), reward-interaction (RIPS, McInerney et al. 2020) and whole-slate IPS.</summary>
public static class SlateEvaluation
{
    /// <summary>Each position is weighted by its own ratio: right when a reward depends on its position alone.</summary>
    public static double Independent(IReadOnlyList<LoggedSlate> log) => log.Average(s => Own(s).Sum());

    /// <summary>Each position is weighted by the ratios down to it, self-normalised: right when a listener reads from the top.</summary>
    public static double RewardInteraction(IReadOnlyList<LoggedSlate> log) => Normalised([.. log.Select(Down)], Enumerable.Range(0, log.Count));

    /// <summary>The whole slate is weighted by the product of all ratios: always right, rarely useful.</summary>
    public static double Whole(IReadOnlyList<LoggedSlate> log) => log.Average(All);

    /// <summary>The three with 95 % bootstrap intervals over slates.</summary>
    public static OffPolicyEstimate[] Estimate(IReadOnlyList<LoggedSlate> log, Rng rng, int rounds = 500)
    {
        Check(log);
        double[] own = [.. log.Select(s => Own(s).Sum())], whole = [.. log.Select(All)];
        var down = log.Select(Down).ToArray();
        return
        [
            Bootstrap("IIPS", log.Count, rng.Fork(0), rounds, rows => rows.Average(r => own[r])),
            Bootstrap("RIPS", log.Count, rng.Fork(1), rounds, rows => Normalised(down, rows)),
            Bootstrap("slate IPS", log.Count, rng.Fork(2), rounds, rows => rows.Average(r => whole[r])),
        ];
    }

    /// <summary>
    /// Overlap of what each estimator rests on: <c>Positions</c> of the single ratios (IIPS), the worst position; <c>Slates</c> of their products
    /// (RIPS at the last position, whole slates).
    /// </summary>
    /// <exception cref="ArgumentException">An empty log, slates of different lengths, a propensity outside (0, 1]; slate and position are named.</exception>
    public static (Overlap Positions, Overlap Slates) Diagnose(IReadOnlyList<LoggedSlate> log)
    {
        Check(log);
        Overlap Of(Func<LoggedSlate, double> weight) => Overlap.Of([.. log.Select(weight)], log.Count(s => s.Targets.Where((t, k) => t > 1e4 * s.Propensities[k]).Any()));
        var positions = Enumerable.Range(0, log[0].Rewards.Length).Select(k => Of(s => s.Ratio(k)));
        return (positions.MinBy(p => p.EffectiveSampleSize)!, Of(s => Down(s)[^1].Weight));
    }

    private static void Check(IReadOnlyList<LoggedSlate> log)
    {
        if (log.Count == 0) throw new ArgumentException("the log is empty", nameof(log));
        var length = log[0].Rewards.Length;
        for (var t = 0; t < log.Count; t++)
        {
            var slate = log[t];
            if (length == 0 || slate.Rewards.Length != length || slate.Propensities.Length != length || slate.Targets.Length != length)
                throw new ArgumentException($"slate {t} has not the {length} positions of the first", nameof(log));
            var wrong = Array.FindIndex(slate.Propensities, p => !(p is > 0 and <= 1));
            if (wrong >= 0) throw new ArgumentException($"slate {t}, position {wrong}: propensity {slate.Propensities[wrong]} is not in (0, 1]", nameof(log));
        }
    }

    private static IEnumerable<double> Own(LoggedSlate slate) => slate.Rewards.Select((r, k) => r * slate.Ratio(k));

    private static double All(LoggedSlate slate) => slate.Rewards.Sum() * Down(slate)[^1].Weight;

    /// <summary>Per position the product of the ratios down to it, and the reward times that.</summary>
    private static (double Value, double Weight)[] Down(LoggedSlate slate)
    {
        var (down, product) = (new (double, double)[slate.Rewards.Length], 1.0);
        for (var k = 0; k < down.Length; k++)
        {
            product *= slate.Ratio(k);
            down[k] = (product * slate.Rewards[k], product);
        }

        return down;
    }

    private static double Normalised((double Value, double Weight)[][] slates, IEnumerable<int> rows)
    {
        var (value, weight) = (new double[slates[0].Length], new double[slates[0].Length]);
        foreach (var r in rows)
        {
            for (var k = 0; k < value.Length; k++) (value[k], weight[k]) = (value[k] + slates[r][k].Value, weight[k] + slates[r][k].Weight);
        }

        return value.Zip(weight, (v, w) => w > 0 ? v / w : 0).Sum();
    }

    private static OffPolicyEstimate Bootstrap(string name, int rows, Rng rng, int rounds, Func<IEnumerable<int>, double> statistic)
    {
        var (draws, drawn) = (new double[rounds], new int[rows]);
        for (var b = 0; b < rounds; b++)
        {
            for (var i = 0; i < rows; i++) drawn[i] = rng.NextInt(rows);
            draws[b] = statistic(drawn);
        }

        Array.Sort(draws);
        return new OffPolicyEstimate(name, statistic(Enumerable.Range(0, rows)), draws[(int)(0.025 * (rounds - 1))], draws[(int)(0.975 * (rounds - 1))]);
    }
}
