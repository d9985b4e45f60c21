using System.Net;
using System.Net.Sockets;

namespace Busker.Storage.Tests;

/// <summary>A wire to the server that can lose the one answer that matters: "COMMIT" was done, and nobody hears of it.</summary>
internal sealed class LossyWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly (string Host, int Port) _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _toLose;
    private byte[] _request = [];
    private volatile bool _cutAfter;
    private volatile bool _cut;

    public LossyWire(string host, int port)
    {
        _server = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers lost so far.</summary>
    public int Lost { get; private set; }

    /// <param name="andEverythingAfter">no connection is carried any more until <see cref="Mend"/></param>
    public void LoseNextCommit(bool andEverythingAfter = false)
    {
        _cutAfter = andEverythingAfter;
        Volatile.Write(ref _toLose, 1);
    }

    /// <summary>The next request with these bytes does not reach the server; its connection breaks.</summary>
    public void LoseNextRequestOf(ReadOnlySpan<byte> bytes) => Volatile.Write(ref _request, bytes.ToArray());

    public void Mend() => _cut = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var near = client;
        if (_cut) return;
        using var far = new TcpClient();
        await far.ConnectAsync(_server.Host, _server.Port);
        var (up, down) = (near.GetStream(), far.GetStream());
        await Task.WhenAny(PassAsync(up, down, watch: false), PassAsync(down, up, watch: true));
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool watch)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
            {
                var sought = Volatile.Read(ref _request);
                if (!watch && sought.Length > 0 && buffer.AsSpan(0, read).IndexOf(sought) >= 0)
                {
                    _request = [];
                    Lost++;
                    return;
                }

                if (watch && buffer.AsSpan(0, read).IndexOf("COMMIT\0"u8) >= 0 && Interlocked.Exchange(ref _toLose, 0) == 1)
                {
                    Lost++;
                    _cut = _cutAfter;
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // one side hung up
        }
    }
}
