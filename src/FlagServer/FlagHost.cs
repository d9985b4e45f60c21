using System.Security.Cryptography;
using Busker.Flags;
using Busker.FlagServer.Confidence;
using Busker.FlagServer.Exposures;
using Busker.FlagServer.Flagd;
using Busker.FlagServer.Ofrep;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Busker.FlagServer.States;
using Busker.FlagServer.Telemetry;
using Busker.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Busker.FlagServer;

/// <summary>A running flag server: one state file, four dialects, no database. The door of this project.</summary>
public sealed class FlagHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StateWatch _watch;
    private readonly Listeners _listeners;
    private readonly ExposureLog _exposures;
    private readonly ExposureTokens _tokens;
    private int _disposed;

    private FlagHost(FlagServerOptions options, StateWatch watch)
    {
        _watch = watch;
        _listeners = new Listeners(watch, options);
        _exposures = new ExposureLog(options);
        _tokens = new ExposureTokens(options.TokenKey ?? RandomNumberGenerator.GetBytes(32), options.Clock);
        _app = Build(options);
        var admission = new Admission(options);
        var streams = new EventStreams(watch, _listeners, options);
        var router = new Router(
            new Endpoints(new(watch, admission, _exposures), new(watch, admission, streams), streams, new(watch, admission, _exposures, _tokens),
                new(watch, admission, _exposures, _tokens), new(new(watch, admission, _exposures), new(watch, admission), new(watch, admission, _listeners))),
            new FetchState(watch, admission, options), new Cors(options.Origins), new ServerMetrics(watch, _listeners, _exposures),
            () => _app.Lifetime.ApplicationStopping.IsCancellationRequested ? "the server is stopping" : null);
        _app.Run(router.AnswerAsync);
        _app.Lifetime.ApplicationStopping.Register(_listeners.Stop);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Ends when something other than its owner stops it.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    public ulong StateVersion => _watch.Current.Book.State.Version;

    public int FlagCount => _watch.Current.Flags.Length;

    /// <summary>Reads the state and listens. Refused when the state cannot be used or the port is taken.</summary>
    public static async Task<Result<FlagHost>> StartAsync(FlagServerOptions options)
    {
        var watch = StateWatch.Open(options);
        if (watch.Fault is { } unusable) return unusable;
        var host = new FlagHost(options, watch.Value);
        try
        {
            await host._app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await host.DisposeAsync();
            return new Fault(Code.Unavailable, "FLAG_PORT_TAKEN", $"port {options.Port} is taken; choose another with --port", "port");
        }

        host.Address = new Uri(host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        host._watch.Start();
        host._exposures.Start();
        return host;
    }

    /// <summary>Ends the streams, finishes what is asked, writes the exposures that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _watch.DisposeAsync();
        await _exposures.DisposeAsync();
        _listeners.Dispose();
        _tokens.Dispose();
    }

    private static WebApplication Build(FlagServerOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // RequestBody has its own limit, which says so in the caller's dialect
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(options.Address, options.Port, l => l.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }
}
