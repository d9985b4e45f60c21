using Busker.Kernel;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Traffic;

/// <summary>Pearson's χ² goodness of fit of the arms' counts to their planned shares: one look only.</summary>
public sealed record SampleRatio(double ChiSquare, int DegreesOfFreedom, double PValue)
{
    /// <param name="counts">Units per arm.</param>
    /// <param name="shares">Planned shares, any scale; equal when absent. An arm with share 0 must be empty.</param>
    public static Result<SampleRatio> Of(IReadOnlyList<long> counts, IReadOnlyList<double>? shares = null)
    {
        var normal = Shares(counts, shares);
        if (normal.Fault is { } fault) return fault;
        var (total, chi, used) = (counts.Sum(), 0.0, 0);
        for (var i = 0; i < counts.Count; i++)
        {
            if (normal.Value[i] == 0) continue;
            var expected = total * normal.Value[i];
            chi += (counts[i] - expected) * (counts[i] - expected) / expected;
            used++;
        }

        return new SampleRatio(chi, used - 1, Numerics.ChiSquare.Upper(chi, used - 1));
    }

    internal static Result<double[]> Shares(IReadOnlyList<long> counts, IReadOnlyList<double>? shares)
    {
        if (counts.Count < 2) return Refusals.Wrong("counts", "A sample ratio check needs at least two arms.");
        shares ??= [.. counts.Select(_ => 1.0)];
        if (shares.Count != counts.Count)
        {
            return Refusals.Wrong("shares", $"There are {counts.Count} counts but {shares.Count} planned shares.");
        }

        for (var i = 0; i < counts.Count; i++)
        {
            if (counts[i] < 0) return Refusals.OutOfRange($"counts[{i}]", counts[i], "zero or more");
            if (!(shares[i] >= 0) || double.IsInfinity(shares[i])) return Refusals.OutOfRange($"shares[{i}]", shares[i], "zero or more");
            if (shares[i] == 0 && counts[i] > 0)
            {
                return Refusals.Wrong($"shares[{i}]", $"Arm {i + 1} was planned to be empty but has {counts[i]} units.");
            }
        }

        if (counts.Sum() == 0) return Refusals.TooFew("The experiment", 0, 1);
        var sum = shares.Sum();
        if (shares.Count(s => s > 0) < 2) return Refusals.Wrong("shares", "At least two arms need a planned share above zero.");
        return shares.Select(s => s / sum).ToArray();
    }
}
