using System.Diagnostics;
using Busker.Bench;
using Busker.Catalog.Compiled;
using Busker.Catalog.Documents;

// How many times a second one core resolves what a listener has, over the sample catalog of a large service. A listener is a
// plan, a market and add-ons by their keys, as a caller has them; nothing is looked up beforehand.
const int Listeners = 4096;
const double Target = 2_000_000;

var read = await DocumentFile.ReadAsync(Path.Combine(BenchResult.Root, "samples", "catalogs", "streaming.yaml"), default);
var catalog = new CompiledCatalog(read.Value, 1, "bench", DateTimeOffset.UnixEpoch);
var listeners = Population(catalog);
string[] features = [.. catalog.Features.Select(f => f.Key)];

var result = new BenchResult("resolve_entitlements", "what,features_per_resolve,resolves_per_second,ns_per_resolve,bytes_per_resolve,ratio_to_2M");
Measure("all values", features.Length, listener =>
{
    var sum = 0L;
    foreach (var cell in catalog.Find(listener.Plan, listener.Market, listener.AddOns).Row(listener.Exhausted)) sum ^= cell.Number;
    return sum;
});
Measure("one value by key", 1, listener =>
    catalog.Find(listener.Plan, listener.Market, listener.AddOns).At(catalog.FeatureIndex(listener.Feature), listener.Exhausted).Number);
Measure("all values by key", features.Length, listener =>
{
    var (bundle, sum) = (catalog.Find(listener.Plan, listener.Market, listener.AddOns), 0L);
    foreach (var key in features) sum ^= bundle.At(catalog.FeatureIndex(key), listener.Exhausted).Number;
    return sum;
});
result.Save();

void Measure(string what, int count, Func<Listener, long> resolve)
{
    var sum = 0L;
    for (var i = 0; i < 2_000_000; i++) sum ^= resolve(listeners[i & (Listeners - 1)]);
    var best = double.MaxValue;
    var allocated = 0d;
    for (var round = 0; round < 5; round++)
    {
        const int Count = 4_000_000;
        var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        for (var i = 0; i < Count; i++) sum ^= resolve(listeners[i & (Listeners - 1)]);
        best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds / Count);
        allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Count;
    }

    GC.KeepAlive(sum);
    Console.WriteLine($"{what,-20} {1 / best / 1e6,8:F2} M/s per core   {best * 1e9,7:F1} ns   {allocated:F2} bytes");
    result.Add(what, count, Math.Round(1 / best), Math.Round(best * 1e9, 1), allocated, Math.Round(1 / best / Target, 2));
}

static Listener[] Population(CompiledCatalog catalog)
{
    var offers = (
        from plan in catalog.Document.Plans
        where plan.Kind == Busker.Catalog.V1.Plan.Types.Kind.Base
        from market in catalog.Document.Markets
        where catalog.Offer(plan.Key, market.Code) is not null
        select (Plan: plan.Key, Market: market.Code)).ToList();
    var result = new Listener[Listeners];
    for (var i = 0; i < Listeners; i++)
    {
        var (plan, market) = offers[(int)(i * 2_654_435_761L % offers.Count)];
        string[] addOns = i % 8 == 0 && catalog.Offer("audiobooks_plus", market) is not null ? ["audiobooks_plus"] : [];
        var exhausted = catalog.Find(plan, market, addOns).Switches.Count > 0 ? i % 2 : 0;
        // Copies, so that no key is found by being the same object.
        result[i] = new Listener(new string(plan), new string(market), addOns, exhausted, new string(catalog.Features[i % catalog.Features.Count].Key));
    }

    return result;
}

internal sealed record Listener(string Plan, string Market, string[] AddOns, int Exhausted, string Feature);
