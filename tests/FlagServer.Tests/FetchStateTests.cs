using System.Net;
using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Flags;

namespace Busker.FlagServer.Tests;

public sealed class FetchStateTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    private static FlagServerOptions Signing(FlagServerOptions o, ECDsa? key) => new()
    {
        StatePath = o.StatePath, Port = 0, WatchEvery = o.WatchEvery, SigningKey = key, SigningKeyId = "server",
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_follows_the_state_by_deltas(bool withKey)
    {
        await using var server = await Running.StartAsync(change: o => Signing(o, withKey ? _key : null));
        var client = new FlagClient(TimeProvider.System, new() { Keys = withKey ? new Dictionary<string, ECDsa> { ["server"] = _key } : null });
        var poller = new StatePoller(client, server.Http, new Uri(server.Host.Address, "v1/state"));
        (await poller.PollAsync()).ShouldBeNull();
        client.State!.Header.BaseSha256.IsEmpty.ShouldBeTrue();
        (await poller.PollAsync()).ShouldBeNull();
        foreach (var version in (string[])["8", "9"])
        {
            server.Replace(States.Banner("hello " + version, version));
            await server.UntilAsync(() => server.Host.StateVersion.ToString(null, null) == version);
            (await poller.PollAsync()).ShouldBeNull();
            client.State.Header.BaseSha256.IsEmpty.ShouldBeFalse();
            client.State.State.ShouldBe(FlagState.Parser.ParseJson(States.Banner("hello " + version, version)));
            client.Resolve("banner", new()).Value!.StringValue.ShouldBe("hello " + version);
        }

        var metrics = await server.Http.GetStringAsync("metrics");
        metrics.ShouldContain("route=\"state\"");
    }

    [Fact]
    public async Task Nothing_new_is_304_and_a_state_nobody_knows_gives_the_whole_file()
    {
        await using var server = await Running.StartAsync();
        using var first = await server.Http.GetAsync("v1/state?from=00");
        StateFiles.Read(await first.Content.ReadAsByteArrayAsync()).Value.Header.Version.ShouldBe(7ul);
        using var again = new HttpRequestMessage(HttpMethod.Get, "v1/state");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await server.Http.SendAsync(again);
        (second.StatusCode, (await second.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.NotModified, 0));
        (await server.PostAsync("v1/state", "{}")).Status.ShouldBe(405);
    }

    [Fact]
    public async Task A_state_with_clients_is_for_those_who_have_a_secret()
    {
        await using var server = await Running.StartAsync(States.Closed);
        (await server.Http.GetAsync("v1/state")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/state") { Headers = { { "X-API-Key", "back-secret" } } };
        (await server.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_state_signed_by_its_owner_is_given_as_it_is_and_whole()
    {
        byte[] Signed(string version) => StateFiles.Write(FlagState.Parser.ParseJson(States.Banner("x", version)), TimeProvider.System, _key, "owner");
        await using var server = await Running.StartAsync();
        await File.WriteAllBytesAsync(server.StatePath, Signed("11"));
        await server.UntilAsync(() => server.Host.StateVersion == 11);
        var client = new FlagClient(TimeProvider.System, new() { Keys = new Dictionary<string, ECDsa> { ["owner"] = _key } });
        var poller = new StatePoller(client, server.Http, new Uri(server.Host.Address, "v1/state"));
        (await poller.PollAsync()).ShouldBeNull();
        await File.WriteAllBytesAsync(server.StatePath, Signed("12"));
        await server.UntilAsync(() => server.Host.StateVersion == 12);
        (await poller.PollAsync()).ShouldBeNull();
        (client.State!.Header.Version, client.State.Header.BaseSha256.IsEmpty).ShouldBe((12ul, true));
    }

    [Fact]
    public async Task Without_its_server_a_client_says_why_and_keeps_what_it_has()
    {
        var client = new FlagClient(TimeProvider.System);
        await using (var server = await Running.StartAsync())
        {
            var poller = new StatePoller(client, server.Http, new Uri(server.Host.Address, "v1/state"));
            (await poller.PollAsync()).ShouldBeNull();
        }

        using var http = new HttpClient();
        (await new StatePoller(client, http, new Uri("http://127.0.0.1:9/v1/state")).PollAsync())!.Reason.ShouldBe("STATE_UNREACHABLE");
        client.Resolve("banner", new()).Value!.StringValue.ShouldBe("hello");
    }
}
