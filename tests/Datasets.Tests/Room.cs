using System.Collections.Frozen;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;
using Busker.Warehouse;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Datasets.Tests;

/// <summary>The room with one dataset of our own, whose rows are the numbers below a count and the scope that asks.</summary>
internal sealed class Room : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly Db _db;
    private readonly ServiceProvider _services;

    private Room(TestDatabase database, int rows)
    {
        _database = database;
        _db = Db.Open(database.ConnectionString, TimeProvider.System);
        _services = new ServiceCollection().AddSingleton(_db).AddSingleton(new WarehouseSettings(Checkout.Engines)).AddDatasets().AddSingleton(new Dataset(
            "test_numbers", "A number.", [new("number", ColumnType.Whole, "Which."), new("scope", ColumnType.Text, "Whose.")],
            (_, scope, writer, _) =>
            {
                for (var n = 0; n < rows; n++) writer.Whole(n).Text(scope.ToString()).End();
                return Task.CompletedTask;
            })).BuildServiceProvider();
    }

    public Guid Scope { get; } = Guid.CreateVersion7();

    public static async Task<Room> OpenAsync(int rows = 3) => new(await TestDatabase.CreateAsync(), rows);

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Call Call(IMessage request) => new()
    {
        Principal = new Principal(Guid.Empty, Guid.Empty, Scope, KeyEnvironment.Test, FrozenSet<string>.Empty, RateLimit.None),
        Method = "test", RequestId = "r", Request = request,
    };

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _db.DisposeAsync();
        await _database.DisposeAsync();
    }
}
