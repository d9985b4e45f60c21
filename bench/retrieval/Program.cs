using Busker.Bench;
using Busker.Bench.Retrieval;

var folder = Path.Combine(BenchResult.Root, ".busker", "bench-retrieval");
foreach (var d in new[] { 64, 128 }) new VectorFiles(folder, 1_000_000, d).Ready();
