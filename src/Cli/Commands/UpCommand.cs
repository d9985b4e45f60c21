using System.CommandLine;
using System.Runtime.InteropServices;
using Busker.Host;
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
        command.SetAction((parsed, ct) => RunAsync(new HouseWishes(
            parsed.GetValue(data)!, parsed.GetValue(postgres), parsed.GetValue(port), parsed.GetValue(grpc), parsed.GetValue(role), parsed.GetValue(address)!), ct));
        return command;
    }

    private static async Task<int> RunAsync(HouseWishes wishes, CancellationToken ct)
    {
        var steps = new Steps();
        try
        {
            var started = await RunningHouse.StartAsync(wishes, steps, ct);
            if (started.Fault is { } fault) return Fail(fault.Message);
            await using var house = started.Value;
            Announce(house.Host, house.Demo, steps);
            await WaitAsync(house.Host, ct);
            AnsiConsole.MarkupLine("[grey]stopping…[/]");
            return 0;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
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
