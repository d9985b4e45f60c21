using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>
/// Decides on a long-term reward before it is complete (impatient bandits, McDonald et al. 2023). The outcome of an item is a
/// vector z of T steps (active on day 1 … T); z = θ + noise, θ ~ N(μ, Σ), noise ~ N(0, V), both learnt from older items. A
/// listener's prefix z₁…z_t updates N(θ | data) by Gaussian conditioning, and the reward is Σθ. O(T³) an update.
/// </summary>
public sealed class ProgressiveOutcome
{
    private readonly double[] _mean;
    private readonly double[] _covariance; // T × T
    private readonly double[] _noise;      // T × T
    private readonly int _steps;

    private ProgressiveOutcome(double[] mean, double[] covariance, double[] noise) =>
        (_mean, _covariance, _noise, _steps) = (mean, covariance, noise, mean.Length);

    /// <summary>
    /// Learns μ, Σ and V from completed items: Σ is the covariance of item means less V/n, its negative directions set to zero, V the pooled
    /// covariance within items.
    /// </summary>
    /// <param name="items">Per item, one complete outcome vector per listener; at least two items of at least two listeners.</param>
    public static ProgressiveOutcome Fit(IReadOnlyList<double[][]> items)
    {
        if (items.Count < 2 || items.Any(i => i.Length < 2)) throw new ArgumentException("needs at least two items of at least two listeners each", nameof(items));
        var t = items[0][0].Length;
        var means = items.Select(i => Average(i, t)).ToArray();
        var mean = Average(means, t);
        var (within, between) = (new double[t * t], new double[t * t]);
        double freedom = 0, inverseCounts = 0;
        for (var k = 0; k < items.Count; k++)
        {
            foreach (var z in items[k]) AddOuter(within, z, means[k], 1);
            freedom += items[k].Length - 1;
            inverseCounts += 1.0 / items[k].Length / items.Count;
            AddOuter(between, means[k], mean, 1.0 / (items.Count - 1));
        }

        for (var i = 0; i < within.Length; i++)
        {
            within[i] /= freedom;
            between[i] -= within[i] * inverseCounts;
        }

        var floor = 1e-6 * Enumerable.Range(0, t).Max(i => within[i * t + i]) + 1e-9;
        SymmetricMatrix.RaiseTo(0, between, t); // a difference of covariances: few items leave directions below zero
        for (var i = 0; i < t; i++)
        {
            between[i * t + i] += floor;
            within[i * t + i] += floor;
        }

        return new ProgressiveOutcome(mean, between, within);
    }

    /// <summary>The item's belief before anything was seen.</summary>
    public Belief Start() => new(this, [.. _mean], [.. _covariance]);

    /// <summary>What is believed of one item's θ.</summary>
    public sealed class Belief
    {
        private readonly ProgressiveOutcome _model;
        private readonly double[] _mean, _covariance;

        internal Belief(ProgressiveOutcome model, double[] mean, double[] covariance) => (_model, _mean, _covariance) = (model, mean, covariance);

        /// <summary>Expected long-term reward Σθ.</summary>
        public double Reward => _mean.Sum();

        /// <summary>Variance of the reward.</summary>
        public double Variance => Math.Max(0, _covariance.Sum());

        /// <summary>A Thompson draw of the reward.</summary>
        public double Draw(Rng rng) => Reward + Math.Sqrt(Variance) * rng.NextGaussian();

        /// <summary>The belief after the first <c>prefix.Length</c> steps of one listener were seen.</summary>
        public Belief After(ReadOnlySpan<double> prefix)
        {
            var (t, n) = (_model._steps, prefix.Length);
            var gainSystem = new double[n * n];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) gainSystem[i * n + j] = _covariance[i * t + j] + _model._noise[i * t + j];
            var inverse = Invert(gainSystem, n);
            var gain = new double[t * n];
            for (var i = 0; i < t; i++)
                for (var j = 0; j < n; j++)
                    for (var k = 0; k < n; k++) gain[i * n + j] += _covariance[i * t + k] * inverse[k * n + j];
            var mean = _mean.ToArray();
            var covariance = _covariance.ToArray();
            for (var i = 0; i < t; i++)
            {
                for (var k = 0; k < n; k++)
                {
                    mean[i] += gain[i * n + k] * (prefix[k] - _mean[k]);
                    for (var j = 0; j < t; j++) covariance[i * t + j] -= gain[i * n + k] * _covariance[k * t + j];
                }
            }

            return new Belief(_model, mean, covariance);
        }
    }

    private static double[] Average(double[][] rows, int t)
    {
        var mean = new double[t];
        foreach (var row in rows)
            for (var i = 0; i < t; i++) mean[i] += row[i] / rows.Length;
        return mean;
    }

    private static void AddOuter(double[] matrix, double[] z, double[] centre, double scale)
    {
        var t = z.Length;
        for (var i = 0; i < t; i++)
            for (var j = 0; j < t; j++) matrix[i * t + j] += scale * (z[i] - centre[i]) * (z[j] - centre[j]);
    }

    private static double[] Invert(double[] a, int n)
    {
        var inverse = new double[n * n];
        for (var i = 0; i < n; i++) inverse[i * n + i] = 1;
        for (var c = 0; c < n; c++) // Gauss–Jordan on a positive definite matrix
        {
            var pivot = a[c * n + c];
            for (var j = 0; j < n; j++)
            {
                a[c * n + j] /= pivot;
                inverse[c * n + j] /= pivot;
            }

            for (var r = 0; r < n; r++)
            {
                var f = r == c ? 0 : a[r * n + c];
                if (f == 0) continue;
                for (var j = 0; j < n; j++)
                {
                    a[r * n + j] -= f * a[c * n + j];
                    inverse[r * n + j] -= f * inverse[c * n + j];
                }
            }
        }

        return inverse;
    }
}
