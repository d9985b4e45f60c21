using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>A Beta prior of success rates, in pseudo-successes and pseudo-failures.</summary>
public readonly record struct BetaPrior(double Alpha, double Beta)
{
    /// <summary>
    /// Empirical Bayes by moments: with mean m and between-arm variance v of the true rates, α + β = m(1 − m)/v − 1. The binomial
    /// noise of each arm's rate is subtracted from the observed variance first.
    /// </summary>
    /// <exception cref="ArgumentException">Fewer than two arms with trials.</exception>
    public static BetaPrior Fit(ReadOnlySpan<long> successes, ReadOnlySpan<long> trials)
    {
        double sum = 0, arms = 0, total = 0;
        for (var a = 0; a < trials.Length; a++)
        {
            if (trials[a] == 0) continue;
            arms++;
            sum += successes[a];
            total += trials[a];
        }

        if (arms < 2) throw new ArgumentException("an empirical prior needs at least two arms with trials", nameof(trials));
        var m = Math.Clamp(sum / total, 1e-6, 1 - 1e-6);
        double spread = 0, noise = 0;
        for (var a = 0; a < trials.Length; a++)
        {
            if (trials[a] == 0) continue;
            var rate = (double)successes[a] / trials[a];
            spread += (rate - m) * (rate - m);
            noise += m * (1 - m) / trials[a];
        }

        var v = Math.Max((spread - noise) / arms, m * (1 - m) * 1e-4);
        var strength = Math.Max(m * (1 - m) / v - 1, 0.1);
        return new BetaPrior(m * strength, (1 - m) * strength);
    }
}

/// <summary>
/// Thompson sampling over success rates. An impression is pending, neither success nor failure, until its feedback comes or its
/// window closes; feedback may come in batches. Propensities are to be logged with each choice.
/// </summary>
public sealed class BetaThompson(int arms, BetaPrior prior)
{
    private readonly double[] _alpha = Filled(arms, prior.Alpha), _beta = Filled(arms, prior.Beta);
    private readonly long[] _pending = new long[arms];

    /// <summary>Number of arms.</summary>
    public int Arms => arms;

    /// <summary>Impressions without feedback so far, per arm.</summary>
    public ReadOnlySpan<long> Pending => _pending;

    /// <summary>The expected rate of an arm, α/(α + β).</summary>
    public double Mean(int arm) => _alpha[arm] / (_alpha[arm] + _beta[arm]);

    /// <summary>Draws one rate per arm and writes the best arms, best first: a slate is one draw, so no arm comes twice.</summary>
    /// <exception cref="ArgumentException">A slate longer than the arms.</exception>
    public void Choose(Rng rng, Span<int> slate)
    {
        if (slate.Length > arms) throw new ArgumentException($"{arms} arms cannot fill a slate of {slate.Length}", nameof(slate));
        Span<float> draws = arms <= 1024 ? stackalloc float[arms] : new float[arms];
        for (var a = 0; a < arms; a++) draws[a] = (float)rng.NextBeta(_alpha[a], _beta[a]);
        Evaluate.TopK.Select(draws, slate);
        foreach (var a in slate) _pending[a]++;
    }

    /// <summary>
    /// The chance of each arm to be chosen first now: P(a) = ∫ f_a ∏_{b≠a} F_b, by quadrature (see <see cref="BestArm"/>). To be logged with
    /// the choice; above 0 for every arm that can be chosen.
    /// </summary>
    public double[] Propensities() => BestArm.Chances(_alpha, _beta);

    /// <summary>Feedback of one impression: delayed or batched, in any order.</summary>
    public void Learn(int arm, bool success)
    {
        _pending[arm] = Math.Max(0, _pending[arm] - 1);
        if (success) _alpha[arm]++;
        else _beta[arm]++;
    }

    /// <summary>Takes over what another instance or a log has counted.</summary>
    public void Count(int arm, long successes, long trials)
    {
        if (successes < 0 || trials < successes) throw new ArgumentException($"arm {arm}: {successes} successes of {trials} trials", nameof(successes));
        _alpha[arm] += successes;
        _beta[arm] += trials - successes;
    }

    private static double[] Filled(int count, double value)
    {
        var filled = new double[count];
        Array.Fill(filled, value);
        return filled;
    }
}
