using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Busker.FlagServer.Tests;

public sealed class FlagdTests
{
    private static Task<Answered> CallAsync(Running server, string method, string body, params (string, string)[] headers) =>
        server.PostAsync($"flagd.evaluation.v1.Service/{method}", body, headers);

    [Theory]
    [InlineData("ResolveString", """{"flagKey":"banner","context":{}}""", """{"reason":"STATIC","variant":"text","value":"hello","metadata":{"old":false,"owner":"growth","size":3}}""")]
    [InlineData("ResolveInt", """{"flag_key":"limit","context":{"plan":"premium"}}""", """{"reason":"TARGETING_MATCH","variant":"high","value":"9007199254740992","metadata":{}}""")]
    [InlineData("ResolveFloat", """{"flagKey":"ratio"}""", """{"reason":"STATIC","variant":"half","value":0.5,"metadata":{}}""")]
    [InlineData("ResolveFloat", """{"flagKey":"limit"}""", """{"reason":"DEFAULT","variant":"low","value":10,"metadata":{}}""")]
    [InlineData("ResolveBoolean", """{"flagKey":"on/off"}""", """{"reason":"STATIC","variant":"on","value":true,"metadata":{}}""")]
    public async Task A_flag_resolves_in_its_type(string method, string body, string expected)
    {
        await using var server = await Running.StartAsync();
        (await CallAsync(server, method, body)).Text.ShouldBe(expected);
    }

    [Fact]
    public async Task An_object_and_a_split_are_told_as_flagd_tells_them()
    {
        await using var server = await Running.StartAsync();
        var answer = await CallAsync(server, "ResolveObject", """{"flagKey":"checkout","context":{"targetingKey":"u1","country":"SE"}}""");
        ((string?)answer.Json["reason"]).ShouldBe("TARGETING_MATCH");
        answer.Json["value"]!["color"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("ResolveBoolean", """{"flagKey":"missing"}""", 404, "not_found")]
    [InlineData("ResolveBoolean", """{"flagKey":"asleep"}""", 404, "not_found")]
    [InlineData("ResolveBoolean", """{"flagKey":"banner"}""", 400, "invalid_argument")]
    [InlineData("ResolveInt", """{"flagKey":"ratio"}""", 400, "invalid_argument")]
    [InlineData("ResolveObject", """{"flagKey":"checkout","context":{"country":"SE"}}""", 400, "invalid_argument")]
    [InlineData("ResolveBoolean", """{"flagKey":7}""", 400, "invalid_argument")]
    [InlineData("ResolveAll", """{""", 400, "invalid_argument")]
    public async Task A_refusal_is_a_Connect_error(string method, string body, int status, string code)
    {
        await using var server = await Running.StartAsync();
        var answer = await CallAsync(server, method, body);
        answer.Status.ShouldBe(status);
        ((string?)answer.Json["code"]).ShouldBe(code);
        ((string?)answer.Json["message"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task All_flags_with_a_value_come_by_name_each_under_its_type()
    {
        await using var server = await Running.StartAsync(States.Closed);
        (await CallAsync(server, "ResolveAll", "{}")).Status.ShouldBe(401);
        var flags = (await CallAsync(server, "ResolveAll", """{"context":{"targetingKey":"u1"}}""", ("X-API-Key", "back-secret"))).Json["flags"]!.AsObject();
        flags.Select(f => f.Key).ShouldBe(["banner", "limit", "ratio", "on/off", "internal", "mail"]);
        ((string?)flags["banner"]!["stringValue"]).ShouldBe("hello");
        ((double?)flags["ratio"]!["doubleValue"]).ShouldBe(0.5);
        ((bool?)flags["on/off"]!["boolValue"]).ShouldBe(true);
    }

    [Fact]
    public async Task The_event_stream_says_ready_and_then_each_change_and_ends_well()
    {
        await using var server = await Running.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "flagd.evaluation.v1.Service/EventStream")
        {
            Content = new ByteArrayContent([0, 0, 0, 0, 2, (byte)'{', (byte)'}']) { Headers = { ContentType = new MediaTypeHeaderValue("application/connect+json") } },
        };
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/connect+json");
        var frames = await response.Content.ReadAsStreamAsync();
        (await FrameAsync(frames)).ShouldBe((0, """{"type":"provider_ready"}"""));
        server.Replace(States.Banner("changed"));
        var (flags, change) = await FrameAsync(frames);
        flags.ShouldBe(0);
        ((string?)JsonNode.Parse(change)!["type"]).ShouldBe("configuration_change");
        var stopped = server.Host.DisposeAsync();
        (await FrameAsync(frames)).ShouldBe((2, "{}"));
        await stopped;
    }

    [Fact]
    public async Task Another_spelling_than_JSON_is_refused_with_the_one_that_works()
    {
        await using var server = await Running.StartAsync();
        using var body = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/proto") } };
        using var response = await server.Http.PostAsync("flagd.evaluation.v1.Service/ResolveAll", body);
        ((int)response.StatusCode).ShouldBe(415);
        response.Headers.GetValues("Accept-Post").ShouldBe(["application/json"]);
    }

    private static async Task<(int Flags, string Json)> FrameAsync(Stream stream)
    {
        using var limit = new CancellationTokenSource(Running.Patience);
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, limit.Token);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await stream.ReadExactlyAsync(body, limit.Token);
        return (head[0], Encoding.UTF8.GetString(body));
    }
}
