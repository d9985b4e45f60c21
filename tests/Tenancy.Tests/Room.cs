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
    private readonly TestRoom _room;

    private Room(TestRoom room) => _room = room;

    public MovedClock Clock => _room.Clock;
    public Db Db => _room.Db;
    public KeyRing Ring => _room.Get<KeyRing>();
    public TenantBook Book => _room.Get<TenantBook>();
    public bool LastReplayed => _room.LastReplayed;

    public static async Task<Room> OpenAsync() => new(await TestRoom.OpenAsync([TenancyModule.Assembly], s => s.AddTenancy()));

    /// <summary>A tenant, and its first key as the edge sees it.</summary>
    public async Task<Principal> OwnerAsync(string name = "Acme", bool operate = false) =>
        await PrincipalAsync((await Book.OpenAsync(name, operate, default)).Secret);

    public async Task<Principal> PrincipalAsync(string secret) => (await Ring.AuthenticateAsync(secret, default)).Value;

    /// <summary>A call of the handler that takes this request.</summary>
    public Task<Result<TResponse>> AskAsync<TRequest, TResponse>(Principal who, TRequest request, string? requestId = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => _room.AskAsync<TRequest, TResponse>(request, requestId, who: who);

    public Task<Result<KeyWithSecret>> CreateKeyAsync(
        Principal who, Role role = Role.Developer, V1.Environment environment = V1.Environment.Test, string? requestId = null, int rate = 0) =>
        AskAsync<CreateKeyRequest, KeyWithSecret>(who, new CreateKeyRequest { Name = "ci", Role = role, Environment = environment, RatePerSecond = rate }, requestId);

    public Task<Result<Member>> AddMemberAsync(Principal who, string email, Role role = Role.Developer) =>
        AskAsync<AddMemberRequest, Member>(who, new AddMemberRequest { Email = email, Role = role });

    /// <summary>The same tenant's owner in the live world.</summary>
    public static Principal Live(Principal test, Guid liveScope) => test with { Scope = liveScope, Environment = KeyEnvironment.Live };

    public Task<long> CountAsync(string from) => _room.CountAsync(from);

    public ValueTask DisposeAsync() => _room.DisposeAsync();
}
