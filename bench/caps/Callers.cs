using System.Diagnostics;

namespace Busker.Bench.Caps;

/// <summary>One caller's connection: asks once and waits for the answer.</summary>
internal interface ICaller : IDisposable
{
    /// <returns>Whether it was admitted.</returns>
    ValueTask<bool> AskAsync();
}

internal sealed record Run(double PerSecond, double P50Ms, double P99Ms, long Failures);

/// <summary>So many callers in a closed loop, each waiting for its answer before it asks again.</summary>
internal static class Callers
{
    public static async Task<Run> RunAsync(Func<int, Task<IReadOnlyList<ICaller>>> connect, int count, TimeSpan time)
    {
        var callers = await connect(count);
        var began = Stopwatch.GetTimestamp();
        var end = began + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var loops = await Task.WhenAll(callers.Select(c => Task.Run(() => LoopAsync(c, end))));
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var caller in callers) caller.Dispose();
        var times = loops.SelectMany(l => l.Times).Order().ToList();
        return new Run(times.Count / took, Milliseconds(times[times.Count / 2]), Milliseconds(times[(int)(times.Count * 0.99)]), loops.Sum(l => l.Failures));
    }

    private static double Milliseconds(int ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    private static async Task<(List<int> Times, long Failures)> LoopAsync(ICaller caller, long end)
    {
        var (times, failures) = (new List<int>(4096), 0L);
        for (var now = Stopwatch.GetTimestamp(); now < end;)
        {
            if (!await caller.AskAsync()) failures++;
            var then = Stopwatch.GetTimestamp();
            times.Add((int)(then - now));
            now = then;
        }

        return (times, failures);
    }
}
