using System.Collections.Frozen;
using System.Net;
using Busker.Catalog;
using Busker.Entitlements;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Busker.Bench.Caps;

/// <summary>A host in a process of its own: the real edge and rooms, with one key known in advance.</summary>
internal static class Server
{
    public static readonly Guid Scope = new("01900000-0000-7000-8000-000000000001");

    public static async Task RunAsync(string kind, string connection, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole().Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        builder.Services.AddBuskerEdge().AddSingleton<Authenticate>((_, _) => new(new Principal(
                Scope, Scope, Scope, KeyEnvironment.Test, FrozenSet.Create("entitlements.consume"), RateLimit.None)))
            .AddSingleton(Db.Open(connection, TimeProvider.System)).AddCatalog().AddEntitlements();
        if (kind == "plain") Replace(builder.Services, connection);
        var app = builder.Build();
        app.UseBuskerEdge();
        await app.StartAsync();
        Console.WriteLine("ready");
        Console.ReadLine(); // until the parent closes our input
        await app.StopAsync();
    }

    /// <summary>The same service with the one handler replaced.</summary>
    private static void Replace(IServiceCollection services, string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 64, MaxAutoPrepare = 20, AutoPrepareMinUsages = 1 };
        services.AddSingleton(NpgsqlDataSource.Create(settings.ConnectionString)).AddSingleton<Plain.ConsumeCap>();
        var old = services.Single(s => s.ImplementationInstance is RpcRegistration r && r.Service.FullName == "busker.entitlements.v1.Entitlements");
        var registration = (RpcRegistration)old.ImplementationInstance!;
        services.Remove(old);
        services.AddSingleton(registration with
        {
            Handlers = [.. registration.Handlers.Where(h => h.Name != nameof(Plain.ConsumeCap)), typeof(Plain.ConsumeCap)],
        });
    }
}
