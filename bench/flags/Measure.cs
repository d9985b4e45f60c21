using System.Diagnostics;

namespace Busker.Bench.Flags;

internal static class Measure
{
    /// <summary>The median, over chunks of as many calls, of nanoseconds a call takes; and the bytes each call allocates.</summary>
    public static (double Ns, double Bytes) Calls(Func<int, int> call, double milliseconds, int chunk = 1000)
    {
        var (sum, n) = (0, 0);
        var warm = Stopwatch.StartNew();
        while (warm.ElapsedMilliseconds < 1000) sum ^= call(n++); // also long enough for the compiler's last tier
        var chunks = new List<double>(100_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var calls = 0L;
        var until = Stopwatch.GetTimestamp() + (long)(milliseconds / 1000 * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < until && chunks.Count < chunks.Capacity)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < chunk; i++) sum ^= call(n++);
            chunks.Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / chunk);
            calls += chunk;
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls;
        GC.KeepAlive(sum);
        chunks.Sort();
        return (chunks[chunks.Count / 2], Math.Round(bytes, 2));
    }
}
