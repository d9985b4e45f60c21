using Busker.Common.V1;
using Busker.Kernel;
using Busker.Support;

namespace Busker.Storage.Tests;

/// <summary>A migrated database of one's own, and as many hosts on it as a test opens.</summary>
internal sealed class Room : IAsyncDisposable
{
    public static readonly Guid Scope = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
    private static readonly Guid Principal = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
    private readonly TestDatabase _database;
    private readonly List<Db> _hosts = [];

    private Room(TestDatabase database) => (_database, Db) = (database, null!);

    public Db Db { get; private set; }

    public static async Task<Room> OpenAsync(TimeProvider? clock = null)
    {
        var room = new Room(await TestDatabase.CreateAsync("storage-probe", async source =>
        {
            await using var db = Db.Open(source.ConnectionString + ";Pooling=false", TimeProvider.System);
            await Migrator.ApplyAsync(db, [typeof(Room).Assembly], default);
        }));
        room.Db = room.Host(clock);
        return room;
    }

    public Db Host(TimeProvider? clock = null)
    {
        var host = Db.Open(_database.ConnectionString, clock ?? TimeProvider.System);
        _hosts.Add(host);
        return host;
    }

    /// <summary>A wire of one's own to the server; see <see cref="HostThrough"/>.</summary>
    public LossyWire Wire()
    {
        var to = new Npgsql.NpgsqlConnectionStringBuilder(_database.ConnectionString);
        return new LossyWire(to.Host!, to.Port);
    }

    public Db HostThrough(LossyWire wire)
    {
        var through = new Npgsql.NpgsqlConnectionStringBuilder(_database.ConnectionString) { Host = "127.0.0.1", Port = wire.Port };
        var host = Db.Open(through.ConnectionString, TimeProvider.System);
        _hosts.Add(host);
        return host;
    }

    public static RequestKey Key(string id, byte body = 1, string method = "probe.Count") =>
        new(Scope, Principal, method, id, Enumerable.Repeat(body, 32).ToArray());

    public static Common.V1.Money Says(long value) => new() { AmountMinor = value, CurrencyCode = "XXX" };

    /// <summary>Runs a statement as an outsider would, in a transaction of its own.</summary>
    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = _database.Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task<long> UsedAsync(string name) => AskAsync<long>(
        $"select coalesce((select used from probe.counter where name = '{name}'), 0)");

    /// <summary>Cuts the connections of one kind, as a crash of the network would.</summary>
    public Task<long> CutAsync(string application = "busker-group") => AskAsync<long>(
        $"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = '{application}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
