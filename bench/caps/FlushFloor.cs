using System.Diagnostics;

namespace Busker.Bench.Caps;

/// <summary>What one flush of 8 KiB to the disk costs now: no durable answer can be quicker.</summary>
internal static class FlushFloor
{
    public static double Microseconds(string folder)
    {
        const int Count = 200;
        var path = Path.Combine(folder, "flush");
        var times = new double[Count];
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            var page = new byte[8192];
            for (var i = 0; i < Count; i++)
            {
                var began = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, page, 0);
                RandomAccess.FlushToDisk(file);
                times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            }
        }

        File.Delete(path);
        Array.Sort(times);
        return times[Count / 2];
    }
}
