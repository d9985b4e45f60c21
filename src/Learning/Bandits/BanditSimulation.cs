using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>Regret of a policy as rounds pass, over repeated worlds.</summary>
public sealed record RegretCurve(string Policy, int[] Rounds, Estimate[] Regret)
{
    /// <summary>Regret after the last round.</summary>
    public Estimate Last => Regret[^1];
}

/// <summary>Chooses an arm and is told, at once or later, what came of it.</summary>
/// <param name="Choose">The arm of a round.</param>
/// <param name="Learn">Arm and success, in the order they become known.</param>
public sealed record BanditPolicy(Func<Rng, int> Choose, Action<int, bool> Learn);

/// <summary>
/// Regret in a world whose truth is known: arms with success rates drawn from Beta(2, 38), Bernoulli rewards, feedback at once, in
/// batches or delayed. Regret is Σ (best rate − chosen rate). Every policy meets the same arms in the same run.
/// </summary>
public sealed class BanditSimulation(int arms = 50, int rounds = 20_000, int runs = 100, ulong seed = 42, Lanes? lanes = null)
{
    private const int Points = 40;

    /// <summary>Where the true rates come from.</summary>
    public static readonly BetaPrior World = new(2, 38);

    /// <summary>What moments make of 500 older arms of the same world after 400 trials each.</summary>
    public static BetaPrior FittedPrior(ulong seed)
    {
        var rng = new Rng(seed).Fork(0xE8);
        var (successes, trials) = (new long[500], new long[500]);
        for (var a = 0; a < trials.Length; a++)
        {
            trials[a] = 400;
            var rate = rng.NextBeta(World.Alpha, World.Beta);
            for (var n = 0; n < trials[a]; n++) if (rng.NextBool(rate)) successes[a]++;
        }

        return BetaPrior.Fit(successes, trials);
    }

    /// <summary>Thompson sampling from a prior; feedback every <paramref name="batch"/> rounds, or <paramref name="delay"/> rounds late.</summary>
    public RegretCurve Thompson(string name, BetaPrior prior, int batch = 1, int delay = 0) => Run(name, () =>
    {
        var bandit = new BetaThompson(arms, prior);
        var slate = new int[1];
        return new BanditPolicy(rng =>
        {
            bandit.Choose(rng, slate);
            return slate[0];
        }, bandit.Learn);
    }, batch, delay);

    /// <summary>Every arm alike.</summary>
    public RegretCurve Chance() => Run("random", () => new BanditPolicy(rng => rng.NextInt(arms), (_, _) => { }));

    /// <summary>The best so far, but a random arm with chance <paramref name="epsilon"/>.</summary>
    public RegretCurve EpsilonGreedy(double epsilon) => Run(FormattableString.Invariant($"ε-greedy {epsilon}"), () =>
    {
        var (successes, trials) = (new double[arms], new double[arms]);
        return new BanditPolicy(rng =>
        {
            var arm = rng.NextInt(arms);
            if (rng.NextBool(epsilon)) return arm;
            for (var a = 0; a < arms; a++) if ((successes[a] + 1) / (trials[a] + 20) > (successes[arm] + 1) / (trials[arm] + 20)) arm = a;
            return arm;
        }, (arm, success) =>
        {
            trials[arm]++;
            if (success) successes[arm]++;
        });
    });

    /// <summary>UCB1 (Auer et al. 2002).</summary>
    public RegretCurve UpperConfidence() => Run("UCB1", () =>
    {
        var (successes, trials, round) = (new double[arms], new double[arms], 0);
        return new BanditPolicy(_ =>
        {
            round++;
            var (best, top) = (0, double.NegativeInfinity);
            for (var a = 0; a < arms; a++)
            {
                var bound = trials[a] == 0 ? double.MaxValue : successes[a] / trials[a] + Math.Sqrt(2 * Math.Log(round) / trials[a]);
                if (bound > top) (best, top) = (a, bound);
            }

            return best;
        }, (arm, success) =>
        {
            trials[arm]++;
            if (success) successes[arm]++;
        });
    });

    /// <summary>Any policy; <paramref name="batch"/> rounds' feedback comes together, each <paramref name="delay"/> rounds late.</summary>
    public RegretCurve Run(string name, Func<BanditPolicy> make, int batch = 1, int delay = 0)
    {
        int[] points = [.. Enumerable.Range(1, Points).Select(p => Math.Max(1, (int)((long)rounds * p / Points)))];
        var regret = new double[Points][];
        for (var p = 0; p < Points; p++) regret[p] = new double[runs];
        (lanes ?? Lanes.One).For(runs, run => One(run, make(), points, regret, batch, delay));
        return new RegretCurve(name, points, [.. regret.Select(r => Estimate.Of(r))]);
    }

    private void One(int run, BanditPolicy policy, int[] points, double[][] regret, int batch, int delay)
    {
        var rng = new Rng(seed).Fork((ulong)run);
        double[] rates = [.. Enumerable.Range(0, arms).Select(_ => rng.NextBeta(World.Alpha, World.Beta))];
        var (choices, outcomes, best) = (rng.Fork(1), rng.Fork(2), rates.Max());
        var waiting = new Queue<(int Arm, bool Success)>();
        var (sum, point) = (0.0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var arm = policy.Choose(choices);
            sum += best - rates[arm];
            waiting.Enqueue((arm, outcomes.NextBool(rates[arm])));
            if ((round + 1) % batch == 0)
                while (waiting.Count > delay && waiting.TryDequeue(out var known)) policy.Learn(known.Arm, known.Success);
            if (round + 1 == points[point]) regret[point++][run] = sum;
        }
    }
}
