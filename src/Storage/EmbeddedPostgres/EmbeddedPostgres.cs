using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Busker.Kernel;
using Npgsql;

namespace Busker.Storage;

/// <summary>
/// A real PostgreSQL as a child process: data under the state directory, scram password, loopback only, a free port, tuned
/// for the machine, never root. A killed server is started again on the same port; a killed host leaves none behind.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const int StartAttemptsMax = 5;

    private readonly PostgresOptions _options;
    private readonly PostgresBinaries _binaries;
    private readonly PostgresHome _home;
    private readonly OsAccount? _account;
    private readonly FileStream _lock;
    private readonly CancellationTokenSource _stopping = new();
    private PostgresProcess? _process;
    private Task _supervision = Task.CompletedTask;

    private EmbeddedPostgres(PostgresOptions options, PostgresBinaries binaries, PostgresHome home, OsAccount? account, FileStream held) =>
        (_options, _binaries, _home, _account, _lock) = (options, binaries, home, account, held);

    /// <summary>For the database <c>busker</c>, as its owner.</summary>
    public string ConnectionString => ConnectionStringFor("busker");

    public int Port => _home.Port;
    public int Major => _binaries.Major;

    /// <summary>How often the server has died and was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Starts the server, making the data directory the first time.</summary>
    /// <returns>A fault (one sentence) when it cannot: no binaries, disk full, data of another version, data in use.</returns>
    public static async Task<Result<EmbeddedPostgres>> StartAsync(PostgresOptions options, CancellationToken ct)
    {
        options = options with { Home = Path.GetFullPath(options.Home) };
        if (PostgresBinaries.Find(options.Engines) is var found && found.Fault is { } missing) return missing;
        if (OsAccount.Choose() is var chosen && chosen.Fault is { } cannotDrop) return cannotDrop;
        if (Hold(options.Home) is var hold && hold.Fault is { } inUse) return inUse;

        var home = new PostgresHome(options.Home, chosen.Value);
        var postgres = new EmbeddedPostgres(options, home.Reachable(found.Value), home, chosen.Value, hold.Value);
        var whole = false;
        try
        {
            if (await postgres.OpenAsync(ct) is { } fault) return fault;
            whole = true;
            return postgres;
        }
        finally
        {
            if (!whole) await postgres.DisposeAsync(); // refused, or called off: Ctrl-C during the start
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        if (_process is not null && _options.SharedBy is null)
        {
            await _process.StopAsync();
            await Orphans.EndAsync(_home.Data, CancellationToken.None); // workers outlive a killed server for a moment
        }

        _process?.Dispose();
        await _lock.DisposeAsync();
        _stopping.Dispose();
    }

    private static Result<FileStream> Hold(string home)
    {
        try
        {
            Directory.CreateDirectory(home);
            return new FileStream(Path.Combine(home, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            return StartFailure.Explain("Permission denied", home);
        }
        catch (IOException e)
        {
            return e.Message.Contains("No space", StringComparison.Ordinal) ? StartFailure.DiskFull(home) : StartFailure.Busy(home);
        }
    }

    private async Task<Fault?> OpenAsync(CancellationToken ct)
    {
        _options.Progress($"preparing PostgreSQL {_binaries.Major}");
        if ((await _home.PrepareAsync(_binaries, ct)).Fault is { } unprepared) return unprepared;
        if (await Orphans.EndAsync(_home.Data, ct) > 0) _options.Progress("stopped a database that its host had left behind");
        _options.Progress($"starting PostgreSQL {_binaries.Major}");
        if (await LaunchAsync(ct) is { } fault) return fault;
        await CreateDatabaseAsync(ct);
        if (_options.SharedBy is null) _supervision = SuperviseAsync();
        return null;
    }

    /// <summary>Tries again where trying helps: a port lost in a race, a dying server that still holds its memory.</summary>
    private async Task<Fault?> LaunchAsync(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            _home.Port = FreePort(_home.Port);
            var stale = _home.PidFile();
            var logged = File.Exists(_home.Log) ? new FileInfo(_home.Log).Length : 0;
            _process?.Dispose();
            _process = PostgresProcess.Start(Command(), _home.Log, _options.SharedBy);
            while (!_process.HasExited && !IsReady(_home.PidFile(), stale)) await Task.Delay(10, ct);
            if (!_process.HasExited) return null;
            var fault = StartFailure.Explain(LogFrom(logged), _options.Home);
            if (attempt == StartAttemptsMax || fault.Reason is not ("PORT_TAKEN" or "POSTGRES_FAILED")) return fault;
            await Orphans.EndAsync(_home.Data, ct);
            await Task.Delay(100 << attempt, ct);
        }
    }

    private static bool IsReady(string? pidFile, string? stale) =>
        pidFile is not null && pidFile != stale && pidFile.Split('\n') is [_, _, _, _, _, _, _, var status, ..] && status.Trim() == "ready";

    private IEnumerable<string> Command()
    {
        var settings = PostgresTuning.For(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount);
        foreach (var (name, value) in _options.Settings) settings[name] = value;
        settings["listen_addresses"] = "127.0.0.1";
        settings["unix_socket_directories"] = "";
        settings["port"] = _home.Port.ToString(CultureInfo.InvariantCulture);
        string[] postgres = [_binaries.Postgres, "-D", _home.Data, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })];
        return _account is null ? postgres : _account.Wrap(postgres);
    }

    private static int FreePort(int preferred)
    {
        foreach (var port in new[] { preferred, 0 })
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody else has it by now: take any.
            }
        }

        return 0;
    }

    private string LogFrom(long position)
    {
        using var log = new FileStream(_home.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = position;
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    private string ConnectionStringFor(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = _home.Port, Username = "busker", Password = _home.Password, Database = database,
    }.ConnectionString;

    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringFor("postgres") + ";Pooling=false");
        await connection.OpenAsync(ct);
        await using var find = new NpgsqlCommand("select 1 from pg_database where datname = 'busker'", connection);
        if (await find.ExecuteScalarAsync(ct) is not null) return;
        await using var create = new NpgsqlCommand("create database busker", connection);
        await create.ExecuteNonQueryAsync(ct);
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                await _process!.ExitedAsync(_stopping.Token);
                Restarts++;
                await Orphans.EndAsync(_home.Data, _stopping.Token);
                while (await LaunchAsync(_stopping.Token) is not null) await Task.Delay(1000, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the server is stopped by who cancelled us.
        }
    }
}
