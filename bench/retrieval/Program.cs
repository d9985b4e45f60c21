using System.Globalization;
using Busker.Bench;
using Busker.Bench.Retrieval;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["help" or "--help" or "-h"])
{
    Console.WriteLine("""
        ./busker bench retrieval                 a million rows at 64 and 128 dimensions, all libraries: builds what is missing, then measures
        ./busker bench retrieval build           only builds (about half an hour of one core for each dimension)
        ./busker bench retrieval own [D...]      only this project's ways, at these dimensions
        """);
    return 0;
}

var arena = new Arena(Path.Combine(BenchResult.Root, ".busker", "bench-retrieval"), 1_000_000);
var dimensions = args.Skip(1).Select(int.Parse).DefaultIfEmpty(0).ToArray() is [0] ? [64, 128] : args.Skip(1).Select(int.Parse).ToArray();
foreach (var d in dimensions) arena.Build(d, peers: args is not ["own", ..]);
if (args is ["build", ..]) return 0;
foreach (var d in dimensions) arena.Measure(d, peers: args is not ["own", ..]);
arena.Save();
return 0;
