using System.Diagnostics;
using System.Globalization;
using Busker.Bench;
using Busker.Bench.Simulator;
using Busker.Simulator.Tests;
using Sim = Busker.Simulator.Simulator;

// Arguments: [ready] [flows] [memory] [peer] [seconds per turn] [turns]: the named parts, or all of them; or: journal [operations].
// The simulator runs in a process of its own as ./busker simulate starts it; the client is wrk over keep-alive connections. A flow is one
// captured payment. The median of all turns is a row too. Needs wrk.
if (args is ["journal", ..])
{
    var operations = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
    (int AtOnce, int Jitter)[] machines = [(8, 0), (3, 1), (8, 2)];
    string? first = null;
    foreach (var (atOnce, jitter) in machines)
    {
        var clock = Stopwatch.StartNew();
        var hash = await LaneWorkload.RunAsync(seed: 4, operations, lanes: 8, atOnce, jitter);
        Console.WriteLine($"{operations} operations in 8 lanes, {atOnce} at once, {(jitter == 0 ? "no pauses" : $"pauses {jitter}")}: journal {hash[..16]} in {clock.Elapsed.TotalSeconds:F1} s");
        if ((first ??= hash) != hash) return 1;
    }

    Console.WriteLine("the journals are the same, byte for byte");
    return 0;
}

int[] numbers = [.. args.Where(a => char.IsAsciiDigit(a[0])).Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
var (seconds, turns) = (numbers.Length > 0 ? numbers[0] : 3, numbers.Length > 1 ? numbers[1] : 5);
string[] parts = args.Any(a => !char.IsAsciiDigit(a[0])) ? args : ["ready", "flows", "memory", "peer"];
var result = new BenchResult("simulator", "what,turn,per_second,peer,peer_per_second,ratio,payments_stored,bytes_per_payment");
var measured = new List<(string What, double Rate, string Peer, double PeerRate)>();

if (parts.Contains("ready"))
{
    for (var turn = 1; turn <= turns; turn++)
    {
        using var served = Served.Start("all");
        Row("starts of busker simulate all", turn.ToString(CultureInfo.InvariantCulture), 1 / served.Ready.TotalSeconds, "target", 1);
    }
}

if (parts.Contains("flows")) await Flows.MeasureAsync(seconds, turns, Row);
if (parts.Contains("memory")) await MemoryAsync();
if (parts.Contains("peer")) await Beside.MeasureAsync(seconds, turns, Row);
foreach (var group in measured.GroupBy(m => m.What).ToArray())
{
    var middle = group.OrderBy(m => m.Rate / m.PeerRate).ElementAt(group.Count() / 2);
    Tell(group.Key, "median", Median(group.Select(m => m.Rate)), middle.Peer, Median(group.Select(m => m.PeerRate)), middle.Rate / middle.PeerRate);
}

result.Save(replacing: true);
return 0;

static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

// In this process, to see the managed heap: what each of the last 100000 payments keeps.
async Task MemoryAsync()
{
    await using var simulator = (await Sim.Start(new() { Providers = ["stripe"], Scenario = "calm" })).Value;
    long before = GC.GetTotalMemory(forceFullCollection: true), last = 0;
    for (var step = 1; step <= 3; step++)
    {
        while (simulator.Charges().Count - last < 100_000) Wrk.Run(simulator.Address("stripe"), Flows.Stripe, 1);
        var (count, now) = (simulator.Charges().Count, GC.GetTotalMemory(forceFullCollection: true));
        result.Add("memory", step, 0, "", 0, 0, count, (now - before) / (count - last));
        Console.WriteLine($"{count} payments stored, {(now - before) / (count - last)} bytes for each of the last");
        (before, last) = (now, count);
    }
}

void Row(string what, string turn, double rate, string peer, double peerRate)
{
    measured.Add((what, rate, peer, peerRate));
    Tell(what, turn, rate, peer, peerRate, rate / peerRate);
}

void Tell(string what, string turn, double rate, string peer, double peerRate, double ratio)
{
    result.Add(what, turn, Math.Round(rate, rate < 100 ? 2 : 0), peer, Math.Round(peerRate, peerRate < 100 ? 2 : 0), Math.Round(ratio, 2), 0, 0);
    Console.WriteLine($"{what}, {(turn == "median" ? turn : "turn " + turn)}: {rate:F1}/s, {peer} {peerRate:F0}/s, x {ratio:F2}");
}
