using System.Security.Cryptography;

namespace Busker.FlagServer.Tests;

public sealed class EventStreamTests
{
    private static async Task<(HttpResponseMessage Response, StreamReader Lines)> ListenAsync(Running server, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event: its lines up to the empty one.</summary>
    private static async Task<List<string>> NextAsync(StreamReader lines)
    {
        var found = new List<string>();
        while (await lines.ReadLineAsync().WaitAsync(Running.Patience) is { Length: > 0 } line) found.Add(line);
        return found;
    }

    private static string Uri(Answered bulk) => ((string)bulk.Json["eventStreams"]![0]!["endpoint"]!["requestUri"]!)[1..];

    [Fact]
    public async Task A_change_of_the_state_is_announced_with_its_entity_tag_and_time()
    {
        await using var server = await Running.StartAsync();
        var (response, lines) = await ListenAsync(server, Uri(await server.FlagsAsync("{}")));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var hello = await NextAsync(lines);
        hello[0].ShouldBe("retry: 1000");
        hello[1].ShouldStartWith("id: ");
        server.Replace(States.Banner("changed"));
        var change = await NextAsync(lines);
        change.Count.ShouldBe(3);
        var id = change[0]["id: ".Length..];
        change[1].ShouldBe("event: message");
        change[2].ShouldStartWith($$"""data: {"type":"refetchEvaluation","etag":"{{id}}","lastModified":1""");
        ((string)(await server.PostAsync($"ofrep/v1/evaluate/flags?flagConfigEtag={id}", "{}")).Json["flags"]![0]!["value"]!).ShouldBe("changed");
        response.Dispose();
    }

    [Fact]
    public async Task Who_asked_before_a_change_and_listens_after_it_is_told_at_once()
    {
        await using var server = await Running.StartAsync();
        var uri = Uri(await server.FlagsAsync("{}"));
        server.Replace(States.Banner("changed"));
        await server.UntilAsync(() => server.Host.StateVersion == 9);
        var (response, lines) = await ListenAsync(server, uri);
        await NextAsync(lines);
        (await NextAsync(lines))[2].ShouldContain("refetchEvaluation");
        response.Dispose();
    }

    [Fact]
    public async Task Who_comes_back_is_told_what_it_missed_and_nothing_otherwise()
    {
        await using var server = await Running.StartAsync(change: o => new()
        {
            StatePath = o.StatePath, Port = 0, Heartbeat = TimeSpan.FromMilliseconds(50),
        });
        var (first, lines) = await ListenAsync(server, "ofrep/v1/events");
        var id = (await NextAsync(lines))[1]["id: ".Length..];
        first.Dispose();
        var (same, quiet) = await ListenAsync(server, "ofrep/v1/events", id);
        await NextAsync(quiet);
        (await NextAsync(quiet)).ShouldBe([": still here"]);
        same.Dispose();
        var (other, missed) = await ListenAsync(server, "ofrep/v1/events", "an older state");
        await NextAsync(missed);
        (await NextAsync(missed))[2].ShouldContain("refetchEvaluation");
        other.Dispose();
    }

    [Fact]
    public async Task A_listener_needs_the_channel_it_was_given_and_loses_it_with_its_secret()
    {
        await using var server = await Running.StartAsync(States.Closed);
        ((int)(await server.Http.GetAsync("ofrep/v1/events")).StatusCode).ShouldBe(401);
        var bulk = await server.FlagsAsync("{}", ("X-API-Key", "web-secret"));
        Uri(bulk).ShouldNotContain("web-secret");
        var (response, lines) = await ListenAsync(server, Uri(bulk));
        await NextAsync(lines);
        server.Replace(States.Closed.Replace(Convert.ToBase64String(SHA256.HashData("web-secret"u8)), Convert.ToBase64String(new byte[32]), StringComparison.Ordinal));
        (await lines.ReadToEndAsync().WaitAsync(Running.Patience)).ShouldBe("");
        response.Dispose();
    }

    [Fact]
    public async Task When_all_places_are_taken_a_listener_gets_429_and_the_server_ends_its_streams_when_it_stops()
    {
        var server = await Running.StartAsync(change: o => new() { StatePath = o.StatePath, Port = 0, StreamsMax = 1 });
        var (first, lines) = await ListenAsync(server, "ofrep/v1/events");
        await NextAsync(lines);
        using var second = await server.Http.GetAsync("ofrep/v1/events");
        ((int)second.StatusCode).ShouldBe(429);
        second.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
        var ended = lines.ReadToEndAsync();
        await server.Host.DisposeAsync();
        (await ended.WaitAsync(Running.Patience)).ShouldBe("");
        first.Dispose();
        await server.DisposeAsync();
    }
}
