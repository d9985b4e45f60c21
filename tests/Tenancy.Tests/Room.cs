using System.Collections.Frozen;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;
using Busker.Tenancy.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Tenancy.Tests;

/// <summary>The tenancy room over a database of its own, under a clock that can be moved on.</summary>
internal sealed class Room : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly ServiceProvider _services;

    private Room(TestDatabase database)
    {
        _database = database;
        Db = Db.Open(database.ConnectionString, Clock);
        _services = new ServiceCollection().AddLogging().AddSingleton(Db).AddTenancy().BuildServiceProvider();
    }

    public MovedClock Clock { get; } = new();
    public Db Db { get; }
    public KeyRing Ring => _services.GetRequiredService<KeyRing>();
    public TenantBook Book => _services.GetRequiredService<TenantBook>();

    public static async Task<Room> OpenAsync() => new(await TestDatabase.CreateAsync("tenancy", async source =>
    {
        await using var db = Db.Open(source.ConnectionString, TimeProvider.System);
        await Migrator.ApplyAsync(db, [TenancyModule.Assembly], default);
    }));

    /// <summary>A tenant, and its first key as the edge sees it.</summary>
    public async Task<Principal> OwnerAsync(string name = "Acme", bool operate = false) =>
        await PrincipalAsync((await Book.OpenAsync(name, operate, default)).Secret);

    public async Task<Principal> PrincipalAsync(string secret) => (await Ring.AuthenticateAsync(secret, default)).Value;

    /// <summary>A call as the edge makes it, the permission of the method checked by hand.</summary>
    public async Task<Result<TResponse>> AskAsync<TRequest, TResponse>(Principal who, string method, TRequest request, string? requestId = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var type = typeof(TenancyModule).Assembly.GetType($"Busker.Tenancy.{method}")!;
        var call = new Call
        {
            Principal = who, Method = $"busker.tenancy.v1.Tenancy.{method}", RequestId = "r", Request = request,
            IdempotencyKey = requestId ?? Guid.CreateVersion7().ToString(),
        };
        var answer = await ((IRpc<TRequest, TResponse>)_services.GetRequiredService(type)).HandleAsync(request, call, default);
        LastReplayed = call.Replayed;
        return answer;
    }

    public bool LastReplayed { get; private set; }

    public Task<Result<KeyWithSecret>> CreateKeyAsync(
        Principal who, Role role = Role.Developer, V1.Environment environment = V1.Environment.Test, string? requestId = null, int rate = 0) =>
        AskAsync<CreateKeyRequest, KeyWithSecret>(who, "CreateKey", new CreateKeyRequest { Name = "ci", Role = role, Environment = environment, RatePerSecond = rate }, requestId);

    public Task<Result<Member>> AddMemberAsync(Principal who, string email, Role role = Role.Developer) =>
        AskAsync<AddMemberRequest, Member>(who, "AddMember", new AddMemberRequest { Email = email, Role = role });

    /// <summary>The same tenant's owner in the live world.</summary>
    public static Principal Live(Principal test, Guid liveScope) => test with { Scope = liveScope, Environment = KeyEnvironment.Live };

    public async Task<long> CountAsync(string from)
    {
        await using var command = _database.Source.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
