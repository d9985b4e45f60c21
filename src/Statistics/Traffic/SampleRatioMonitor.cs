using Busker.Kernel;
using MathNet.Numerics;

namespace Busker.Statistics.Traffic;

/// <summary>
/// A sample ratio check that may be read at every moment: the Dirichlet–multinomial e-process (Lindon and Malek, "Anytime-valid inference for multinomial
/// count data", NeurIPS 2022). E = Γ(k)/Γ(k+n) · Π Γ(kπᵢ+nᵢ)/Γ(kπᵢ) / Π πᵢ^{nᵢ}, averaged over concentrations k so that both large
/// early and small late mismatches show. Under the planned shares E is a non-negative martingale with mean 1: P(ever E ≥ 1/α) ≤ α (Ville).
/// </summary>
public sealed class SampleRatioMonitor
{
    private static readonly double[] Concentrations = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

    private readonly double[] _shares;

    private SampleRatioMonitor(double[] shares) => _shares = shares;

    /// <summary>The largest log evidence seen; the always-valid p-value is min(1, 1/max E).</summary>
    public double MaxLogEvidence { get; private set; } = double.NegativeInfinity;

    public double PValue => Math.Min(1, Math.Exp(-Math.Max(0, MaxLogEvidence)));

    public static Result<SampleRatioMonitor> Create(params double[] shares)
    {
        var normal = SampleRatio.Shares([.. shares.Select(s => s > 0 ? 1L : 0L)], shares);
        return normal.Fault is { } fault ? fault : new SampleRatioMonitor(normal.Value);
    }

    /// <summary>Takes the cumulative counts of a moment and returns log E there.</summary>
    public Result<double> Look(IReadOnlyList<long> counts)
    {
        if (SampleRatio.Shares(counts, _shares).Fault is { } fault) return fault;
        var log = LogEvidence(counts);
        MaxLogEvidence = Math.Max(MaxLogEvidence, log);
        return log;
    }

    /// <summary>Whether the planned shares have been refuted at level <paramref name="alpha"/>, at this or an earlier look.</summary>
    public bool Alarms(double alpha) => MaxLogEvidence >= -Math.Log(alpha);

    private double LogEvidence(IReadOnlyList<long> counts)
    {
        var baseline = 0.0;
        double n = counts.Sum();
        for (var i = 0; i < _shares.Length; i++)
        {
            if (_shares[i] > 0) baseline += counts[i] * Math.Log(_shares[i]);
        }

        Span<double> logs = stackalloc double[Concentrations.Length];
        for (var c = 0; c < logs.Length; c++)
        {
            var k = Concentrations[c];
            var log = SpecialFunctions.GammaLn(k) - SpecialFunctions.GammaLn(k + n) - baseline;
            for (var i = 0; i < _shares.Length; i++)
            {
                if (_shares[i] == 0) continue;
                log += SpecialFunctions.GammaLn((k * _shares[i]) + counts[i]) - SpecialFunctions.GammaLn(k * _shares[i]);
            }

            logs[c] = log;
        }

        var top = System.Numerics.Tensors.TensorPrimitives.Max<double>(logs);
        var sum = 0.0;
        foreach (var log in logs) sum += Math.Exp(log - top);
        return top + Math.Log(sum / logs.Length);
    }
}
