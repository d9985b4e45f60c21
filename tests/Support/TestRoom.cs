using System.Collections.Frozen;
using System.Reflection;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Support;

/// <summary>
/// One room (and those below it) over a database of its own, wired as the host wires it, under a clock that can be moved on.
/// Handlers are asked directly: what the edge does before them is tested with the edge.
/// </summary>
public sealed class TestRoom : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly ServiceProvider _services;
    private int _requests;

    private TestRoom(TestDatabase database, Action<IServiceCollection> add)
    {
        _database = database;
        Db = Db.Open(database.ConnectionString, Clock);
        var services = new ServiceCollection().AddLogging().AddSingleton(Db).AddSingleton<TimeProvider>(Clock);
        add(services);
        _services = services.BuildServiceProvider();
    }

    public MovedClock Clock { get; } = new();
    public Db Db { get; }

    /// <summary>The tenant's scope in which handlers are asked.</summary>
    public Guid Scope { get; } = Guid.CreateVersion7();

    /// <summary>True when the last answer was that of an earlier call with the same request id.</summary>
    public bool LastReplayed { get; private set; }

    /// <param name="migrations">the modules' assemblies; applied once for this process, then copied</param>
    /// <param name="add">registers the rooms: <c>s => s.AddCatalog()</c></param>
    public static async Task<TestRoom> OpenAsync(IReadOnlyList<Assembly> migrations, Action<IServiceCollection> add)
    {
        var template = string.Join(' ', migrations.Select(m => m.GetName().Name).Prepend("rooms"));
        return new TestRoom(await TestDatabase.CreateAsync(template, async source =>
        {
            await using var db = Db.Open(source.ConnectionString, TimeProvider.System);
            await Migrator.ApplyAsync(db, migrations, default);
        }), add);
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A key of a tenant that may do these things.</summary>
    public static Principal Caller(Guid scope, params string[] permissions) =>
        new(Guid.Empty, Guid.Empty, scope, KeyEnvironment.Test, permissions.ToFrozenSet(), RateLimit.None);

    /// <summary>Asks the handler of the method that takes this request.</summary>
    /// <param name="requestId">null: a fresh one</param>
    /// <param name="scope">null: <see cref="Scope"/></param>
    /// <param name="who">null: nobody in particular, in that scope</param>
    public async Task<Result<TResponse>> AskAsync<TRequest, TResponse>(
        TRequest request, string? requestId = null, Guid? scope = null, Principal? who = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var (method, handler) = _services.GetServices<RpcRegistration>()
            .SelectMany(r => r.Service.Methods.Select(m => (Method: m, Handler: r.Handlers.FirstOrDefault(h => h.Name == m.Name))))
            .Single(m => m.Method.InputType.ClrType == typeof(TRequest) && m.Handler is not null);
        var call = new Call
        {
            Principal = who ?? Caller(scope ?? Scope),
            Method = method.FullName, RequestId = "r", Request = request,
            IdempotencyKey = requestId ?? $"q{Interlocked.Increment(ref _requests)}",
        };
        var answer = await ((IRpc<TRequest, TResponse>)_services.GetRequiredService(handler!)).HandleAsync(request, call, default);
        LastReplayed = call.Replayed;
        return answer;
    }

    /// <summary>Rows of a table, with its condition: <c>storage.audit where subject = 'x'</c>.</summary>
    public async Task<long> CountAsync(string from)
    {
        await using var command = _database.Source.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Db.DisposeAsync();
        await _database.DisposeAsync();
    }
}
