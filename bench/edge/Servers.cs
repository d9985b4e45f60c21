using System.Buffers.Binary;
using System.Diagnostics;
using Busker.EchoHost;

namespace Busker.Bench.Edge;

/// <summary>A server in a process of its own, and where it listens.</summary>
internal sealed record Server(Process Process, Uri Http1, Uri Http2) : IDisposable
{
    public void Dispose()
    {
        Process.StandardInput.Close(); // it stops when its input ends
        Process.WaitForExit();
        Process.Dispose();
    }
}

internal static class Servers
{
    public static Server Start(string kind)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Servers).Assembly.Location, "serve", kind])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("dotnet did not start");
        var at = process.StandardOutput.ReadLine()?.Split(' ') ?? throw new InvalidOperationException($"the {kind} server did not start");
        return new Server(process, new Uri(at[0]), new Uri(at[1]));
    }

    /// <summary>Runs until the input ends.</summary>
    public static async Task ServeAsync(string kind, byte[] message)
    {
        if (kind == "edge")
        {
            await using var edge = new EchoEdge();
            await edge.StartAsync();
            await ListenAsync(edge.Http1, edge.Http2);
            return;
        }

        var (bare, http1, http2) = await BareKestrel.StartAsync(message, Frame(message)); // an echo: the answer's bytes are the request's
        await ListenAsync(http1, http2);
        await bare.DisposeAsync();
    }

    /// <summary>gRPC's envelope around a message.</summary>
    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static async Task ListenAsync(Uri http1, Uri http2)
    {
        Console.WriteLine($"{http1} {http2}");
        await Console.In.ReadToEndAsync();
    }
}
