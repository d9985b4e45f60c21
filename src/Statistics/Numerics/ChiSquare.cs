using MathNet.Numerics;

namespace Busker.Statistics.Numerics;

/// <summary>The χ² distribution's upper tail: Q(ν/2, x/2), by continued fraction far out so that it does not round to zero.</summary>
public static class ChiSquare
{
    public static double Upper(double x, double degrees) =>
        x <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(0.5 * degrees, 0.5 * x);
}
