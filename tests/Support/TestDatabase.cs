using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Busker.Support;

/// <summary>A database of one's own on the shared server: fresh when made, dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new();
    private static int _made;

    private readonly string _name;
    private readonly string _server;

    private TestDatabase(string name, string server)
    {
        (_name, _server) = (name, server);
        ConnectionString = For(server, name);
        Source = NpgsqlDataSource.Create(ConnectionString);
    }

    public string ConnectionString { get; }
    public NpgsqlDataSource Source { get; }

    /// <summary>An empty database.</summary>
    public static Task<TestDatabase> CreateAsync() => CopyAsync("template1");

    /// <summary>
    /// A copy of a database that <paramref name="prepare"/> filled once for this process, under this name. Copying takes a
    /// few hundredths of a second however many migrations there are.
    /// </summary>
    public static async Task<TestDatabase> CreateAsync(string template, Func<NpgsqlDataSource, Task> prepare) =>
        await CopyAsync(await Templates.GetOrAdd(template, _ => new Lazy<Task<string>>(() => PrepareAsync(prepare))).Value);

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await ExecuteAsync(_server, $"drop database if exists {_name} with (force)");
    }

    private static async Task<string> PrepareAsync(Func<NpgsqlDataSource, Task> prepare)
    {
        var made = await CopyAsync("template1");
        await prepare(made.Source);
        await made.Source.DisposeAsync();
        return made._name; // left in place: it goes with the server
    }

    private static async Task<TestDatabase> CopyAsync(string template)
    {
        var server = await TestServer.ConnectionStringAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _made)}");
        await ExecuteAsync(server, $"drop database if exists {name} with (force)");
        await ExecuteAsync(server, $"create database {name} template {template} strategy wal_log");
        return new TestDatabase(name, server);
    }

    private static string For(string server, string database) =>
        new NpgsqlConnectionStringBuilder(server) { Database = database, IncludeErrorDetail = true, MaxPoolSize = 40, PersistSecurityInfo = true }.ConnectionString;

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { MaxPoolSize = 4 }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
