using Busker.Kernel;
using Busker.Statistics.Effects;

namespace Busker.Statistics.Bandits;

/// <summary>
/// Valid inference after adaptive allocation: the batched estimator (Zhang, Janson and Murphy, NeurIPS 2020). Within a batch the shares are fixed, so its
/// standardised difference is normal; the sum of T of them over √T is normal too, whatever the bandit did. Pooling all batches
/// as if shares had been fixed is not: arms that start unlucky are starved and stay underestimated.
/// </summary>
public static class BatchedInference
{
    /// <param name="batches">For each batch the control's and the treatment's mean within it.</param>
    /// <param name="what">The metric's name for messages.</param>
    /// <returns>The effect weighted by each batch's precision scale, and its standard error.</returns>
    public static Result<Estimate> Of(IReadOnlyList<(ArmMean Control, ArmMean Treatment)> batches, string what = "metric")
    {
        if (batches.Count == 0) return Refusals.TooFew($"The batches of {what}", 0, 1);
        var (weighted, scale) = (0.0, 0.0);
        foreach (var (control, treatment) in batches)
        {
            var effect = Difference.Welch(control, treatment, what);
            if (effect.Fault is not null) return effect;

            // Small batches are t, not normal: the scale that gives the batch's statistic variance one.
            var degrees = effect.Value.DegreesOfFreedom;
            if (degrees <= 4) return Refusals.TooFew($"A batch of {what}", control.Units + treatment.Units, 8);
            var error = effect.Value.StandardError * Math.Sqrt(degrees / (degrees - 2));
            weighted += effect.Value.Value / error;
            scale += 1 / error;
        }

        return new Estimate(weighted / scale, Math.Sqrt(batches.Count) / scale, double.PositiveInfinity);
    }
}
