using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Busker.Storage;

namespace Busker.Cli.Commands;

/// <summary><c>busker doctor</c>: what is missing or wrong here, and how to mend it. The launcher has looked at the tools before.</summary>
internal static class DoctorCommand
{
    private const long DiskMin = 2L << 30;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Where the state lives.", DefaultValueFactory = _ => ".busker" };
        var port = new Option<int>("--port") { Description = "HTTP/1.1 port to look at.", DefaultValueFactory = _ => 8080 };
        var grpc = new Option<int>("--grpc-port") { Description = "HTTP/2 port to look at.", DefaultValueFactory = _ => 8081 };
        var command = new Command("doctor", "Says what is missing or wrong, and how to mend it.") { data, port, grpc };
        command.SetAction((parsed, ct) => RunAsync(Path.GetFullPath(parsed.GetValue(data)!), [parsed.GetValue(port), parsed.GetValue(grpc)], ct));
        return command;
    }

    private static async Task<int> RunAsync(string data, int[] ports, CancellationToken ct)
    {
        List<(string What, string? Wrong)> findings =
        [
            ("engines", Engines()),
            ("console", File.Exists(Path.Combine(Checkout.Root, "console", "dist", "index.html")) ? null : "The console is not built: ./busker up builds it."),
            ("disk", Disk(data)),
            .. ports.Select(p => ($"port {p}", Port(p))),
            ("browser", Find("chromium") || Find("google-chrome") ? null : "No Chromium: only tests of pages need it; install the package chromium."),
            ("database", await DatabaseAsync(data, ct)),
        ];
        foreach (var (what, wrong) in findings) Console.WriteLine(wrong is null ? $"  ok: {what}" : $"  {what}: {wrong}");
        return findings.All(f => f.Wrong is null || f.What == "browser") ? 0 : 1;
    }

    private static string? Engines() =>
        Directory.Exists(Path.Combine(Checkout.Root, "engines", "node_modules")) ? null : "The engines are not installed: npm --prefix engines ci --ignore-scripts.";

    private static string? Disk(string data)
    {
        var there = new DirectoryInfo(data);
        while (!there.Exists && there.Parent is { } parent) there = parent;
        var free = new DriveInfo(there.FullName).AvailableFreeSpace;
        return free >= DiskMin ? null : $"Only {free >> 20} MiB are free where {data} lives: free some space, or move the state with --data.";
    }

    private static string? Port(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException)
        {
            return $"Something listens on {port} already (a running Busker is fine); choose another with --port or --grpc-port.";
        }
    }

    private static bool Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Starts the database and asks it something; one that runs already is asked nothing.</summary>
    private static async Task<string?> DatabaseAsync(string data, CancellationToken ct)
    {
        var started = await EmbeddedPostgres.StartAsync(new PostgresOptions(data) { Engines = Path.Combine(Checkout.Root, "engines") }, ct);
        if (started.Fault is { Reason: "DATA_IN_USE" }) return null;
        if (started.Fault is { } fault) return fault.Message;
        await started.Value.DisposeAsync();
        return null;
    }
}
