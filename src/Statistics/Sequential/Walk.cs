using System.Numerics.Tensors;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Sequential;

/// <summary>The quadrature behind a boundary.</summary>
public enum Grid
{
    /// <summary>Gauss–Legendre, accurate to about 1e-9 on z.</summary>
    Exact,

    /// <summary>
    /// The trapezoid rule with steps of 0.05 deviations of the increment, as in the Lan–DeMets programs of Reboussin, DeMets, Kim and Lan (2000) and the
    /// packages that descend from them. Some 5e-5 off on z; for reproducing their tables.
    /// </summary>
    Classic,
}

/// <summary>
/// The score process B(t) = Z·√t of a trial that has not stopped, as masses on quadrature nodes (Armitage, McPherson and Rowe 1969; Jennison and
/// Turnbull 2000, ch. 19). Each look convolves with a normal increment and cuts at the bounds. Gauss–Legendre nodes are spaced below the
/// increment's deviation, which makes the error fall like a Gaussian's Fourier tail; the kernel is cut at nine deviations.
/// </summary>
internal sealed class Walk
{
    private const double Reach = 9;
    private const double Horizon = 8.5;

    // Nodes per half-width and deviation.
    private const double Density = 3.6;

    private Walk(double time, double[] nodes, double[] mass) => (Time, Nodes, Mass) = (time, nodes, mass);

    public double Time { get; }
    public double[] Nodes { get; }
    public double[] Mass { get; }

    public static Walk Start { get; } = new(0, [0.0], [1.0]);

    /// <summary>P(not stopped so far, B(t) ≥ b) when the drift is θ per unit of time: the null's masses reweighted by likelihood ratio.</summary>
    public double Above(double b, double time, double drift = 0)
    {
        var variance = time - Time;
        var (deviation, sum) = (Math.Sqrt(variance), 0.0);
        for (var i = Nodes.Length - 1; i >= 0; i--)
        {
            var distance = (b - Nodes[i] - (drift * variance)) / deviation;
            if (distance > 38 || (distance > Reach && sum > 1e-12)) break;
            sum += Mass[i] * Tilt(i, drift) * Normal.Upper(distance);
        }

        return sum;
    }

    /// <summary>The density of B(t) at b on the surviving paths, under no drift.</summary>
    public double DensityAt(double b, double time)
    {
        var (deviation, sum) = (Math.Sqrt(time - Time), 0.0);
        for (var i = Nodes.Length - 1; i >= 0; i--)
        {
            var distance = (b - Nodes[i]) / deviation;
            if (distance > 38 || (distance > Reach && sum > 1e-12)) break;
            sum += Mass[i] * Normal.Density(distance);
        }

        return sum / deviation;
    }

    /// <summary>The b with P(not stopped, B(t) ≥ b) = <paramref name="target"/>: Newton on the logarithm, bracketed.</summary>
    /// <param name="guess">Where to begin, on the z scale.</param>
    public double Bound(double target, double time, double guess)
    {
        var root = Math.Sqrt(time);
        var b = guess * root;
        var (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
        for (var i = 0; i < 100; i++)
        {
            var value = Above(b, time);
            if (value > target) low = b;
            else high = b;
            var step = Math.Log(value / target) * value / DensityAt(b, time);
            var next = b + step;
            if (!double.IsFinite(next) || next <= low || next >= high) next = Middle(low, high, b, root);
            if (Math.Abs(next - b) < 1e-11 * root) return next;
            b = next;
        }

        return b;
    }

    /// <summary>
    /// The same by the classic programs' decimal search from the bound before, which stops within 1e-7 of the probability: their last digits come from it.
    /// </summary>
    public double ClassicBound(double target, double time, double from)
    {
        const double tolerance = 1e-7;
        var (b, step) = (from, 10.0);
        var value = Above(b, time);
        while (Math.Abs(value - target) > tolerance && step > 1e-12)
        {
            step /= 10;
            var up = value > target + tolerance;
            do
            {
                b += up ? step : -step;
                value = Above(b, time);
            }
            while (up ? value > target + tolerance : value < target - tolerance);
        }

        return b;
    }

    /// <summary>The walk after a look at <paramref name="time"/> whose continuation region is (low, high).</summary>
    /// <param name="nextStep">The deviation of the following increment, which the nodes must resolve too.</param>
    /// <param name="grid">The quadrature.</param>
    public Walk Continue(double low, double high, double time, double nextStep, Grid grid)
    {
        var horizon = Horizon * Math.Sqrt(time);
        (low, high) = (Math.Max(low, -horizon), Math.Min(high, horizon));
        var deviation = Math.Sqrt(time - Time);
        var (nodes, weights) = grid == Grid.Exact
            ? Gauss(low, high, Math.Min(deviation, nextStep))
            : Trapezoid(low, high, deviation);
        var (mass, buffer) = (new double[nodes.Length], new double[Nodes.Length]);
        var mirrored = low == -high;
        var (from, to) = (0, 0);
        for (var j = 0; j < nodes.Length; j++)
        {
            if (mirrored && 2 * j > nodes.Length)
            {
                mass[j] = mass[nodes.Length - 1 - j];
                continue;
            }

            var y = nodes[j];
            while (from < Nodes.Length && Nodes[from] < y - (Reach * deviation)) from++;
            while (to < Nodes.Length && Nodes[to] <= y + (Reach * deviation)) to++;
            if (to > from) mass[j] = weights[j] * Convolve(y, deviation, from, to, buffer);
        }

        return new Walk(time, nodes, mass);
    }

    private static (double[] Nodes, double[] Weights) Gauss(double low, double high, double finest)
    {
        var (half, centre) = (0.5 * (high - low), 0.5 * (high + low));
        var rule = Legendre.Of(8 * (int)Math.Ceiling(Math.Clamp(Density * half / finest, 24, 4096) / 8));
        return ([.. rule.Nodes.Select(x => centre + (half * x))], [.. rule.Weights.Select(w => half * w)]);
    }

    private static (double[] Nodes, double[] Weights) Trapezoid(double low, double high, double deviation)
    {
        var steps = (int)Math.Clamp(Math.Ceiling((high - low) / (0.05 * deviation)), 2, 20_000);
        var h = (high - low) / steps;
        return ([.. Enumerable.Range(0, steps + 1).Select(i => low + (i * h))],
            [.. Enumerable.Range(0, steps + 1).Select(i => i == 0 || i == steps ? 0.5 * h : h)]);
    }

    private double Convolve(double y, double deviation, int from, int to, double[] buffer)
    {
        var scale = 0.70710678118654752440 / deviation;
        var exponents = buffer.AsSpan(0, to - from);
        TensorPrimitives.Subtract(Nodes.AsSpan(from, to - from), y, exponents);
        TensorPrimitives.Multiply(exponents, scale, exponents);
        TensorPrimitives.Multiply(exponents, exponents, exponents);
        TensorPrimitives.Negate(exponents, exponents);
        TensorPrimitives.Exp(exponents, exponents);
        return 0.39894228040143267794 / deviation * TensorPrimitives.Dot(exponents, Mass.AsSpan(from, to - from));
    }

    private double Tilt(int i, double drift) => drift == 0 ? 1 : Math.Exp((drift * Nodes[i]) - (0.5 * drift * drift * Time));

    private static double Middle(double low, double high, double b, double root) =>
        double.IsInfinity(low) ? Math.Min(b, high) - root
        : double.IsInfinity(high) ? Math.Max(b, low) + root
        : 0.5 * (low + high);
}
