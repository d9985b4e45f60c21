using MathNet.Numerics;

namespace Busker.Statistics.Numerics;

/// <summary>Student's t. Infinite degrees of freedom mean the normal distribution.</summary>
public static class StudentT
{
    /// <summary>P(T &gt; t): half of the regularised incomplete beta I(ν/(ν+t²); ν/2, ½) (DLMF 8.17).</summary>
    public static double Upper(double t, double degrees)
    {
        if (double.IsPositiveInfinity(degrees)) return Normal.Upper(t);
        var half = 0.5 * SpecialFunctions.BetaRegularized(0.5 * degrees, 0.5, degrees / (degrees + (t * t)));
        return t >= 0 ? half : 1 - half;
    }

    public static double Cdf(double t, double degrees) => Upper(-t, degrees);

    /// <summary>The t with upper tail <paramref name="p"/>, by safeguarded bisection on the tail.</summary>
    public static double UpperQuantile(double p, double degrees)
    {
        if (double.IsPositiveInfinity(degrees)) return p <= 0.5 ? Normal.UpperQuantile(p) : -Normal.UpperQuantile(1 - p);
        if (p > 0.5) return -UpperQuantile(1 - p, degrees);
        var high = Math.Max(1, Normal.UpperQuantile(p));
        while (Upper(high, degrees) > p) high *= 2;
        return Roots.Decreasing(t => Upper(t, degrees) - p, 0, high);
    }
}
