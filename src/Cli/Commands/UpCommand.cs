using System.CommandLine;
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
        var tls = new Option<bool>("--tls") { Description = "All protocols on --port with TLS, and none in clear text." };
        var certificate = new Option<string?>("--certificate") { Description = "PEM with the certificate for --tls; without it one is made for this machine alone." };
        var key = new Option<string?>("--certificate-key") { Description = "PEM with its private key, when it is in another file." };
        var command = new Command("up", "Runs the product until Ctrl-C.") { data, postgres, port, grpc, role, address, tls, certificate, key };
        command.SetAction((parsed, ct) => RunAsync(
            new HouseWishes(parsed.GetValue(data)!, parsed.GetValue(postgres), parsed.GetValue(port), parsed.GetValue(grpc), parsed.GetValue(role), parsed.GetValue(address)!)
            {
                Tls = parsed.GetValue(tls) || parsed.GetValue(certificate) is not null
                    ? new TlsWishes(parsed.GetValue(certificate), parsed.GetValue(key)) : null,
            }, ct));
        return command;
    }

    private static async Task<int> RunAsync(HouseWishes wishes, CancellationToken ct)
    {
        var steps = new Steps();
        try
        {
            var started = await RunningHouse.StartAsync(wishes, steps, ct);
            if (started.Fault is { } fault) return ct.IsCancellationRequested ? 0 : Fail(fault.Message);
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
        Console.WriteLine($"  API       {http}/docs   (gRPC at {host.Addresses.ElementAtOrDefault(1) ?? "the same port"})");
        Console.WriteLine($"  health    {http}/readyz   metrics {http}/metrics");
        if (demo is null) return;
        Console.WriteLine();
        Console.WriteLine("  What may the demo's listener Ann do now, and why?");
        Console.WriteLine($$"""  curl {{(http.StartsWith("https", StringComparison.Ordinal) ? "-k " : "")}}-H 'Authorization: Bearer {{demo.Secret}}' -H 'Content-Type: application/json' -d '{"listenerId":"ann","explain":true}' {{http}}/busker.entitlements.v1.Entitlements/ResolveEntitlements""");
        Console.WriteLine();
    }

    private static async Task WaitAsync(BuskerHost host, CancellationToken ct)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
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
