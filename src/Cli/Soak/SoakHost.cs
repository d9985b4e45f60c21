using System.Net;
using Busker.Host;
using Busker.Rpc;
using Busker.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Cli.Soak;

/// <summary>A host in a process of its own, to be killed: the same as <c>busker up</c> starts.</summary>
internal static class SoakHost
{
    public const string Ready = "ready";

    /// <returns>1 when it could not start: the database was away.</returns>
    public static async Task<int> RunAsync(string connection, int port, CancellationToken ct)
    {
        var started = await BuskerHost.StartAsync(new HostSettings(connection, new Ports(IPAddress.Loopback, port, null)), ct);
        if (started.Fault is not null) return 1;
        await using var host = started.Value;
        Console.WriteLine(Ready);
        await host.Stopped.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>The secret of a new tenant's owner.</summary>
    public static async Task<string> OpenTenantAsync(string connection, CancellationToken ct)
    {
        var started = await BuskerHost.StartAsync(new HostSettings(connection, new Ports(IPAddress.Loopback, 0, null)), ct);
        if (started.Fault is { } fault) throw new InvalidOperationException(fault.Message);
        await using var host = started.Value;
        return (await host.Services.GetRequiredService<TenantBook>().OpenAsync("soak", operate: false, ct)).Secret;
    }
}
