using System.Net;
using Busker.Host;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Cli.Commands;

/// <summary>How a house is to be started.</summary>
internal sealed record HouseWishes(string State, string? Postgres, int Port, int GrpcPort, HostRole Role, string Address)
{
    /// <summary>Not null: one port, with TLS.</summary>
    public TlsWishes? Tls { get; init; }
}

/// <summary>Whose certificate; without one, one of our own.</summary>
internal sealed record TlsWishes(string? Certificate, string? Key);

/// <summary>Database, host and demo tenant, started together and stopped in the opposite order.</summary>
internal sealed class RunningHouse : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _embedded;

    private RunningHouse(EmbeddedPostgres? embedded, BuskerHost host, DemoTenant.Keys? demo) => (_embedded, Host, Demo) = (embedded, host, demo);

    public BuskerHost Host { get; }

    /// <summary>Null when the database is somebody's already, or for a worker.</summary>
    public DemoTenant.Keys? Demo { get; }

    public static async Task<Result<RunningHouse>> StartAsync(HouseWishes wishes, Steps steps, CancellationToken ct)
    {
        if (!IPAddress.TryParse(wishes.Address, out var address))
            return new Fault(Code.InvalidArgument, "BAD_ADDRESS", $"--address {wishes.Address} is not an IP address.");
        var ports = PortsOf(wishes, address);
        if (ports.Fault is { } unreadable) return unreadable;
        EmbeddedPostgres? embedded = null;
        BuskerHost? host = null;
        var whole = false;
        try
        {
            var connection = await DatabaseAsync(wishes, steps, e => embedded = e, ct);
            if (connection.Fault is { } away) return away;
            steps.Begin("migrating and starting the host");
            var started = await BuskerHost.StartAsync(new HostSettings(connection.Value, ports.Value)
            {
                Role = wishes.Role, Console = Path.Combine(Checkout.Root, "console", "dist"), Engines = Path.Combine(Checkout.Root, "engines"),
            }, ct);
            if (started.Fault is { } fault) return fault;
            host = started.Value;
            steps.Done();
            var demo = wishes.Role == HostRole.Worker ? null : await DemoTenant.EnsureAsync(host, Path.GetFullPath(wishes.State), ports.Value.Certificate, steps, ct);
            whole = true;
            return new RunningHouse(embedded, host, demo);
        }
        finally
        {
            if (!whole) await StopAsync(host, embedded);
        }
    }

    private static Result<Ports> PortsOf(HouseWishes wishes, IPAddress address)
    {
        foreach (var (option, port) in new[] { ("--port", wishes.Port), ("--grpc-port", wishes.GrpcPort) })
            if (port is < 0 or > 65_535) return new Fault(Code.InvalidArgument, "BAD_PORT", $"{option} is {port}; 0 to 65535.");
        if (wishes.Tls is not { } tls) return new Ports(address, wishes.Port, wishes.GrpcPort);
        var certificate = Certificates.Of(tls.Certificate, tls.Key, Path.GetFullPath(wishes.State));
        return certificate.Fault is { } fault ? fault : new Ports(address, null, null, wishes.Port, certificate.Value);
    }

    public ValueTask DisposeAsync() => StopAsync(Host, _embedded);

    private static async ValueTask StopAsync(BuskerHost? host, EmbeddedPostgres? embedded)
    {
        if (host is not null) await host.DisposeAsync();
        if (embedded is not null) await embedded.DisposeAsync();
    }

    private static async Task<Result<string>> DatabaseAsync(HouseWishes wishes, Steps steps, Action<EmbeddedPostgres> started, CancellationToken ct)
    {
        if (wishes.Postgres is { } outside)
        {
            steps.Begin("asking your PostgreSQL");
            var checkedOut = await OutsidePostgres.CheckAsync(outside, ct);
            if (checkedOut.Fault is null) steps.Done();
            return checkedOut;
        }

        steps.Begin("starting PostgreSQL");
        var options = new PostgresOptions(Path.GetFullPath(wishes.State)) { Engines = Path.Combine(Checkout.Root, "engines"), Progress = steps.Begin };
        var postgres = await EmbeddedPostgres.StartAsync(options, ct);
        if (postgres.Fault is { } fault) return fault;
        started(postgres.Value);
        steps.Done();
        return postgres.Value.ConnectionString;
    }
}
