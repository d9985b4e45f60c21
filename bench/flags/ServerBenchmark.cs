using System.Diagnostics;
using System.Text;
using Busker.Experiments.V1;
using Busker.Storage;
using Google.Protobuf;

namespace Busker.Bench.Flags;

/// <summary>
/// OFREP over HTTP: one flag, and a hundred, against a bare server that reads the same bodies and returns the same bytes, and
/// against Unleash's frontend API over as many equal flags. One after the other in rounds, each in its own process, with wrk
/// on the same machine.
/// </summary>
internal static class ServerBenchmark
{
    private const int Flags = 100, Rounds = 3;
    private const string One = "/ofrep/v1/evaluate/flags/flag-7", All = "/ofrep/v1/evaluate/flags";

    public static async Task RunAsync(int seconds)
    {
        var home = Directory.CreateTempSubdirectory("busker-bench-flags-").FullName;
        var processes = new List<Process>();
        EmbeddedPostgres? postgres = null;
        try
        {
            var state = Path.Combine(home, "state.json");
            await File.WriteAllTextAsync(state, JsonFormatter.Default.Format(State()));
            var ours = await StartAsync(processes, "serve", state);
            var one = await StartAsync(processes, "bare", await AnswerAsync(ours, One, Path.Combine(home, "one")));
            var all = await StartAsync(processes, "bare", await AnswerAsync(ours, All, Path.Combine(home, "all")));
            postgres = (await EmbeddedPostgres.StartAsync(new PostgresOptions(Path.Combine(home, "database")) { Engines = Path.Combine(BenchResult.Root, "engines") }, default)).Value;
            var (unleash, secret) = await UnleashAsync(processes, postgres);
            await MeasureAsync(seconds,
            [
                ("one flag", "bare Kestrel", () => Wrk.RunAsync(one, [One], Bodies(), "", seconds)),
                ("one flag", "busker", () => Wrk.RunAsync(ours, [One], Bodies(), "", seconds)),
                ("100 flags", "bare Kestrel", () => Wrk.RunAsync(all, [All], Bodies(), "", seconds)),
                ("100 flags", "busker", () => Wrk.RunAsync(ours, [All], Bodies(), "", seconds)),
                ("100 flags", "unleash", () => Wrk.RunAsync(unleash, [.. Enumerable.Range(0, 200).Select(i => $"/api/frontend?userId=user-{i}&properties[country]=SE")], [], secret, seconds)),
            ]);
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                process.Dispose();
            }

            if (postgres is not null) await postgres.DisposeAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task MeasureAsync(int seconds, (string What, string System, Func<Task<Wrk>> Run)[] contenders)
    {
        var runs = contenders.ToDictionary(c => (c.What, c.System), _ => new List<Wrk>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var contender in contenders)
            {
                var run = await contender.Run();
                if (round > 0) runs[(contender.What, contender.System)].Add(run); // the first round warms everything up
            }
        }

        var result = new BenchResult("flags_server", "what,system,per_second,p50_ms,p99_ms,timeouts,ratio_ours_to_this,seconds");
        var middle = runs.ToDictionary(r => r.Key, r => r.Value.OrderBy(w => w.PerSecond).ElementAt(Rounds / 2));
        foreach (var ((what, system), run) in middle)
        {
            var ratio = middle[(what, "busker")].PerSecond / run.PerSecond;
            Console.WriteLine($"{what,-10} {system,-13} {run.PerSecond,9:F0}/s   p50 {run.P50Ms,7:F2} ms   p99 {run.P99Ms,7:F2} ms   {run.Timeouts,3} timeouts   ours is {ratio:F2}x");
            result.Add(what, system, Math.Round(run.PerSecond), run.P50Ms, run.P99Ms, run.Timeouts, Math.Round(ratio, 2), seconds);
        }

        result.Save();
    }

    /// <summary>A hundred flags: a targeted country, then half of the users; the same that Unleash is given.</summary>
    private static FlagState State()
    {
        var state = new FlagState { Account = "bench", Version = 1 };
        for (var i = 0; i < Flags; i++)
        {
            var flag = Made.Flag($"flag-{i}", "off");
            var rule = Made.Split("half");
            rule.Targeting = Made.OneOf("country", ["SE", "NO"]);
            flag.Rules.Add(rule);
            state.Flags.Add(flag);
        }

        return state;
    }

    private static string[] Bodies() =>
        [.. Enumerable.Range(0, 200).Select(i => $$$"""{"context":{"targetingKey":"user-{{{i}}}","country":"SE","plan":"premium","version":"2.4.1","age":{{{i % 80}}}}}""")];

    private static async Task<string> AnswerAsync(Uri ours, string path, string file)
    {
        using var http = new HttpClient();
        using var body = new StringContent(Bodies()[0], Encoding.UTF8);
        using var answer = await http.PostAsync(new Uri(ours, path), body);
        await File.WriteAllBytesAsync(file, await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        return file;
    }

    private static async Task<Uri> StartAsync(List<Process> processes, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(ServerBenchmark).Assembly.Location, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        processes.Add(process);
        return new Uri(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{arguments[0]} did not start"));
    }

    private static async Task<(Uri At, string Secret)> UnleashAsync(List<Process> processes, EmbeddedPostgres postgres)
    {
        var url = new Npgsql.NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        var at = $"postgres://{url.Username}:{Uri.EscapeDataString(url.Password ?? "")}@{url.Host}:{url.Port}/{url.Database}";
        var start = new ProcessStartInfo("node", ["unleash.mjs", at, $"{Flags}"]) { WorkingDirectory = Path.Combine(BenchResult.Root, "bench", "flags"), RedirectStandardOutput = true };
        start.Environment["NODE_ENV"] = "production";
        var process = Process.Start(start)!;
        processes.Add(process);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is ["ready", var address, var secret]) return (new Uri(address), secret);
        }

        throw new InvalidOperationException("unleash did not start");
    }
}
