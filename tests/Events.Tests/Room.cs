using System.Collections.Frozen;
using System.Threading.Channels;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Events.Tests;

/// <summary>The room over a log of its own.</summary>
internal sealed class Room : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly ServiceProvider _services;

    private Room(TestDatabase database)
    {
        _database = database;
        Db = Db.Open(database.ConnectionString, TimeProvider.System);
        _services = new ServiceCollection().AddSingleton(Db).AddSingleton(TimeProvider.System).AddEvents().BuildServiceProvider();
    }

    public Db Db { get; }
    public Guid Scope { get; } = Guid.CreateVersion7();

    public static async Task<Room> OpenAsync() => new(await TestDatabase.CreateAsync("events", async source =>
    {
        await using var db = Db.Open(source.ConnectionString, TimeProvider.System);
        await Migrator.ApplyAsync(db, [], default);
    }));

    public Task TellAsync(string listener, Guid? scope = null) => Db.InTransactionAsync((tx, ct) =>
        Outbox.AppendAsync(tx, scope ?? Scope, $"listener:{listener}", new ListenerPlanSet { ListenerId = listener, Plan = "free" }, ct), default);

    public Task TellAsync(Storage.NewFact fact) => Db.InTransactionAsync((tx, ct) => Outbox.AppendAsync(tx, [fact], ct), default);

    /// <summary>Starts a stream; its messages come through the channel until the token is cancelled or the stream ends.</summary>
    public (ChannelReader<TResponse> Messages, Task<Fault?> Ended) Watch<TRequest, TResponse>(string method, TRequest request, CancellationToken ct)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var channel = Channel.CreateUnbounded<TResponse>();
        var handler = (IStreamRpc<TRequest, TResponse>)_services.GetRequiredService(typeof(EventsModule).Assembly.GetType($"Busker.Events.{method}")!);
        var call = new Call
        {
            Principal = new Principal(Guid.Empty, Guid.Empty, Scope, KeyEnvironment.Test, FrozenSet<string>.Empty, RateLimit.None),
            Method = method, RequestId = "r", Request = request,
        };
        return (channel.Reader, handler.HandleAsync(request, call, m => channel.Writer.WriteAsync(m), ct));
    }

    /// <summary>Tells a first fact again and again until a watcher has seen one: then the watch is open.</summary>
    public async Task<T> OpenedAsync<T>(ChannelReader<T> messages, Func<T, bool> seen)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            await TellAsync("opening");
            while (messages.TryRead(out var message)) if (seen(message)) return message;
            await Task.WhenAny(messages.WaitToReadAsync(patience.Token).AsTask(), Task.Delay(50, patience.Token));
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
