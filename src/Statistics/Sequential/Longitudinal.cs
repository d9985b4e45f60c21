using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Samples;

namespace Busker.Statistics.Sequential;

/// <summary>
/// A metric whose units keep producing while the experiment runs (an open window): a unit's value at a later look contains the earlier one, so looks do not have independent
/// increments and ordinary group-sequential bounds on the number of units are wrong (Schultzberg and Ankargren, "the peeking problem 2.0", 2023). Here the looks' covariance is estimated
/// from the units themselves and <see cref="JointBoundary"/> spends the error on the joint distribution: valid for any growth, any within-unit dependence.
/// </summary>
public sealed class Longitudinal
{
    private readonly Tally[] _arms;

    public Longitudinal(int looks, int arms = 2)
    {
        if (looks is < 1 or > 64) throw new InvariantException($"a longitudinal metric has 1 to 64 looks, not {looks}");
        Looks = looks;
        _arms = [.. Enumerable.Range(0, arms).Select(_ => new Tally(2 * looks))];
    }

    public int Looks { get; }

    /// <summary>Adds a unit: its value at each look from its first one on; NaN before it was exposed.</summary>
    public Fault? Add(int arm, ReadOnlySpan<double> values)
    {
        if (values.Length != Looks) return Refusals.Wrong("unit", $"A unit needs {Looks} values, one per look; it has {values.Length}.");
        Span<double> row = stackalloc double[2 * Looks];
        var exposed = false;
        for (var k = 0; k < Looks; k++)
        {
            if (double.IsNaN(values[k]))
            {
                if (exposed) return Refusals.Wrong("unit", $"A unit's value is missing at look {k + 1}, after its exposure.");
                continue;
            }

            exposed = true;
            row[k] = values[k];
            row[Looks + k] = 1;
        }

        return _arms[arm].Add(row);
    }

    public void Merge(Longitudinal other)
    {
        for (var a = 0; a < _arms.Length; a++) _arms[a].Merge(other._arms[a]);
    }

    /// <summary>Effects of a treatment at every look with their full covariance.</summary>
    public Result<(Estimate[] Effects, double[,] Correlation)> Effects(int control = 0, int treatment = 1)
    {
        for (var k = 0; k < Looks; k++)
        {
            var least = Math.Min(_arms[control].Sum(Looks + k), _arms[treatment].Sum(Looks + k));
            if (least < 2) return Refusals.TooFew($"An arm at look {k + 1}", least, 2);
        }

        var (c, t) = (Covariance(_arms[control]), Covariance(_arms[treatment]));
        var (effects, correlation) = (new Estimate[Looks], new double[Looks, Looks]);
        for (var k = 0; k < Looks; k++)
        {
            var variance = c[k, k] + t[k, k];
            if (!(variance > 0)) return Refusals.NoVariance($"the metric at look {k + 1}");
            effects[k] = new Estimate(Mean(_arms[treatment], k) - Mean(_arms[control], k), Math.Sqrt(variance), double.PositiveInfinity);
        }

        for (var j = 0; j < Looks; j++)
        {
            for (var k = 0; k < Looks; k++)
            {
                correlation[j, k] = (c[j, k] + t[j, k]) / (effects[j].StandardError * effects[k].StandardError);
            }
        }

        return (effects, correlation);
    }

    /// <summary>Bounds on |z| (or z) for the looks so far, spending by the share of calendar looks done out of those planned.</summary>
    public Result<double[]> Bounds(double alpha, int sides, int plannedLooks, Spending? spending = null, double[]? used = null, int paths = 1 << 17)
    {
        if (Refusals.Open("alpha", alpha) is { } fault) return fault;
        var effects = Effects();
        if (effects.Fault is { } refused) return refused;
        spending ??= Spending.Default;
        double[] spent = [.. Enumerable.Range(1, Looks).Select(k => sides * spending.Spent((double)k / plannedLooks, alpha / sides))];
        return JointBoundary.Solve(effects.Value.Correlation, spent, sides, used, paths);
    }

    private double Mean(Tally arm, int k) => arm.Sum(k) / arm.Sum(Looks + k);

    // Units exposed by look j (≤ k) are exposed at k: Σ(y_j − μ_j)(y_k − μ_k) over them, over n_j·n_k.
    private double[,] Covariance(Tally arm)
    {
        var table = new double[Looks, Looks];
        for (var j = 0; j < Looks; j++)
        {
            for (var k = j; k < Looks; k++)
            {
                var (nj, nk) = (arm.Sum(Looks + j), arm.Sum(Looks + k));
                var (mj, mk) = (arm.Sum(j) / nj, arm.Sum(k) / nk);
                var cross = arm.Product(j, k) - (mk * arm.Sum(j)) - (mj * arm.Product(Looks + j, k)) + (nj * mj * mk);
                table[j, k] = table[k, j] = cross / ((nj - 1) * nk);
            }
        }

        return table;
    }
}
