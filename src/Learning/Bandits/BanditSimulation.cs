using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>
/// Regret in a world whose truth is known: arms with success rates drawn from Beta(2, 38), Bernoulli rewards, feedback at once or in
/// batches. Regret is Σ (best rate − chosen rate).
/// </summary>
public static class BanditSimulation
{
    private static readonly BetaPrior World = new(2, 38);

    public static Estimate BetaThompsonRegret(int arms, int rounds, int runs, ulong seed, int batch, BetaPrior? prior = null) =>
        Run(arms, rounds, runs, seed, (rates, rng) =>
        {
            var bandit = new BetaThompson(arms, prior ?? World);
            var waiting = new List<(int Arm, bool Success)>();
            var slate = new int[1];
            return round =>
            {
                bandit.Choose(rng, slate);
                waiting.Add((slate[0], rng.NextBool(rates[slate[0]])));
                if ((round + 1) % batch == 0)
                {
                    foreach (var (arm, success) in waiting) bandit.Learn(arm, success);
                    waiting.Clear();
                }

                return slate[0];
            };
        });

    public static Estimate RandomRegret(int arms, int rounds, int runs, ulong seed) =>
        Run(arms, rounds, runs, seed, (_, rng) => _ => rng.NextInt(arms));

    public static Estimate EpsilonGreedyRegret(int arms, int rounds, int runs, ulong seed, double epsilon) =>
        Run(arms, rounds, runs, seed, (rates, rng) =>
        {
            var (successes, trials) = (new double[arms], new double[arms]);
            return _ =>
            {
                var arm = rng.NextInt(arms);
                if (!rng.NextBool(epsilon))
                    for (var a = 0; a < arms; a++)
                        if ((successes[a] + 1) / (trials[a] + 20) > (successes[arm] + 1) / (trials[arm] + 20)) arm = a;
                trials[arm]++;
                if (rng.NextBool(rates[arm])) successes[arm]++;
                return arm;
            };
        });

    private static Estimate Run(int arms, int rounds, int runs, ulong seed, Func<double[], Rng, Func<int, int>> policy)
    {
        var regrets = new double[runs];
        for (var run = 0; run < runs; run++)
        {
            var rng = new Rng(seed).Fork((ulong)run);
            double[] rates = [.. Enumerable.Range(0, arms).Select(_ => rng.NextBeta(World.Alpha, World.Beta))];
            var choose = policy(rates, rng.Fork(1));
            for (var round = 0; round < rounds; round++) regrets[run] += rates.Max() - rates[choose(round)];
        }

        return Estimate.Of(regrets);
    }
}
