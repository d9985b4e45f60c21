using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Busker.Flags;

namespace Busker.Bench.Flags;

/// <summary>Equal flags in four resolvers, in one run: the targeting grows, and so does what is known of a user.</summary>
internal static class PeersBenchmark
{
    private const int Users = 1024;

    /// <summary>Each system hashes for itself: two shares of a half differ by √(2 · ¼ / 1024) = 0.022 by chance; four times that.</summary>
    private const double Alike = 0.09;

    public static async Task RunAsync(double milliseconds)
    {
        var all = Ours(milliseconds);
        all.AddRange(await PeersAsync(milliseconds));
        var result = new BenchResult("flags_peers", "system,shape,conditions,attributes,p50_ns,share_on,ratio_to_ours");
        foreach (var one in all)
        {
            var ours = all.First(o => o.System == "Busker" && o.Shape == one.Shape && o.Conditions == one.Conditions && o.Attributes == one.Attributes);
            if (Math.Abs(ours.On - one.On) > Alike) throw new InvalidOperationException($"{one.System} and Busker do not answer alike: {one.On} and {ours.On} for {one.Shape} {one.Conditions}");
            result.Add(one.System, one.Shape, one.Conditions, one.Attributes, Math.Round(one.Ns, 1), Math.Round(one.On, 3), Math.Round(one.Ns / ours.Ns, 1));
            Console.WriteLine($"{one.System,-11} {one.Shape,-12} {one.Conditions,2} conditions {one.Attributes,3} attributes {one.Ns,9:F1} ns   {one.Ns / ours.Ns,7:F1} x ours");
        }

        foreach (var system in all.Select(a => a.System).Distinct().Where(s => s != "Busker"))
        {
            var least = all.Where(a => a.System == system).Min(a => a.Ns / all.First(o => o.System == "Busker" && o.Shape == a.Shape && o.Conditions == a.Conditions && o.Attributes == a.Attributes).Ns);
            Console.WriteLine($"{system}: at least {least:F1} times ours; promised 10: {(least >= 10 ? "yes" : "NO")}");
        }

        result.Save();
        Chart.Draw(all, Path.Combine(BenchResult.Root, "bench", "results", "flags_peers.svg"));
    }

    private static List<Timing> Ours(double milliseconds)
    {
        var book = FlagBook.Build(Cell.State(), TimeProvider.System).Value;
        var caller = book.Operator();
        var timings = new List<Timing>();
        foreach (var attributes in Cell.AttributeSizes)
        {
            var users = Cell.Users(Users, attributes);
            foreach (var cell in Cell.All)
            {
                var flag = book.Find(cell.Name)!;
                var on = users.Count(u => book.Resolve(flag, u, caller).Value!.BoolValue) / (double)Users;
                var (ns, _) = Measure.Calls(i => (int)book.Resolve(flag, users[i & (Users - 1)], caller).Reason, milliseconds);
                timings.Add(new("Busker", cell.Shape, cell.Conditions, attributes, ns, on));
            }
        }

        return timings;
    }

    private static async Task<Timing[]> PeersAsync(double milliseconds)
    {
        var folder = Path.Combine(BenchResult.Root, "bench", "flags");
        using var node = Process.Start(new ProcessStartInfo("node", "peers.mjs") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { cells = Cell.All, users = Users, attributeSizes = Cell.AttributeSizes, milliseconds }));
        node.StandardInput.Close();
        var text = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return JsonSerializer.Deserialize<Timing[]>(text.Split('\n').Last(l => l.StartsWith('['))) ?? throw new InvalidOperationException(text);
    }
}

internal sealed record Timing(
    [property: JsonPropertyName("system")] string System, [property: JsonPropertyName("shape")] string Shape, [property: JsonPropertyName("conditions")] int Conditions,
    [property: JsonPropertyName("attributes")] int Attributes, [property: JsonPropertyName("ns")] double Ns, [property: JsonPropertyName("on")] double On);
