using System.Diagnostics;
using System.Globalization;
using Busker.Experiments.V1;
using Busker.Flags;

var book = FlagBook.Build(FlagState.Parser.ParseJson(Text()), TimeProvider.System).Value;
var flag = book.Find("checkout")!;
var contexts = Enumerable.Range(0, 4096).Select(i => new EvaluationContext($"user-{i}").Set("country", i % 3 == 0 ? "SE" : "NO").Set("plan", i % 2 == 0 ? "premium" : "free").Set("version", "2.4.1").Set("age", i % 80)).ToArray();
var caller = book.Operator("prod");
for (var round = 0; round < 8; round++)
{
    const int Count = 1_000_000;
    var sum = 0;
    var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
    for (var i = 0; i < Count; i++) sum += (int)book.Resolve(flag, contexts[i & 4095], caller).Reason;
    Console.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalNanoseconds / Count:F1} ns {GC.GetAllocatedBytesForCurrentThread() - before} B {sum}");
}

static string Text() => """
        {"account": "test", "version": "7", "environments": ["prod", "dev"],
         "flags": [
           {"name": "checkout", "state": "ACTIVE", "defaultVariant": "off",
            "schema": {"scalar": "BOOL"},
            "variants": [{"name": "on", "value": true}, {"name": "off", "value": false}],
            "rules": [
              {"name": "staff", "enabled": true, "kind": "OVERRIDE", "targeting": {"criterion": {"attribute": "email", "endsWith": {"values": ["@busker.example"]}}},
               "assignment": {"bucketCount": 1, "assignments": [{"id": "s", "ranges": [{"upper": 1}], "variant": "on"}]}},
              {"name": "old", "enabled": true, "targeting": {"criterion": {"attribute": "version", "semVer": {"op": "LESS", "version": "2.0.0"}}},
               "assignment": {"bucketCount": 1, "assignments": [{"id": "s", "ranges": [{"upper": 1}], "variant": "off"}]}},
              {"name": "test", "enabled": true, "kind": "EXPERIMENT", "targeting": {"criterion": {"attribute": "country", "oneOf": {"values": [{"string": "SE"}, {"string": "NO"}]}}},
               "assignment": {"bucketCount": 100, "assignments": [
                 {"id": "c", "ranges": [{"upper": 50}], "variant": "off"},
                 {"id": "t", "ranges": [{"lower": 50, "upper": 90}], "variant": "on"}]}}]}]}
        """;
