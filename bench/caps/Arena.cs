using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Busker.Catalog;
using Busker.Entitlements;
using Busker.Storage;
using Npgsql;

namespace Busker.Bench.Caps;

/// <summary>Everything that is measured, running: PostgreSQL, two hosts on it, Redis; data on one disk.</summary>
internal sealed class Arena : IAsyncDisposable
{
    private readonly List<Process> _processes = [];
    private EmbeddedPostgres? _postgres;

    /// <summary>One way to consume, and so many callers connected to it.</summary>
    internal sealed record Contender(string Name, Func<int, Task<IReadOnlyList<ICaller>>> Connect);

    public const string RedisEach = "redis INCR AOF always";
    public const string RedisShared = "redis INCR AOF always; one pipelined connection";
    public const string PlainEach = "plain PostgreSQL";
    public const string OursEach = "busker ConsumeCap";
    public const string OursShared = "busker ConsumeCaps; one gathering client";

    public List<Contender> Contenders { get; } = [];

    public static async Task<Arena> OpenAsync(string home)
    {
        var arena = new Arena();
        var postgres = await EmbeddedPostgres.StartAsync(new PostgresOptions(Path.Combine(home, "state"))
        {
            Engines = Path.Combine(BenchResult.Root, "engines"),
        }, default);
        if (postgres.Fault is { } fault) throw new InvalidOperationException(fault.Message);
        arena._postgres = postgres.Value;
        await FillAsync(postgres.Value.ConnectionString);

        var (redis, ours, plain) = (FreePort(), FreePort(), FreePort());
        arena.StartRedis(home, redis);
        await arena.ServeAsync("ours", postgres.Value.ConnectionString, ours);
        await arena.ServeAsync("plain", postgres.Value.ConnectionString, plain);
        arena.Contenders.Add(new(RedisEach, async callers => [.. await Task.WhenAll(Enumerable.Range(0, callers).Select(c => RedisCaller.ConnectAsync(redis, c)))]));
        arena.Contenders.Add(new(RedisShared, async callers => PipelinedRedis.Share(await PipelinedRedis.ConnectAsync(redis), callers)));
        arena.Contenders.Add(new(PlainEach, async callers => [.. await Task.WhenAll(Enumerable.Range(0, callers).Select(c => ConnectCaller.ConnectAsync(plain, c)))]));
        arena.Contenders.Add(new(OursEach, async callers => [.. await Task.WhenAll(Enumerable.Range(0, callers).Select(c => ConnectCaller.ConnectAsync(ours, c)))]));
        arena.Contenders.Add(new(OursShared, callers => Task.FromResult(GatheredCaller.Share(new Uri($"http://127.0.0.1:{ours}"), callers))));
        return arena;
    }

    /// <summary>The schemas, a catalog whose cap is never used up, and the listeners.</summary>
    private static async Task FillAsync(string connection)
    {
        await using var db = Db.Open(connection, TimeProvider.System);
        await Migrator.ApplyAsync(db, [CatalogModule.Assembly, EntitlementsModule.Assembly], default);
        await Catalogs.PublishAsync(db, Server.Scope);
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand($"""
            {Plain.ConsumeCap.Schema}
            insert into plain.counter select '{Server.Scope}', 'l' || n, 'on_demand_time', 0, 1000000000 from generate_series(0, {Wire.Listeners - 1}) n;
            insert into entitlements.listener select '{Server.Scope}', 'l' || n, now() from generate_series(0, {Wire.Listeners - 1}) n;
            insert into entitlements.assignment select '{Server.Scope}', 'l' || n, now(), gen_random_uuid(), 'free', array[]::text[], 'WORLD', 'UTC', now(), now(), now()
            from generate_series(0, {Wire.Listeners - 1}) n;
            analyze;
            """);
        await command.ExecuteNonQueryAsync();
    }

    private void StartRedis(string home, int port)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home, "redis")).FullName;
        _processes.Add(Start("redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--auto-aof-rewrite-percentage", "0"));
    }

    private async Task ServeAsync(string kind, string connection, int port)
    {
        var host = Start("dotnet", typeof(Arena).Assembly.Location, "serve", kind, connection, port.ToString(CultureInfo.InvariantCulture));
        _processes.Add(host);
        if (await host.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException($"the {kind} host did not start");
    }

    private static Process Start(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_GCgen0size"] = "1000000"; // as ./busker up does
        return Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}
