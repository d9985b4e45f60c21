using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Busker.Entitlements.V1;
using Google.Protobuf;

namespace Busker.Bench.Caps;

/// <summary>Redis over its own protocol: INCR of one of many keys.</summary>
internal sealed class RedisCaller(Socket socket, int caller) : ICaller
{
    private readonly byte[] _answer = new byte[256];
    private uint _next = Wire.Seed(caller);

    public static async Task<ICaller> ConnectAsync(int port, int caller) => new RedisCaller(await Wire.ConnectAsync(port), caller);

    public async ValueTask<bool> AskAsync()
    {
        var key = Wire.Listener(ref _next);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"*2\r\n$4\r\nINCR\r\n${key.Length}\r\n{key}\r\n"));
        var read = await socket.ReceiveAsync(_answer);
        return read > 0 && _answer[0] == ':';
    }

    public void Dispose() => socket.Dispose();
}

/// <summary>ConsumeCap as a Connect call: HTTP/1.1, binary, written and read by hand so that the callers cost little.</summary>
internal sealed class ConnectCaller(Socket socket, int caller) : ICaller
{
    private readonly byte[] _answer = new byte[4096];
    private uint _next = Wire.Seed(caller);

    public static async Task<ICaller> ConnectAsync(int port, int caller) => new ConnectCaller(await Wire.ConnectAsync(port), caller);

    public async ValueTask<bool> AskAsync()
    {
        var request = new ConsumeCapRequest
        {
            RequestId = Guid.CreateVersion7().ToString("N"), ListenerId = Wire.Listener(ref _next),
            Feature = "on_demand_time", Amount = 1,
        };
        var size = request.CalculateSize();
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /busker.entitlements.v1.Entitlements/ConsumeCap HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer bench\r\nContent-Type: application/proto\r\nContent-Length: {size}\r\n\r\n"));
        var message = new byte[head.Length + size];
        head.CopyTo(message, 0);
        request.WriteTo(message.AsSpan(head.Length));
        await socket.SendAsync(message);
        return await ReadAsync();
    }

    private async Task<bool> ReadAsync()
    {
        for (var length = 0; ;)
        {
            var read = await socket.ReceiveAsync(_answer.AsMemory(length));
            if (read == 0) throw new IOException("the host closed the connection");
            length += read;
            if (Whole(_answer.AsSpan(0, length)) is { } admitted) return admitted;
        }
    }

    /// <returns>Whether the answer says admitted; null while it is not all there.</returns>
    private static bool? Whole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return null;
        var name = answer.IndexOf("Content-Length: "u8);
        var digits = answer[(name + 16)..];
        var size = int.Parse(digits[..digits.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
        if (answer.Length < end + 4 + size) return null;
        var body = answer[(end + 4)..];
        return answer.StartsWith("HTTP/1.1 200"u8) && body.StartsWith([(byte)8, (byte)ConsumeCapResponse.Types.Outcome.Admitted]);
    }

    public void Dispose() => socket.Dispose();
}

internal static class Wire
{
    public const int Listeners = 10_000;

    public static uint Seed(int caller) => unchecked((uint)caller * 2_654_435_761u);

    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    /// <summary>The next listener of a linear congruential walk.</summary>
    public static string Listener(ref uint state)
    {
        state = unchecked((state * 1_664_525u) + 1_013_904_223u);
        return string.Create(CultureInfo.InvariantCulture, $"l{state % Listeners}");
    }
}
