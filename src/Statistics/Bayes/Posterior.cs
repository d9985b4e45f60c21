using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using MathNet.Numerics;

namespace Busker.Statistics.Bayes;

/// <summary>What is believed of one arm's mean after the data.</summary>
public interface IPosterior
{
    double Mean { get; }
    double Deviation { get; }
    double Cdf(double x);
    double Draw(Seeded seeded);
}

/// <summary>A proportion: Beta(a, b) prior plus successes and failures.</summary>
public sealed record BetaPosterior : IPosterior
{
    private BetaPosterior(double a, double b) => (A, B) = (a, b);

    public double A { get; }
    public double B { get; }
    public double Mean => A / (A + B);
    public double Deviation => Math.Sqrt(A * B / (A + B + 1)) / (A + B);

    public static Result<BetaPosterior> Of(double successes, double units, double priorA = 1, double priorB = 1)
    {
        if ((Refusals.Positive("prior a", priorA) ?? Refusals.Positive("prior b", priorB)) is { } fault) return fault;
        return successes >= 0 && successes <= units && double.IsFinite(units)
            ? new BetaPosterior(priorA + successes, priorB + units - successes)
            : Refusals.OutOfRange("The number of successes", successes, $"between 0 and {units:0.###}");
    }

    public double Cdf(double x) => x <= 0 ? 0 : x >= 1 ? 1 : SpecialFunctions.BetaRegularized(A, B, x);

    public double Draw(Seeded seeded) => seeded.Beta(A, B);
}

/// <summary>A mean: normal prior (flat when its deviation is infinite) times the normal likelihood of the arm's mean.</summary>
public sealed record NormalPosterior : IPosterior
{
    private NormalPosterior(double mean, double deviation) => (Mean, Deviation) = (mean, deviation);

    public double Mean { get; }
    public double Deviation { get; }

    public static Result<NormalPosterior> Of(ArmMean arm, double priorMean = 0, double priorDeviation = double.PositiveInfinity)
    {
        if (arm.Refused("the arm") is { } fault) return fault;
        if (!(priorDeviation > 0)) return Refusals.OutOfRange("The prior deviation", priorDeviation, "above 0");
        if (arm.Variance == 0) return Refusals.NoVariance("the arm");
        var (data, prior) = (1 / arm.Uncertainty, 1 / (priorDeviation * priorDeviation));
        return new NormalPosterior(((data * arm.Mean) + (prior * priorMean)) / (data + prior), 1 / Math.Sqrt(data + prior));
    }

    public double Cdf(double x) => Normal.Cdf((x - Mean) / Deviation);

    public double Draw(Seeded seeded) => Mean + (Deviation * seeded.Normal());
}
