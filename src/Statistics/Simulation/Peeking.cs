using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Simulation;

/// <summary>How often a method rejected and when, over simulated trials.</summary>
public sealed record PeekingOutcome(string Method, int Trials, double Rejected, double MeanShareOfUnits);

/// <summary>Trials of a two-arm mean under many peeks: the z process of the comparison, level .05, rejections at any look counted.</summary>
public static class Peeking
{
    private const double Alpha = 0.05;
    private const double Units = 100_000;

    public static IReadOnlyList<string> Methods { get; } =
    [
        "group-sequential, t^2", "group-sequential, O'Brien-Fleming", "group-sequential, Pocock", "group-sequential, Hwang-Shih-DeCani -4",
        "group-sequential, over-running", "always valid, two-sided", "always valid, one-sided", "plain z",
    ];

    /// <param name="drift">E[z] at the end.</param>
    public static Result<PeekingOutcome> Run(string method, int days, int peeksPerDay, double drift, int trials, ulong seed)
    {
        var looks = days * peeksPerDay;
        double[] units = [.. Enumerable.Range(1, looks).Select(k => Units * k / looks)];
        var bounds = Bounds(method, units);
        if (bounds.Fault is { } fault) return fault;
        var (seeded, rejected, share) = (new Seeded(seed), 0, 0.0);
        for (var i = 0; i < trials; i++)
        {
            var stop = Stop(bounds.Value, method.EndsWith("one-sided", StringComparison.Ordinal), drift, seeded);
            if (stop > 0) rejected++;
            share += (stop > 0 ? stop : looks) / (double)looks;
        }

        return new PeekingOutcome(method, trials, (double)rejected / trials, share / trials);
    }

    private static int Stop(double[] bounds, bool oneSided, double drift, Seeded seeded)
    {
        var (b, step) = (0.0, 1.0 / bounds.Length);
        var deviation = Math.Sqrt(step);
        for (var k = 1; k <= bounds.Length; k++)
        {
            b += (drift * step) + (deviation * seeded.Normal());
            var z = b / Math.Sqrt(k * step);
            if ((oneSided ? z : Math.Abs(z)) >= bounds[k - 1]) return k;
        }

        return 0;
    }

    private static Result<double[]> Bounds(string method, double[] units)
    {
        var sequence = new AlwaysValid(Alpha, Units);
        switch (method)
        {
            case "plain z": return units.Select(_ => Normal.UpperQuantile(Alpha / 2)).ToArray();
            case "always valid, two-sided": return units.Select(n => sequence.Multiplier(n)).ToArray();
            case "always valid, one-sided": return units.Select(n => sequence.Multiplier(n, Alternative.Larger)).ToArray();
        }

        var expected = method.EndsWith("over-running", StringComparison.Ordinal) ? 0.68 * Units : Units;
        Spending? spending = method switch
        {
            "group-sequential, t^2" or "group-sequential, over-running" => Spending.Default,
            "group-sequential, O'Brien-Fleming" => Spending.OBrienFleming,
            "group-sequential, Pocock" => Spending.Pocock,
            "group-sequential, Hwang-Shih-DeCani -4" => Spending.HwangShihDeCani(-4),
            _ => null,
        };
        if (spending is null) return Refusals.Wrong("method", $"There is no method called {method}.");
        var boundary = new GroupSequential(Alpha, 2, expected) { Spending = spending }.Live(units);
        return boundary.Fault is { } fault ? fault : boundary.Value.Bounds.ToArray();
    }
}
