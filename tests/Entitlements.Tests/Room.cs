using System.Collections.Frozen;
using System.Reflection;
using Busker.Catalog;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Entitlements.Tests;

/// <summary>Both rooms over a database of their own, wired as the host wires them, under a clock that can be moved on.</summary>
internal sealed class Room : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly ServiceProvider _services;
    private int _requests;

    private Room(TestDatabase database)
    {
        _database = database;
        Db = Db.Open(database.ConnectionString, Clock);
        _services = new ServiceCollection().AddSingleton(Db).AddCatalog().AddEntitlements().BuildServiceProvider();
    }

    public MovedClock Clock { get; } = new();
    public Db Db { get; }
    public Guid Scope { get; init; } = Guid.CreateVersion7();
    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>With the tiny sample published, perhaps changed first.</summary>
    public static async Task<Room> OpenAsync(Action<Document>? change = null)
    {
        var room = new Room(await TestDatabase.CreateAsync("entitlements", async source =>
        {
            await using var db = Db.Open(source.ConnectionString, TimeProvider.System);
            await Migrator.ApplyAsync(db, [CatalogModule.Assembly, EntitlementsModule.Assembly], default);
        }));
        await room.PublishAsync(change);
        return room;
    }

    /// <summary>Another host on the same database, with the same clock.</summary>
    public Room Beside() => new(_database) { Shared = true, Scope = Scope };

    private bool Shared { get; init; }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public async Task PublishAsync(Action<Document>? change = null, TimeSpan? later = null)
    {
        var document = Tiny();
        change?.Invoke(document);
        var draft = await AskAsync<CreateDraftRequest, Draft>("CreateDraft", new CreateDraftRequest { Document = document });
        (await AskAsync<PublishDraftRequest, Catalog.V1.Version>("PublishDraft", new PublishDraftRequest
        {
            DraftId = draft.Value.DraftId, Etag = draft.Value.Etag,
            EffectiveTime = later is { } wait ? Timestamp.FromDateTimeOffset(Now + wait) : null,
        })).Fault.ShouldBeNull();
    }

    public static Document Tiny() =>
        DocumentFile.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "samples", "catalogs", "tiny.yaml")), "tiny.yaml").Value;

    public async Task<Result<TResponse>> AskAsync<TRequest, TResponse>(string method, TRequest request, string? requestId = null, Guid? scope = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var type = new[] { typeof(CatalogModule), typeof(EntitlementsModule) }.Select(m => m.Assembly.GetType($"{m.Namespace}.{method}")).Single(t => t is not null)!;
        var call = new Call
        {
            Principal = new Principal(Guid.Empty, Guid.Empty, scope ?? Scope, KeyEnvironment.Test, FrozenSet<string>.Empty, RateLimit.None),
            Method = method, RequestId = "r", Request = request,
            IdempotencyKey = requestId ?? $"q{Guid.CreateVersion7()}{Interlocked.Increment(ref _requests)}",
        };
        return await ((IRpc<TRequest, TResponse>)_services.GetRequiredService(type)).HandleAsync(request, call, default);
    }

    public Task<Result<Listener>> SetAsync(string listener, string plan, params string[] addOns) =>
        AskAsync<SetListenerPlanRequest, Listener>("SetListenerPlan", new SetListenerPlanRequest { ListenerId = listener, Plan = plan, Market = "WORLD", AddOns = { addOns } });

    public Task<Result<ConsumeCapResponse>> ConsumeAsync(string listener, string feature, long amount, string? requestId = null, bool partial = false) =>
        AskAsync<ConsumeCapRequest, ConsumeCapResponse>("ConsumeCap", new ConsumeCapRequest { ListenerId = listener, Feature = feature, Amount = amount, Partial = partial }, requestId);

    public async Task<CapBalance> BalanceAsync(string listener, string feature) =>
        (await AskAsync<GetCapBalanceRequest, GetCapBalanceResponse>("GetCapBalance", new GetCapBalanceRequest { ListenerId = listener, Features = { feature } })).Value.Balances.Single();

    public async Task<ResolveEntitlementsResponse> ResolveAsync(string listener, bool explain = false, DateTimeOffset? at = null) =>
        (await AskAsync<ResolveEntitlementsRequest, ResolveEntitlementsResponse>("ResolveEntitlements", new ResolveEntitlementsRequest
        {
            ListenerId = listener, Explain = explain, AsOfTime = at is { } time ? Timestamp.FromDateTimeOffset(time) : null,
        })).Value;

    public async Task<long> CountAsync(string from)
    {
        await using var command = _database.Source.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (!Shared) await _database.DisposeAsync();
    }
}
