using Busker.Storage;
using Npgsql;

namespace Busker.Support;

/// <summary>
/// One PostgreSQL for every test process that runs at the moment. The first process starts it, each holds a shared lock on
/// it, and its watchdog stops it when the last one is gone, however it went. BUSKER_TEST_POSTGRES names another server.
/// </summary>
internal static class TestServer
{
    private const string Variable = "BUSKER_TEST_POSTGRES";
    private static readonly Lazy<Task<string>> Shared = new(() => Task.Run(JoinAsync));
    private static FileStream? _membership; // held until the process ends

    public static Task<string> ConnectionStringAsync() => Shared.Value;

    private static async Task<string> JoinAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return given;
        var home = Path.Combine(Checkout.Root, ".busker", "test");
        Directory.CreateDirectory(home);
        var members = Path.Combine(home, "members");
        var address = Path.Combine(home, "address");
        await using var turn = await OpenAsync(Path.Combine(home, "turn"), FileAccess.ReadWrite, FileShare.None);
        _membership = await OpenAsync(members, FileAccess.Read, FileShare.Read);
        if (await RunningAsync(address) is { } running) return running;

        Forget(home);
        var started = await EmbeddedPostgres.StartAsync(new PostgresOptions(home)
        {
            Engines = Checkout.Engines,
            SharedBy = members,
            // Thrown away with the server, so it need not outlive a power cut.
            Settings = new Dictionary<string, string>
            {
                ["fsync"] = "off", ["full_page_writes"] = "off", ["shared_buffers"] = "256MB", ["max_connections"] = "400",
                ["autovacuum_naptime"] = "60s",
            },
        }, CancellationToken.None);
        if (started.Fault is { } fault) throw new InvalidOperationException(fault.Message);
        await File.WriteAllTextAsync(address, started.Value.ConnectionString);
        await started.Value.DisposeAsync(); // the server stays for the members
        return await File.ReadAllTextAsync(address);
    }

    private static async Task<string?> RunningAsync(string address)
    {
        if (!File.Exists(address)) return null;
        var connectionString = await File.ReadAllTextAsync(address);
        try
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            await connection.OpenAsync();
            return connectionString;
        }
        catch (NpgsqlException)
        {
            return null; // of a server that is gone
        }
    }

    /// <summary>Each server starts from nothing, so no test sees what an earlier run left.</summary>
    private static void Forget(string home)
    {
        File.Delete(Path.Combine(home, "address"));
        if (Directory.Exists(Path.Combine(home, "postgres"))) Directory.Delete(Path.Combine(home, "postgres"), true);
    }

    /// <summary>Waits for the file's lock; a watchdog that is stopping the last server holds it too.</summary>
    private static async Task<FileStream> OpenAsync(string path, FileAccess access, FileShare share)
    {
        if (!File.Exists(path)) await File.Create(path).DisposeAsync();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.Open, access, share);
            }
            catch (IOException)
            {
                await Task.Delay(20);
            }
        }
    }
}
