using System.Globalization;
using Busker.Bench;
using Busker.Bench.Caps;

// Durable consumption over the wire: ours, a plain handler that runs one transaction for each request on the same edge and the
// same server, and Redis INCR with its log flushed before each answer. Same callers, same machine, one after the other in rounds;
// every caller waits for its answer before it asks again. Ours and Redis are asked in two ways: each caller on a connection of its
// own, and all callers of the process through one client. The floor of a flush to disk is measured beside them.
if (args is ["serve", var kind, var connection, var port])
{
    await Server.RunAsync(kind, connection, int.Parse(port, CultureInfo.InvariantCulture));
    return 0;
}

// busker-bench-caps [seconds] [part of a contender's name] [callers]; with a part, nothing is saved.
var only = args.Length > 1 ? args[1] : "";
int[] counts = args.Length > 2 ? [int.Parse(args[2], CultureInfo.InvariantCulture)] : [64, 512];
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 4;
const int Rounds = 3;
const double Warm = 9; // seconds for each contender at first: code that runs for days is not measured while it is being compiled
var home = Directory.CreateTempSubdirectory("busker-bench-caps-");
try
{
    await using var bench = await Arena.OpenAsync(home.FullName);
    var result = new BenchResult("consume_cap", "what,callers,per_second,p50_ms,p99_ms,failures,fsync_us,ratio_gathered_to_this,ratio_each_to_this");
    foreach (var callers in counts)
    {
        var runs = new Dictionary<string, List<Run>>();
        var floors = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            floors.Add(FlushFloor.Microseconds(home.FullName));
            foreach (var contender in bench.Contenders.Where(c => c.Name.Contains(only, StringComparison.Ordinal)))
            {
                var run = await Callers.RunAsync(contender.Connect, callers, TimeSpan.FromSeconds(round > 0 ? seconds : callers == counts[0] ? Warm : seconds / 2));
                if (round > 0) runs.GetOrAdd(contender.Name).Add(run); // the first round warms up
            }
        }

        var middle = runs.ToDictionary(r => r.Key, r => r.Value.OrderBy(x => x.PerSecond).ElementAt(Rounds / 2));
        var (gathered, each) = (middle.GetValueOrDefault(Arena.OursShared)?.PerSecond ?? 0, middle.GetValueOrDefault(Arena.OursEach)?.PerSecond ?? 0);
        var floor = floors.Order().ElementAt(floors.Count / 2);
        Console.WriteLine($"{callers} callers; a flush to disk takes {floor:F0} us");
        foreach (var (name, run) in middle)
        {
            Console.WriteLine($"  {name,-48} {run.PerSecond,9:F0}/s   p50 {run.P50Ms,7:F2} ms   p99 {run.P99Ms,7:F2} ms   failures {run.Failures}   gathered {gathered / run.PerSecond:F2}x, each {each / run.PerSecond:F2}x");
            result.Add(name, callers, Math.Round(run.PerSecond), Math.Round(run.P50Ms, 2), Math.Round(run.P99Ms, 2), run.Failures,
                Math.Round(floor), Math.Round(gathered / run.PerSecond, 2), Math.Round(each / run.PerSecond, 2));
        }
    }

    if (only.Length == 0) result.Save();
    return 0;
}
finally
{
    home.Delete(recursive: true);
}

internal static class Lists
{
    public static List<Run> GetOrAdd(this Dictionary<string, List<Run>> runs, string name) =>
        runs.TryGetValue(name, out var list) ? list : runs[name] = [];
}
