using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>
/// Thompson sampling for clicks on feature vectors: Bayesian logistic regression with a diagonal Laplace posterior, learnt in
/// batches (Chapelle and Li 2011, algorithm 3). O(d) a score, O(batch·d·steps) an update.
/// </summary>
public sealed class LogisticThompson(int d, double precision = 1)
{
    private readonly double[] _mean = new double[d];
    private readonly double[] _precision = [.. Enumerable.Repeat(precision, d)];

    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>Draws one weight vector; score every candidate of a request with the same draw.</summary>
    public double[] Draw(Rng rng)
    {
        var weights = new double[d];
        for (var i = 0; i < d; i++) weights[i] = _mean[i] + rng.NextGaussian() / Math.Sqrt(_precision[i]);
        return weights;
    }

    public static double Probability(ReadOnlySpan<double> weights, ReadOnlySpan<double> x)
    {
        var z = 0.0;
        for (var i = 0; i < x.Length; i++) z += weights[i] * x[i];
        return 1 / (1 + Math.Exp(-z));
    }

    /// <summary>Moves the mean to the posterior mode of the batch (Newton on the diagonal, damped), then adds its curvature.</summary>
    public void Learn(IReadOnlyList<(double[] X, bool Success)> batch, int steps = 20)
    {
        var weights = _mean.ToArray();
        for (var step = 0; step < steps; step++)
        {
            var gradient = new double[d];
            var curvature = _precision.ToArray();
            for (var i = 0; i < d; i++) gradient[i] = _precision[i] * (weights[i] - _mean[i]);
            foreach (var (x, success) in batch)
            {
                var p = Probability(weights, x);
                for (var i = 0; i < d; i++)
                {
                    gradient[i] += (p - (success ? 1 : 0)) * x[i];
                    curvature[i] += p * (1 - p) * x[i] * x[i];
                }
            }

            for (var i = 0; i < d; i++) weights[i] -= 0.5 * gradient[i] / curvature[i];
        }

        weights.CopyTo(_mean, 0);
        foreach (var (x, _) in batch)
        {
            var p = Probability(weights, x);
            for (var i = 0; i < d; i++) _precision[i] += p * (1 - p) * x[i] * x[i];
        }
    }
}
