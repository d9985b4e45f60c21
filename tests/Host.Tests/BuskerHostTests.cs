using System.Net;
using Busker.Rpc;
using Busker.Support;

namespace Busker.Host.Tests;

public sealed class BuskerHostTests
{
    [Fact]
    public async Task A_taken_port_is_one_clear_sentence()
    {
        await using var house = await House.OpenAsync();
        await using var database = await TestDatabase.CreateAsync();
        var port = new Uri(house.Host.Addresses[0]).Port;
        var second = await BuskerHost.StartAsync(new HostSettings(database.ConnectionString, new Ports(IPAddress.Loopback, port, null)), default);
        second.Fault!.Reason.ShouldBe("PORT_TAKEN");
        second.Fault.Message.ShouldContain("--port");
    }

    [Fact]
    public async Task A_database_that_is_away_is_one_clear_sentence()
    {
        var started = await BuskerHost.StartAsync(
            new HostSettings("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2", new Ports(IPAddress.Loopback, 0, null)), default);
        started.Fault!.Reason.ShouldBe("DATABASE_UNAVAILABLE");
    }

    [Fact]
    public async Task A_worker_answers_no_calls_and_an_api_host_and_it_share_one_database()
    {
        await using var database = await TestDatabase.CreateAsync();
        var ports = new Ports(IPAddress.Loopback, 0, null);
        var started = await Task.WhenAll(
            BuskerHost.StartAsync(new HostSettings(database.ConnectionString, ports) { Role = HostRole.Api }, default),
            BuskerHost.StartAsync(new HostSettings(database.ConnectionString, ports) { Role = HostRole.Worker }, default));
        started.ShouldAllBe(s => s.Fault == null);
        using var http = new HttpClient();
        (await http.GetAsync(new Uri(new Uri(started[0].Value.Addresses[0]), "/readyz"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync(new Uri(new Uri(started[1].Value.Addresses[0]), "/openapi.json"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var one in started) await one.Value.DisposeAsync();
    }
}
