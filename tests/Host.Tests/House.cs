using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Busker.Rpc;
using Busker.Support;
using Busker.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Host.Tests;

/// <summary>The whole host over a database of its own, asked over HTTP as anybody would.</summary>
internal sealed class House : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly HttpClient _http = new();

    private House(TestDatabase database, BuskerHost host) => (_database, Host) = (database, host);

    public BuskerHost Host { get; }

    public static async Task<House> OpenAsync()
    {
        var database = await TestDatabase.CreateAsync();
        var started = await BuskerHost.StartAsync(new HostSettings(database.ConnectionString, new Ports(IPAddress.Loopback, 0, null)) { Engines = Checkout.Engines }, default);
        started.Fault.ShouldBeNull();
        return new House(database, started.Value);
    }

    /// <summary>The secret of a new tenant's owner.</summary>
    public async Task<string> TenantAsync(string name) =>
        (await Host.Services.GetRequiredService<TenantBook>().OpenAsync(name, operate: false, default)).Secret;

    public async Task<(HttpStatusCode Status, string Body)> AskAsync(string secret, string path, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(Host.Addresses[0]), path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The messages of a stream, as JSON texts, until it ends or is left.</summary>
    public async IAsyncEnumerable<string> WatchAsync(string secret, string path, string json, [EnumeratorCancellation] CancellationToken ct)
    {
        var body = Encoding.UTF8.GetBytes(json);
        byte[] envelope = [0, 0, 0, (byte)(body.Length >> 8), (byte)body.Length, .. body];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(Host.Addresses[0]), path)) { Content = new ByteArrayContent(envelope) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+json");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        for (var head = new byte[5]; ;)
        {
            await stream.ReadExactlyAsync(head, ct);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
            await stream.ReadExactlyAsync(message, ct);
            var text = Encoding.UTF8.GetString(message);
            if ((head[0] & 2) == 0) yield return text;
            else if (text.Contains("\"error\"", StringComparison.Ordinal)) throw new InvalidOperationException(text);
            else yield break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
