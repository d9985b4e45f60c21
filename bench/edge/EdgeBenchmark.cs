using System.Globalization;
using Busker.Bench;
using Busker.Bench.Edge;
using Busker.Echo.V1;
using Google.Protobuf;

// What the edge costs: an echo through it, against Kestrel alone reading the same request and returning the same bytes. Each
// server is a process of its own, and so is the client: wrk for Connect over HTTP/1.1, h2load for gRPC over h2c, on one core of
// the machine at most. Turns alternate; the medians count. Arguments: seconds per turn, turns.
var message = new SayRequest { Text = "the same bytes as before" }.ToByteArray();
if (args is ["serve", var kind])
{
    await Servers.ServeAsync(kind, message);
    return 0;
}

var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 4;
var turns = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
if (Clients.Missing() is { } sentence)
{
    Console.Error.WriteLine(sentence);
    return 1;
}

using var edge = Servers.Start("edge");
using var bare = Servers.Start("bare");
using var clients = new Clients(message, seconds);
var result = new BenchResult("edge", "protocol,client,concurrency,edge_per_second,bare_per_second,ratio,ratio_min,ratio_max");
foreach (var way in Clients.Ways)
{
    var pairs = new List<(double Edge, double Bare)>();
    for (var turn = 0; turn <= turns; turn++)
    {
        var pair = (clients.PerSecond(way, edge), clients.PerSecond(way, bare));
        if (turn > 0) pairs.Add(pair); // the first turn warms up
    }

    var (ours, peer) = (Median(pairs.Select(p => p.Edge)), Median(pairs.Select(p => p.Bare)));
    var ratios = pairs.ConvertAll(p => p.Edge / p.Bare);
    Console.WriteLine($"{way.Protocol,-8} {way.Name,-26} edge {ours,8:F0}/s   bare Kestrel {peer,8:F0}/s   {ours / peer:F2}x ({ratios.Min():F2} to {ratios.Max():F2})");
    result.Add(way.Protocol, way.Name, way.Concurrency, Math.Round(ours), Math.Round(peer), Math.Round(ours / peer, 2),
        Math.Round(ratios.Min(), 2), Math.Round(ratios.Max(), 2));
}

result.Save();
return 0;

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return sorted[sorted.Count / 2];
}
