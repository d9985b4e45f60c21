using Busker.Catalog;
using Busker.Datasets;
using Busker.Entitlements;
using Busker.Events;
using Busker.Kernel;
using Busker.Operations;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy;
using Busker.Warehouse;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Busker.Host;

/// <summary>
/// One process of the house: the rooms put together over one database. Any number may run on the same database; each
/// migrates if nobody has, and keeps no state of its own.
/// </summary>
public sealed class BuskerHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BuskerHost(WebApplication app) => _app = app;

    /// <summary>Doors of the rooms, for whoever starts the host.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens, in the order HTTP/1.1, HTTP/2, TLS of those asked for.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>Completes when the host has stopped.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <summary>Migrates, then listens.</summary>
    /// <returns>A fault (one sentence) when it cannot: the database is away or was changed by hand, a port is taken.</returns>
    public static async Task<Result<BuskerHost>> StartAsync(HostSettings settings, CancellationToken ct)
    {
        var app = Build(settings);
        try
        {
            await Migrator.ApplyAsync(app.Services.GetRequiredService<Db>(), Rooms, ct);
            await app.StartAsync(ct);
            return new BuskerHost(app);
        }
        catch (Exception e) when (Explain(e) is { } fault)
        {
            await app.DisposeAsync();
            return fault;
        }
    }

    private static System.Reflection.Assembly[] Rooms => [TenancyModule.Assembly, CatalogModule.Assembly, EntitlementsModule.Assembly];

    private static WebApplication Build(HostSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss ")).SetMinimumLevel(LogLevel.Warning);
        // A start that fails is thrown and explained by StartAsync; a worker that fails later is logged as critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = settings.Drain);
        builder.WebHost.ConfigureKestrel(settings.Ports.Apply);
        if (settings.Ports.Tls is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(settings.Clock)
            .AddSingleton(_ => Db.Open(settings.ConnectionString, settings.Clock))
            .AddSingleton<ReadyCheck>(p => new DatabaseProbe(p.GetRequiredService<Db>()).CheckAsync)
            .AddBuskerEdge(o =>
            {
                o.DrainTimeMax = settings.Drain;
                foreach (var origin in settings.AllowedOrigins) o.AllowedOrigins.Add(origin);
            })
            .AddSingleton(new WarehouseSettings(settings.Engines))
            .AddTenancy().AddEvents().AddCatalog().AddEntitlements().AddDatasets().AddOperations();
        if (settings.Role != HostRole.Api) builder.Services.AddHostedService<Background>();

        var app = builder.Build();
        if (settings.Role != HostRole.Worker) app.UseBuskerEdge();
        if (settings.Role != HostRole.Worker && Directory.Exists(settings.Console)) app.UseConsole(settings.Console);
        return app;
    }

    private static Fault? Explain(Exception e) => e switch
    {
        IOException { InnerException: AddressInUseException } => new(Code.FailedPrecondition, "PORT_TAKEN",
            $"A port is taken ({e.Message.TrimEnd('.')}): stop what listens there, or choose others with --port and --grpc-port."),
        DatabaseUnavailableException => new(Code.Unavailable, "DATABASE_UNAVAILABLE", $"The database does not answer: {e.Message}"),
        MigrationException => new(Code.FailedPrecondition, "MIGRATION_REFUSED", e.Message),
        InvariantException => new(Code.FailedPrecondition, "CONTRACT_BROKEN", e.Message),
        _ => null,
    };

    /// <summary>Stops taking calls, lets those inside finish, then closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
