using System.Net;
using System.Net.Http.Headers;
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
        var started = await BuskerHost.StartAsync(new HostSettings(database.ConnectionString, new Ports(IPAddress.Loopback, 0, null)), default);
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

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
