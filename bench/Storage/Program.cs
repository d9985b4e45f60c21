using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Busker.Kernel;
using Busker.Storage;
using Busker.Storage.Bench;
using Npgsql;

// busker-storage-bench [seconds] [caps] [commit]: durable conditional updates per second through the group commit, and through one
// transaction per request, in one run on one server. BUSKER_BENCH_POSTGRES names a server; fsync must be on.
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8;
var caps = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
var commit = args.Length > 2 ? args[2] : "";
var home = Path.Combine(Path.GetTempPath(), $"busker-bench-{Environment.ProcessId}");
var given = Environment.GetEnvironmentVariable("BUSKER_BENCH_POSTGRES");
EmbeddedPostgres? own = null;
if (given is null)
{
    var started = await EmbeddedPostgres.StartAsync(new PostgresOptions(home) { Engines = "engines" }, default);
    if (started.Fault is { } fault) throw new InvalidOperationException(fault.Message);
    own = started.Value;
}

var connectionString = given ?? own!.ConnectionString;
await using var db = Db.Open(connectionString, TimeProvider.System);
await Migrator.ApplyAsync(db, [typeof(CapTable).Assembly], default);
await db.InTransactionAsync((tx, ct) => tx.ExecuteAsync("truncate bench.cap", [], ct), default);
await db.InTransactionAsync((tx, ct) => CapTable.FillAsync(tx, caps, ct), default);
await using (var analyze = NpgsqlDataSource.Create(connectionString))
    await analyze.CreateCommand("vacuum analyze bench.cap").ExecuteNonQueryAsync();

var floor = await FsyncFloorAsync(connectionString);
Console.WriteLine("callers,way,per_second,p50_ms,p99_ms,ratio,commits_per_second_floor,caps,machine,commit,at");
foreach (var callers in new[] { 64, 512 })
{
    var peer = new Measured(0, 0, 0);
    foreach (var connections in new[] { 16, 64 })
    {
        await using var oneByOne = new OneByOne(connectionString, connections);
        var tried = await MeasureAsync(callers, (ask, id) => oneByOne.ConsumeAsync(ask, id));
        Print(callers, $"one by one ({connections} connections)", tried, 1);
        if (tried.PerSecond > peer.PerSecond) peer = tried;
    }

    foreach (var lanes in new[] { 1, 2, 3, 4 })
    {
        await using var group = new GroupCommit<Consume, Busker.Common.V1.Money>(db, GroupPlan.Of<Consume, Busker.Common.V1.Money, string, Cap>(
            "bench.consume", c => c.Name, CapTable.LockAsync, CapTable.Decide, CapTable.SaveAsync), new GroupLimits(Lanes: lanes));
        var print = new byte[32];
        var measured = await MeasureAsync(callers, async (ask, id) =>
        {
            var outcome = await group.SubmitAsync(ask, new RequestKey(CapTable.Scope, CapTable.Scope, "bench", id.ToString("N"), print), default);
            if (outcome.Fault is { } refused) throw new InvalidOperationException(refused.Message);
        });
        Print(callers, $"group commit ({lanes} lanes)", measured, measured.PerSecond / peer.PerSecond);
    }
}

if (own is not null)
{
    await own.DisposeAsync();
    Directory.Delete(home, true);
}

async Task<Measured> MeasureAsync(int callers, Func<Consume, Guid, Task> consume)
{
    await RunAsync(TimeSpan.FromSeconds(1)); // warm: connections, prepared statements, compiled code
    return await RunAsync(TimeSpan.FromSeconds(seconds));

    async Task<Measured> RunAsync(TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        var waits = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var mine = new List<double>();
            var state = (uint)caller + 1;
            while (Stopwatch.GetElapsedTime(began) < length)
            {
                state = unchecked((state * 1664525) + 1013904223);
                var start = Stopwatch.GetTimestamp();
                await consume(new Consume($"cap{1 + (state >> 8) % (uint)caps}", 1), Guid.CreateVersion7());
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return mine;
        })));
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var all = waits.SelectMany(w => w).Order().ToList();
        return new(all.Count / took, all[all.Count / 2], all[(int)(all.Count * 0.99)]);
    }
}

static async Task<double> FsyncFloorAsync(string connectionString)
{
    await using var source = NpgsqlDataSource.Create(connectionString);
    await using var connection = await source.OpenConnectionAsync();
    await using var command = new NpgsqlCommand("update bench.cap set used = used where tenant_id = '0190a5c0-0000-7000-8000-000000000001' and name = 'cap1'", connection);
    await command.PrepareAsync();
    var (began, commits) = (Stopwatch.GetTimestamp(), 0);
    for (; Stopwatch.GetElapsedTime(began).TotalSeconds < 2; commits++) await command.ExecuteNonQueryAsync();
    return commits / Stopwatch.GetElapsedTime(began).TotalSeconds;
}

void Print(int callers, string way, Measured m, double ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{callers},{way},{m.PerSecond:0},{m.P50:0.00},{m.P99:0.00},{ratio:0.00},{floor:0},{caps},{Environment.ProcessorCount} processors {RuntimeInformation.RuntimeIdentifier},{commit},{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mmZ}"));

internal sealed record Measured(double PerSecond, double P50, double P99);
