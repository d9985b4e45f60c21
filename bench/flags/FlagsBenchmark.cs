using System.Globalization;
using Busker.Bench.Flags;

// Arguments: what (resolver, peers, server, or all), then how long each measurement takes: milliseconds for resolvers, seconds
// for servers. "serve", "bare" and "load" are what is measured in a process of its own.
switch (args)
{
    case ["serve", var state]:
        await Servers.ServeAsync(state);
        return;
    case ["bare", var bytes]:
        await Servers.BareAsync(bytes);
        return;
    case ["load", var file]:
        Loading.Once(file);
        return;
}

var what = args.Length > 0 ? args[0] : "all";
var amount = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : (double?)null;
if (what is "all" or "resolver") ResolverBenchmark.Run(amount ?? 2000);
if (what is "all" or "peers") await PeersBenchmark.RunAsync(amount ?? 500);
if (what is "all" or "server") await ServerBenchmark.RunAsync((int)(amount ?? 5));
