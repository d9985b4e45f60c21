namespace Busker.FlagServer.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task A_state_with_clients_answers_only_those_who_know_a_secret_and_only_what_they_may_see()
    {
        await using var server = await Running.StartAsync(States.Closed);
        (await server.FlagAsync("banner", "{}")).Status.ShouldBe(401);
        (await server.FlagAsync("banner", "{}", ("Authorization", "Bearer wrong"))).Status.ShouldBe(401);
        (await server.FlagAsync("banner", "{}", ("Authorization", "Basic web-secret"))).Status.ShouldBe(401);
        var refused = await server.FlagsAsync("{}");
        refused.Status.ShouldBe(401);
        ((string?)refused.Json["errorDetails"])!.ShouldContain("X-API-Key");
        refused.Header("WWW-Authenticate").ShouldBe("Bearer");
        (await server.FlagAsync("banner", "{}", ("Authorization", "Bearer web-secret"))).Status.ShouldBe(200);
        (await server.FlagAsync("banner", "{}", ("X-API-Key", "web-secret"))).Status.ShouldBe(200);
        (await server.FlagAsync("internal", "{}", ("X-API-Key", "web-secret"))).Status.ShouldBe(404);
        (await server.FlagAsync("internal", "{}", ("X-API-Key", "back-secret"))).Status.ShouldBe(200);
        var seen = (await server.FlagsAsync("{}", ("X-API-Key", "web-secret"))).Json["flags"]!.AsArray().Select(f => (string?)f!["key"]);
        seen.ShouldNotContain("internal");
    }

    [Fact]
    public async Task Pages_of_another_origin_get_403_and_others_what_a_browser_needs()
    {
        await using var server = await Running.StartAsync(change: o => new()
        {
            StatePath = o.StatePath, Port = 0, Origins = ["https://shop.example"],
        });
        var other = await server.FlagAsync("banner", "{}", ("Origin", "https://evil.example"));
        other.Status.ShouldBe(403);
        ((string?)other.Json["errorDetails"])!.ShouldContain("https://evil.example");
        var shop = await server.FlagAsync("banner", "{}", ("Origin", "https://shop.example"));
        shop.Status.ShouldBe(200);
        shop.Header("Access-Control-Allow-Origin").ShouldBe("https://shop.example");
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "ofrep/v1/evaluate/flags");
        preflight.Headers.TryAddWithoutValidation("Origin", "https://shop.example");
        preflight.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        preflight.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "content-type,if-none-match");
        using var allowed = await server.Http.SendAsync(preflight);
        ((int)allowed.StatusCode).ShouldBe(204);
        allowed.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["content-type,if-none-match"]);
    }

    [Fact]
    public async Task A_client_that_asks_too_often_gets_429_and_when_to_come_back()
    {
        await using var server = await Running.StartAsync(change: o => new()
        {
            StatePath = o.StatePath, Port = 0, RequestsPerSecond = 2, Clock = new StoppedClock(),
        });
        (await server.FlagAsync("banner", "{}")).Status.ShouldBe(200);
        (await server.FlagAsync("banner", "{}")).Status.ShouldBe(200);
        var refused = await server.FlagAsync("banner", "{}");
        refused.Status.ShouldBe(429);
        refused.Header("Retry-After").ShouldBe("1");
        ((string?)refused.Json["errorDetails"]).ShouldNotBeNullOrEmpty();
        (await server.PostAsync("v1/flags:resolve", "{}")).Status.ShouldBe(429);
    }

    [Fact]
    public async Task A_server_that_fails_says_so_with_500_in_each_dialect_and_goes_on()
    {
        var clock = new FailingClock();
        await using var server = await Running.StartAsync(change: o => new()
        {
            StatePath = o.StatePath, Port = 0, RequestsPerSecond = 1000, Clock = clock,
        });
        clock.Fails = true;
        foreach (var failed in new[] { await server.FlagAsync("banner", "{}"), await server.FlagsAsync("{}") })
        {
            failed.Status.ShouldBe(500);
            failed.Json.AsObject().Select(p => p.Key).ShouldBe(["errorDetails"]);
            ((string?)failed.Json["errorDetails"]).ShouldBe("the server failed; its log says why");
        }

        (await server.PostAsync("v1/flags:resolve", "{}")).Status.ShouldBe(500);
        (await server.PostAsync("flagd.evaluation.v1.Service/ResolveAll", "{}")).Status.ShouldBe(500);
        clock.Fails = false;
        (await server.FlagAsync("banner", "{}")).Status.ShouldBe(200);
    }

    private sealed class FailingClock : TimeProvider
    {
        public volatile bool Fails;

        public override long GetTimestamp() => Fails ? throw new InvalidOperationException("the clock stands") : base.GetTimestamp();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }
}
