namespace Busker.Statistics.Numerics;

/// <summary>Bracketed root finding that cannot diverge.</summary>
internal static class Roots
{
    /// <summary>The root of a decreasing function in [low, high], by Illinois false position with bisection as the safety.</summary>
    public static double Decreasing(Func<double, double> f, double low, double high, double tolerance = 1e-13)
    {
        var (fLow, fHigh) = (f(low), f(high));
        if (fLow <= 0) return low;
        if (fHigh >= 0) return high;
        var side = 0;
        for (var i = 0; i < 200 && high - low > tolerance * (1 + Math.Abs(low) + Math.Abs(high)); i++)
        {
            var mid = i % 3 == 2 ? 0.5 * (low + high) : ((low * fHigh) - (high * fLow)) / (fHigh - fLow);
            if (!(mid > low && mid < high)) mid = 0.5 * (low + high);
            var value = f(mid);
            if (value == 0) return mid;
            if (value > 0)
            {
                (low, fLow) = (mid, value);
                if (side == 1) fHigh *= 0.5;
                side = 1;
            }
            else
            {
                (high, fHigh) = (mid, value);
                if (side == -1) fLow *= 0.5;
                side = -1;
            }
        }

        return 0.5 * (low + high);
    }
}
