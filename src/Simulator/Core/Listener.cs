using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Busker.Simulator.Core;

/// <summary>One Kestrel, one address per provider, straight on the server: no middleware between a fault and the socket.</summary>
internal sealed class Listener(IPAddress address, IReadOnlyList<(Pipeline Pipeline, int Port)> providers, ControlApi control)
    : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    private readonly Dictionary<int, Pipeline> _byPort = [];
    private KestrelServer? _server;

    public IReadOnlyDictionary<string, Uri> Addresses { get; private set; } = new Dictionary<string, Uri>();

    public async Task StartAsync()
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = 64 * 1024 * 1024; // documents of a dispute, 50 MB together
        (options.Limits.MinRequestBodyDataRate, options.Limits.MinResponseDataRate) = (null, null);
        foreach (var (_, port) in providers) options.Listen(address, port);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true, WaitForDataBeforeAllocatingBuffer = false }), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await _server.StartAsync(this, CancellationToken.None);
        var bound = _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(a => new Uri(a)).ToArray();
        var addresses = new Dictionary<string, Uri>();
        for (var i = 0; i < providers.Count; i++)
        {
            _byPort[bound[i].Port] = providers[i].Pipeline;
            addresses[providers[i].Pipeline.Provider.Name] = providers[i].Pipeline.Provider.Address = bound[i];
        }

        Addresses = addresses;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var pipeline = _byPort[Feature<IHttpConnectionFeature>(context).LocalPort];
        var ask = await ReadAsync(context);
        if (ask.Path.StartsWith("/_sim", StringComparison.Ordinal))
        {
            await SendAsync(context, new Reply(await control.HandleAsync(pipeline, ask), Ending.Sent));
            return;
        }

        var ending = Ending.Cut;
        try
        {
            var reply = await pipeline.RunAsync(ask);
            ending = reply.Ending;
            if (reply.Ending != Ending.Silence) await SendAsync(context, reply);
            reply.Answer.Gone();
        }
        finally
        {
            pipeline.Release(ask);
        }

        if (ending == Ending.Silence) await SilenceAsync(context);
    }

    private static async ValueTask<Ask> ReadAsync(IFeatureCollection context)
    {
        var request = Feature<IHttpRequestFeature>(context);
        return new Ask
        {
            Method = request.Method, Path = request.Path, Query = request.QueryString, Headers = request.Headers,
            Lane = request.Headers.TryGetValue("Sim-Lane", out var lane) ? lane.ToString() : "",
            Body = await BodyAsync(request),
        };
    }

    private static async ValueTask<byte[]> BodyAsync(IHttpRequestFeature request)
    {
        if (request.Headers.ContentLength is { } length)
        {
            if (length == 0) return [];
            var body = new byte[length];
            await request.Body.ReadExactlyAsync(body);
            return body;
        }

        if (!request.Headers.ContainsKey("Transfer-Encoding")) return [];
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy);
        return copy.ToArray();
    }

    /// <summary>Says nothing until the client gives up.</summary>
    private static async Task SilenceAsync(IFeatureCollection context)
    {
        var gone = new TaskCompletionSource();
        await using (Feature<IHttpRequestLifetimeFeature>(context).RequestAborted.Register(gone.SetResult)) await gone.Task;
    }

    private static async Task SendAsync(IFeatureCollection context, Reply reply)
    {
        var lifetime = Feature<IHttpRequestLifetimeFeature>(context);
        if (reply.Ending == Ending.Cut)
        {
            lifetime.Abort();
            return;
        }

        var answer = reply.Answer;
        var response = Feature<IHttpResponseFeature>(context);
        var body = Feature<IHttpResponseBodyFeature>(context);
        response.StatusCode = answer.Status;
        response.Headers.ContentType = answer.ContentType;
        if (answer.Status != 204) response.Headers.ContentLength = answer.Body.Length;
        foreach (var (name, value) in answer.Headers) response.Headers[name] = value;
        if (reply.Ending == Ending.Half)
        {
            await body.Writer.WriteAsync(answer.Body[..(answer.Body.Length / 2)]);
            await body.Writer.FlushAsync();
            lifetime.Abort();
            return;
        }

        if (answer.Body.Length > 0 && answer.Status != 204) await body.Writer.WriteAsync(answer.Body);
        await body.CompleteAsync();
    }

    /// <summary>Kestrel's context is its features, so most need no looking up.</summary>
    private static T Feature<T>(IFeatureCollection context)
        where T : class => context as T ?? context.GetRequiredFeature<T>();

    public async ValueTask DisposeAsync()
    {
        if (_server is null) return;
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(hurry.Token);
        _server.Dispose();
    }
}
