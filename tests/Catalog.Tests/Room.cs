using System.Collections.Frozen;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;
using Google.Protobuf;

namespace Busker.Catalog.Tests;

/// <summary>The catalog room over a database of its own, under a clock that can be moved on.</summary>
internal sealed class Room : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private int _requests;

    private Room(TestDatabase database)
    {
        _database = database;
        Db = Db.Open(database.ConnectionString, Clock);
        Book = new CatalogBook(Db);
    }

    public MovedClock Clock { get; } = new();
    public Db Db { get; }
    public CatalogBook Book { get; }
    public Guid Scope { get; } = Guid.CreateVersion7();

    public static async Task<Room> OpenAsync() => new(await TestDatabase.CreateAsync("catalog", async source =>
    {
        await using var db = Db.Open(source.ConnectionString, TimeProvider.System);
        await Migrator.ApplyAsync(db, [CatalogModule.Assembly], default);
    }));

    /// <summary>A call of a handler with a fresh request id, or the one given.</summary>
    public async Task<Result<TResponse>> AskAsync<TRequest, TResponse>(
        IRpc<TRequest, TResponse> handler, TRequest request, string? requestId = null, Guid? scope = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        await handler.HandleAsync(request, Call(handler.GetType().Name, request, requestId, scope), default);

    public Call Call(string method, IMessage request, string? requestId = null, Guid? scope = null) => new()
    {
        Principal = new Principal(Guid.Empty, Guid.Empty, scope ?? Scope, KeyEnvironment.Test, FrozenSet<string>.Empty, RateLimit.None),
        Method = method, RequestId = "r", Request = request,
        IdempotencyKey = requestId ?? $"q{Interlocked.Increment(ref _requests)}",
    };

    public async Task<Draft> DraftAsync(Document? document = null) =>
        (await AskAsync(new CreateDraft(Db), new CreateDraftRequest { Document = document, Note = "because" })).Value;

    public Task<Result<V1.Version>> PublishAsync(Draft draft, TimeSpan? later = null) => AskAsync(
        new PublishDraft(Db, Book), new PublishDraftRequest
        {
            DraftId = draft.DraftId, Etag = draft.Etag,
            EffectiveTime = later is { } wait ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Clock.GetUtcNow() + wait) : null,
        });

    /// <summary>Publishes the tiny sample, changed.</summary>
    public async Task<V1.Version> PublishAsync(Action<Document>? change = null, TimeSpan? later = null)
    {
        var document = Samples.Tiny();
        change?.Invoke(document);
        return (await PublishAsync(await DraftAsync(document), later)).Value;
    }

    public async Task<long> CountAsync(string from)
    {
        await using var command = _database.Source.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        await _database.DisposeAsync();
    }
}
