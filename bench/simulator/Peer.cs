using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Busker.Bench.Simulator;

/// <summary>npm's stripe-stateful-mock in a process of its own.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    private Peer(Process process, int port) => (_process, Address) = (process, new Uri($"http://127.0.0.1:{port}"));

    public Uri Address { get; }

    public static Peer Start()
    {
        var port = FreePort();
        var script = Path.Combine(BenchResult.Root, "bench", "simulator", "node_modules", "stripe-stateful-mock", "dist", "cli.js");
        var start = new ProcessStartInfo("node", [script]) { RedirectStandardOutput = true };
        start.Environment["PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["LOG_LEVEL"] = "silent";
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        for (var tries = 0; tries < 200; tries++)
        {
            try
            {
                using var probe = new TcpClient();
                probe.Connect(IPAddress.Loopback, port);
                return new Peer(process, port);
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }

        throw new InvalidOperationException("stripe-stateful-mock did not start: npm ci in bench/simulator");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
