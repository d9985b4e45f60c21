using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Busker.Host;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary><c>busker up</c>: database, migrations, host, console and, on an empty database, a demo tenant with the sample catalog.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Where the state lives.", DefaultValueFactory = _ => ".busker" };
        var postgres = new Option<string?>("--postgres") { Description = "Connection string of a server of yours (15 or newer) instead of the embedded one." };
        var port = new Option<int>("--port") { Description = "HTTP/1.1: console, Connect, gRPC-Web.", DefaultValueFactory = _ => 8080 };
        var grpc = new Option<int>("--grpc-port") { Description = "HTTP/2: gRPC.", DefaultValueFactory = _ => 8081 };
        var role = new Option<HostRole>("--role") { Description = "all, api or worker.", DefaultValueFactory = _ => HostRole.All };
        var address = new Option<string>("--address") { Description = "Address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };
        var command = new Command("up", "Runs the product until Ctrl-C.") { data, postgres, port, grpc, role, address };
        command.SetAction((parsed, ct) => RunAsync(new Wishes(
            parsed.GetValue(data)!, parsed.GetValue(postgres), parsed.GetValue(port), parsed.GetValue(grpc), parsed.GetValue(role), parsed.GetValue(address)!), ct));
        return command;
    }

    private sealed record Wishes(string Data, string? Postgres, int Port, int GrpcPort, HostRole Role, string Address);

    private static async Task<int> RunAsync(Wishes wishes, CancellationToken ct)
    {
        if (!IPAddress.TryParse(wishes.Address, out var address)) return Fail($"--address {wishes.Address} is not an IP address.");
        var steps = new Steps();
        EmbeddedPostgres? embedded = null;
        try
        {
            var connection = await DatabaseAsync(wishes, steps, e => embedded = e, ct);
            if (connection.Fault is { } away) return Fail(away.Message);

            steps.Begin("migrating and starting the host");
            var started = await BuskerHost.StartAsync(new HostSettings(connection.Value, new Ports(address, wishes.Port, wishes.GrpcPort))
            {
                Role = wishes.Role, Console = Path.Combine(Checkout.Root, "console", "dist"),
            }, ct);
            if (started.Fault is { } fault) return Fail(fault.Message);
            await using var host = started.Value;
            steps.Done();

            var demo = wishes.Role == HostRole.Worker ? null : await DemoTenant.EnsureAsync(host, Path.GetFullPath(wishes.Data), steps, ct);
            Announce(host, demo, steps);
            await WaitAsync(host, ct);
            AnsiConsole.MarkupLine("[grey]stopping…[/]");
            return 0;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            if (embedded is not null) await embedded.DisposeAsync();
        }
    }

    private static async Task<Result<string>> DatabaseAsync(Wishes wishes, Steps steps, Action<EmbeddedPostgres> started, CancellationToken ct)
    {
        if (wishes.Postgres is { } outside)
        {
            steps.Begin("asking your PostgreSQL");
            var checkedOut = await OutsidePostgres.CheckAsync(outside, ct);
            if (checkedOut.Fault is null) steps.Done();
            return checkedOut;
        }

        steps.Begin("starting PostgreSQL");
        var options = new PostgresOptions(Path.GetFullPath(wishes.Data)) { Engines = Path.Combine(Checkout.Root, "engines"), Progress = steps.Begin };
        var postgres = await EmbeddedPostgres.StartAsync(options, ct);
        if (postgres.Fault is { } fault) return fault;
        started(postgres.Value);
        steps.Done();
        return postgres.Value.ConnectionString;
    }

    private static void Announce(BuskerHost host, DemoTenant.Keys? demo, Steps steps)
    {
        var http = host.Addresses[0];
        AnsiConsole.MarkupLineInterpolated($"[bold green]Busker is up[/] after {steps.Elapsed.TotalSeconds:0.0} s. Ctrl-C stops it.");
        Console.WriteLine();
        Console.WriteLine(demo is null ? $"  console   {http}/" : $"  console   {http}/#key={demo.Secret}");
        Console.WriteLine($"  API       {http}/docs   (gRPC at {host.Addresses.ElementAtOrDefault(1)})");
        Console.WriteLine($"  health    {http}/readyz   metrics {http}/metrics");
        if (demo is null) return;
        Console.WriteLine();
        Console.WriteLine("  What may the demo's listener Ann do now, and why?");
        Console.WriteLine($$"""  curl -H 'Authorization: Bearer {{demo.Secret}}' -H 'Content-Type: application/json' -d '{"listenerId":"ann","explain":true}' {{http}}/busker.entitlements.v1.Entitlements/ResolveEntitlements""");
        Console.WriteLine();
    }

    private static async Task WaitAsync(BuskerHost host, CancellationToken ct)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Ask(PosixSignalContext signal)
        {
            signal.Cancel = true;
            asked.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        await using var cancelled = ct.Register(() => asked.TrySetResult());
        await Task.WhenAny(asked.Task, host.Stopped);
    }

    private static int Fail(string sentence)
    {
        Console.WriteLine();
        Console.Error.WriteLine($"busker: {sentence}");
        return 1;
    }
}
