using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Busker.Simulator.Tests;

/// <summary>
/// A merchant's webhook endpoint on a real socket: keeps what it was sent, in order. It ends within seconds whatever is on its way to it.
/// </summary>
internal sealed class Receiver : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly List<(string Body, string? Signature)> _got = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly KestrelServer _server;

    private Receiver(KestrelServer server) => _server = server;

    public string Url { get; private set; } = "";

    public IReadOnlyList<(string Body, string? Signature)> Got
    {
        get
        {
            lock (_got) return [.. _got];
        }
    }

    /// <summary>The ids of the objects that the events were about.</summary>
    public string[] Subjects => [.. Got.Select(g => JsonDocument.Parse(g.Body).RootElement.GetProperty("data").GetProperty("object").GetProperty("id").GetString()!)];

    public static async Task<Receiver> OpenAsync()
    {
        var options = new KestrelServerOptions();
        options.Listen(IPAddress.Loopback, 0);
        var server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        var receiver = new Receiver(server);
        await server.StartAsync(receiver, CancellationToken.None);
        receiver.Url = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single() + "/";
        return receiver;
    }

    /// <summary>Completes when so many have arrived in all; gives up when none comes for ten seconds.</summary>
    public async Task ReachesAsync(int count)
    {
        while (Got.Count < count) (await _arrived.WaitAsync(Patience)).ShouldBeTrue($"{Got.Count} of {count} webhooks came");
    }

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        lock (_got) _got.Add((body, request.Headers["Stripe-Signature"]));
        _arrived.Release();
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(hurry.Token).WaitAsync(Patience);
        _server.Dispose();
    }
}
