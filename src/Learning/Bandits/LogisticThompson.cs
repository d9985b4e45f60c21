using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>
/// Thompson sampling for clicks on feature vectors: Bayesian logistic regression with a diagonal Laplace posterior, learnt in
/// batches (Chapelle and Li 2011, algorithm 3). O(d) a score.
/// </summary>
public sealed class LogisticThompson(int d, double precision = 1)
{
    private readonly double[] _mean = new double[d];
    private readonly double[] _precision = [.. Enumerable.Repeat(precision, d)];

    /// <summary>The posterior mode of each weight.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>Draws one weight vector; score every candidate of a request with the same draw.</summary>
    public double[] Draw(Rng rng)
    {
        var weights = new double[d];
        for (var i = 0; i < d; i++) weights[i] = _mean[i] + rng.NextGaussian() / Math.Sqrt(_precision[i]);
        return weights;
    }

    /// <summary>1 / (1 + e^−⟨w, x⟩).</summary>
    public static double Probability(ReadOnlySpan<double> weights, ReadOnlySpan<double> x)
    {
        var z = 0.0;
        for (var i = 0; i < x.Length; i++) z += weights[i] * x[i];
        return 1 / (1 + Math.Exp(-z));
    }

    /// <summary>
    /// Moves the mean to the posterior mode of the batch (Newton steps solved by conjugate gradients, halved until the loss falls), then adds the
    /// batch's curvature. O(batch · d) a product, a few dozen products.
    /// </summary>
    public void Learn(IReadOnlyList<(double[] X, bool Success)> batch, int steps = 20)
    {
        var weights = _mean.ToArray();
        var loss = Loss(batch, weights);
        for (var step = 0; step < steps; step++)
        {
            var (gradient, curvature) = (new double[d], new double[batch.Count]);
            for (var i = 0; i < d; i++) gradient[i] = _precision[i] * (weights[i] - _mean[i]);
            for (var n = 0; n < batch.Count; n++)
            {
                var p = Probability(weights, batch[n].X);
                curvature[n] = p * (1 - p);
                Add(gradient, batch[n].X, p - (batch[n].Success ? 1 : 0));
            }

            var move = Solve(batch, curvature, gradient);
            var (length, slope, tried, next) = (1.0, Product(move, gradient), weights, loss);
            for (; length > 1e-8; length /= 2)
            {
                tried = [.. weights.Zip(move, (w, m) => w - length * m)];
                next = Loss(batch, tried);
                if (next <= loss - 1e-4 * length * slope) break;
            }

            if (!(next < loss)) break;
            (weights, loss) = (tried, next);
            if (length * slope < 1e-12 * (1 + loss)) break;
        }

        weights.CopyTo(_mean, 0);
        foreach (var (x, _) in batch)
        {
            var p = Probability(weights, x);
            for (var i = 0; i < d; i++) _precision[i] += p * (1 - p) * x[i] * x[i];
        }
    }

    /// <summary>½Σ precision·(w − mean)² − Σ ln likelihood, with ln(1 + e^z) taken where it cannot overflow.</summary>
    private double Loss(IReadOnlyList<(double[] X, bool Success)> batch, double[] weights)
    {
        var loss = 0.0;
        for (var i = 0; i < d; i++) loss += _precision[i] * (weights[i] - _mean[i]) * (weights[i] - _mean[i]) / 2;
        foreach (var (x, success) in batch)
        {
            var z = success ? Product(weights, x) : -Product(weights, x);
            loss += z >= 0 ? Math.Log(1 + Math.Exp(-z)) : Math.Log(1 + Math.Exp(z)) - z;
        }

        return loss;
    }

    /// <summary>(Λ + Σ c xxᵀ)⁻¹ g by conjugate gradients.</summary>
    private double[] Solve(IReadOnlyList<(double[] X, bool Success)> batch, double[] curvature, double[] gradient)
    {
        var (solution, rest, along) = (new double[d], gradient.ToArray(), gradient.ToArray());
        var size = Product(rest, rest);
        var enough = 1e-20 * size;
        for (var k = 0; k < 2 * d + 20 && size > enough; k++)
        {
            var image = new double[d];
            for (var i = 0; i < d; i++) image[i] = _precision[i] * along[i];
            for (var n = 0; n < batch.Count; n++) Add(image, batch[n].X, curvature[n] * Product(along, batch[n].X));
            var length = size / Product(along, image);
            Add(solution, along, length);
            Add(rest, image, -length);
            var next = Product(rest, rest);
            for (var i = 0; i < d; i++) along[i] = rest[i] + next / size * along[i];
            size = next;
        }

        return solution;
    }

    private static double Product(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void Add(double[] target, double[] x, double scale)
    {
        for (var i = 0; i < target.Length; i++) target[i] += scale * x[i];
    }
}
