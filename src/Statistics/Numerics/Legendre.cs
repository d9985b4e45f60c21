using System.Collections.Concurrent;

namespace Busker.Statistics.Numerics;

/// <summary>Gauss–Legendre nodes and weights on [−1, 1], by Newton on the Legendre recurrence, kept once computed.</summary>
internal sealed class Legendre
{
    private static readonly ConcurrentDictionary<int, Legendre> Known = new();

    private Legendre(int order)
    {
        (Nodes, Weights) = (new double[order], new double[order]);
        for (var i = 0; i < (order + 1) / 2; i++)
        {
            var (x, slope) = Root(order, Math.Cos(Math.PI * (i + 0.75) / (order + 0.5)));
            var weight = 2 / ((1 - (x * x)) * slope * slope);
            (Nodes[i], Nodes[order - 1 - i]) = (-x, x);
            (Weights[i], Weights[order - 1 - i]) = (weight, weight);
        }
    }

    public double[] Nodes { get; }
    public double[] Weights { get; }

    public static Legendre Of(int order) => Known.GetOrAdd(order, n => new Legendre(n));

    /// <summary>∫ f over [low, high] in <paramref name="panels"/> panels of 24 nodes each.</summary>
    public static double Integrate(Func<double, double> f, double low, double high, int panels)
    {
        var rule = Of(24);
        var (half, sum) = (0.5 * (high - low) / panels, 0.0);
        for (var p = 0; p < panels; p++)
        {
            var centre = low + (((2 * p) + 1) * half);
            for (var i = 0; i < rule.Nodes.Length; i++) sum += rule.Weights[i] * f(centre + (half * rule.Nodes[i]));
        }

        return sum * half;
    }

    private static (double X, double Slope) Root(int order, double x)
    {
        for (var step = 0; ; step++)
        {
            var (value, before) = (x, 1.0);
            for (var k = 2; k <= order; k++)
            {
                (value, before) = (((((2 * k) - 1) * x * value) - ((k - 1) * before)) / k, value);
            }

            var slope = order * ((x * value) - before) / ((x * x) - 1);
            var next = x - (value / slope);
            if (Math.Abs(next - x) < 1e-15 || step > 50) return (next, slope);
            x = next;
        }
    }
}
