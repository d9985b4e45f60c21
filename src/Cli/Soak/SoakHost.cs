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
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Busker.Cli.Soak;

/// <summary>A host in a process of its own, to be killed: the real edge, storage and rooms, and one key that may do everything.</summary>
internal static class SoakHost
{
    public const string Ready = "ready";

    private static readonly Guid Scope = new("01900000-0000-7000-8000-00000000050a");

    public static async Task RunAsync(string connection, int port, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        await using var db = Db.Open(connection, TimeProvider.System);
        builder.Services.AddBuskerEdge().AddSingleton<Authenticate>((_, _) => new(Everything))
            .AddSingleton(db).AddCatalog().AddEntitlements();
        await Migrator.ApplyAsync(db, [CatalogModule.Assembly, EntitlementsModule.Assembly], ct);
        await using var app = builder.Build();
        app.UseBuskerEdge();
        await app.StartAsync(ct);
        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync(ct);
    }

    private static readonly Principal Everything = new(Scope, Scope, Scope, KeyEnvironment.Test, FrozenSet.Create(
        "catalog.read", "catalog.write", "catalog.publish", "entitlements.read", "entitlements.write", "entitlements.consume"), RateLimit.None);
}
