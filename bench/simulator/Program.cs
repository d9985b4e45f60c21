using System.Diagnostics;
using System.Globalization;
using Busker.Bench;
using Busker.Bench.Simulator;
using Busker.Simulator.Tests;
using Sim = Busker.Simulator.Simulator;

// The simulator runs in this process, the client is wrk in its own, over keep-alive connections. A flow is one captured payment:
// a PaymentIntent created and confirmed. Needs wrk, and src/Cli built. Arguments: [seconds per turn] [turns], or: journal [operations].
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

var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var turns = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var result = new BenchResult("simulator", "what,turn,per_second,peer,peer_per_second,ratio,payments_stored,bytes_per_payment");
const string Pay = "amount=1099&currency=usd&payment_method=pm_card_visa&payment_method_types[]=card&confirm=true";

const string Charge = "amount=1099&currency=usd&source=tok_visa";
const string PeerName = "stripe-stateful-mock 0.0.16";
var listed = new Dictionary<Uri, string>();

for (var turn = 1; turn <= turns; turn++)
{
    var ready = Startup.Measure().TotalSeconds;
    Row($"busker simulate all is ready after {ready * 1000:F0} ms", turn, 1 / ready, "target", 1, 1 / ready, 0, 0);
}

await using (var simulator = (await Sim.Start(new() { Providers = ["stripe"], Scenario = "calm" })).Value)
{
    var at = simulator.Address("stripe");
    Wrk.Run(at, "/v1/payment_intents", Pay, 3, keys: false); // warms up
    for (var turn = 1; turn <= turns; turn++)
    {
        foreach (var keys in (bool[])[false, true])
        {
            var rate = Wrk.Run(at, "/v1/payment_intents", Pay, seconds, keys);
            Row(keys ? "payment flow with idempotency key" : "payment flow", turn, rate, "target", 5_000, rate / 5_000, simulator.Charges().Count, 0);
        }
    }
}

await using (var simulator = (await Sim.Start(new() { Providers = ["stripe"], Scenario = "calm" })).Value)
{
    var at = simulator.Address("stripe");
    long before = GC.GetTotalMemory(forceFullCollection: true), last = 0;
    for (var step = 1; step <= 3; step++)
    {
        var rate = 0.0;
        while (simulator.Charges().Count - last < 100_000) rate = Wrk.Run(at, "/v1/payment_intents", Pay, 4, keys: false);
        var (count, now) = (simulator.Charges().Count, GC.GetTotalMemory(forceFullCollection: true));
        Row("memory", step, rate, "", 0, 0, count, (now - before) / (count - last));
        (before, last) = (now, count);
    }
}

// What both can do, each on a fresh pair. A session is one of each; its ratio is that of the times.
(string What, string Method, string Path, string Form, bool Keys)[] both =
[
    ("create a customer", "POST", "/v1/customers", "email=ada@example.com&description=d", false), ("create a charge", "POST", "/v1/charges", Charge, false),
    ("replay a charge by its key", "POST", "/v1/charges", Charge, true), ("retrieve a charge", "GET", "/v1/charges/{id}", "", false),
    ("list ten of 2000 charges", "GET", "/v1/charges?limit=10", "", false),
];
for (var turn = 0; turn <= turns; turn++) // turn 0 warms up
{
    await using var simulator = (await Sim.Start(new() { Providers = ["stripe"], Scenario = "calm" })).Value;
    using var peer = Peer.Start();
    var (ourTime, theirTime) = (0.0, 0.0);
    foreach (var (what, method, path, form, same) in both.Reverse())
    {
        var ours = await Both(simulator.Address("stripe"), method, path, form, same);
        var theirs = await Both(peer.Address, method, path, form, same);
        (ourTime, theirTime) = (ourTime + (1 / ours), theirTime + (1 / theirs));
        if (turn > 0) Row(what, turn, ours, PeerName, theirs, ours / theirs, 0, 0);
    }

    if (turn > 0) Row("a session: one of each", turn, 1 / ourTime, PeerName, 1 / theirTime, theirTime / ourTime, 0, 0);
}

result.Save();
return 0;

// The list comes first, over as many charges on either side; the retrieved charge is one of them.
async Task<double> Both(Uri at, string method, string path, string form, bool same)
{
    if (path.Contains('?', StringComparison.Ordinal)) listed[at] = await Wrk.FillAsync(at, "/v1/charges", Charge, 2_000);
    return Wrk.Run(at, path.Replace("{id}", listed[at], StringComparison.Ordinal), form, seconds, keys: false, method, same ? "the-same" : null);
}

void Row(string what, int turn, double rate, string peer, double peerRate, double ratio, long stored, long bytes)
{
    result.Add(what, turn, Math.Round(rate), peer, Math.Round(peerRate), Math.Round(ratio, 2), stored, bytes);
    Console.WriteLine($"{what}, turn {turn}: {rate:F0}/s" + (peer.Length > 0 ? $", {peer} {peerRate:F0}/s, x {ratio:F2}" : "") + (bytes > 0 ? $", {stored} payments stored, {bytes} bytes for each of the last" : ""));
}
