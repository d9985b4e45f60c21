using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Busker.Simulator.Tests;

/// <summary>A merchant's webhook endpoint on a real socket: keeps what it was sent, in order.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<(string Body, string? Signature)> _got = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _loop;

    public Receiver()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        }

        _listener.Prefixes.Add(Url);
        _listener.Start();
        _loop = LoopAsync();
    }

    public string Url { get; }

    public IReadOnlyList<(string Body, string? Signature)> Got
    {
        get
        {
            lock (_got) return [.. _got];
        }
    }

    /// <summary>Completes when so many have arrived in all; gives up after ten seconds.</summary>
    public async Task ReachesAsync(int count)
    {
        while (Got.Count < count) (await _arrived.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue($"{Got.Count} of {count} webhooks came");
    }

    /// <summary>The ids of the objects that the events were about.</summary>
    public string[] Subjects => [.. Got.Select(g => JsonDocument.Parse(g.Body).RootElement.GetProperty("data").GetProperty("object").GetProperty("id").GetString()!)];

    private async Task LoopAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                var body = await reader.ReadToEndAsync();
                lock (_got) _got.Add((body, context.Request.Headers["Stripe-Signature"]));
                _arrived.Release();
                context.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
    }
}
