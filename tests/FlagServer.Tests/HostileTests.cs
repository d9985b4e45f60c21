using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Busker.FlagServer.Tests;

/// <summary>What a stranger may send costs a bounded time and gets a clear answer. The bounds are far above what is measured.</summary>
public sealed class HostileTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private Running _server = null!;

    public async Task InitializeAsync() => _server = await Running.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task<Answered> SendAsync(string body, string path = "ofrep/v1/evaluate/flags")
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await _server.PostAsync(path, body);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Bound);
        (await _server.FlagAsync("banner", "{}")).Status.ShouldBe(200, "the server goes on");
        return answer;
    }

    private static void Refused(Answered answer, string code, string words)
    {
        answer.Status.ShouldBe(400);
        ((string?)answer.Json["errorCode"]).ShouldBe(code);
        ((string?)answer.Json["errorDetails"])!.ShouldContain(words);
    }

    [Fact]
    public async Task A_huge_body_is_refused_by_its_length()
    {
        Refused(await SendAsync($$$"""{"context":{"x":"{{{new string('a', 4_000_000)}}}"}}"""), "GENERAL", "1048576 bytes");
        (await SendAsync(new string(' ', 4_000_000), "v1/flags:resolve")).Status.ShouldBe(400);
        (await SendAsync(new string(' ', 4_000_000), "flagd.evaluation.v1.Service/ResolveAll")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_huge_body_that_does_not_tell_its_length_is_refused_too()
    {
        using var content = new StreamContent(new MemoryStream(new byte[4_000_000]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "ofrep/v1/evaluate/flags") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        using var response = await _server.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task A_body_just_below_the_limit_is_read()
    {
        var answer = await SendAsync($$$"""{"context":{"targetingKey":"u1"},"ignored":"{{{new string('a', 1_000_000)}}}"}""");
        answer.Status.ShouldBe(200);
    }

    [Fact]
    public async Task Deep_JSON_is_refused()
    {
        Refused(await SendAsync($$$"""{"context":{"x":{{{Nested(30)}}}}}"""), "INVALID_CONTEXT", "16 deep");
        Refused(await SendAsync($$$"""{"context":{"x":{{{Nested(100_000)}}}}}"""), "INVALID_CONTEXT", "16 deep");
        Refused(await SendAsync($$$"""{"x":{{{Nested(100_000)}}}}"""), "PARSE_ERROR", "JSON");
        Refused(await SendAsync(string.Concat(Enumerable.Repeat("{\"context\":", 20_000))), "INVALID_CONTEXT", "16 deep");
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("0x10")]
    [InlineData("01")]
    public async Task What_is_no_JSON_number_is_refused(string number) =>
        Refused(await SendAsync($$$"""{"context":{"x":{{{number}}}}}"""), "PARSE_ERROR", "JSON");

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("1e-999")]
    [InlineData("123456789012345678901234567890")]
    public async Task A_number_beyond_all_bounds_is_a_number(string number) =>
        (await SendAsync($$$"""{"context":{"x":{{{number}}},"targetingKey":"u1"}}""")).Status.ShouldBe(200);

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00 x\"")]
    [InlineData("[\"\\ud83d\"]")]
    public async Task A_lone_surrogate_is_refused_with_its_place(string text) =>
        Refused(await SendAsync($$$"""{"context":{"x":{{{text}}}}}"""), "INVALID_CONTEXT", "lone surrogate");

    [Fact]
    public async Task A_name_with_a_lone_surrogate_and_broken_UTF8_are_refused()
    {
        Refused(await SendAsync("{\"context\":{\"\\ud800\":1}}"), "INVALID_CONTEXT", "lone surrogate");
        using var body = new ByteArrayContent([.. "{\"context\":{\"x\":\""u8, 0xc3, 0x28, .. "\"}}"u8]);
        using var response = await _server.Http.PostAsync("ofrep/v1/evaluate/flags", body);
        ((int)response.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task A_hundred_thousand_attributes_are_refused()
    {
        var context = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"{i:x}\":1"));
        Refused(await SendAsync($$$"""{"context":{{{{context}}}}}"""), "INVALID_CONTEXT", "10000 values");
        Refused(await SendAsync($$$"""{"context":{"x":[{{{string.Join(',', Enumerable.Repeat("1", 100_000))}}}]}}"""), "INVALID_CONTEXT", "10000 values");
    }

    [Fact]
    public async Task As_many_attributes_as_may_be_are_answered()
    {
        var context = string.Join(',', Enumerable.Range(0, 9_990).Select(i => $"\"a{i}\":1"));
        (await SendAsync($$$"""{"context":{"targetingKey":"u1",{{{context}}}}}""")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused() =>
        Refused(await SendAsync($$$"""{"context":{"x":"{{{new string('a', 20_000)}}}"}}"""), "INVALID_CONTEXT", "16384 bytes");

    [Fact]
    public async Task Text_that_would_make_a_backtracking_pattern_explode_is_matched_in_linear_time()
    {
        var answer = await SendAsync($$$"""{"context":{"email":"{{{new string('a', 16_000)}}}!"}}""", "ofrep/v1/evaluate/flags/mail");
        ((bool?)answer.Json["value"]).ShouldBe(false);
    }

    [Theory]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("(((a*)*)*)*(((b|a){500}){500})")]
    [InlineData("(a?){1000}a{1000}")]
    public async Task A_pattern_that_is_a_bomb_is_refused_when_the_state_is_read_or_matched_quickly(string pattern)
    {
        var began = Stopwatch.GetTimestamp();
        _server.Replace(States.Banner("with a bomb").Replace("^(a+)+b(x*)*$", pattern, StringComparison.Ordinal));
        await _server.UntilAsync(() => { lock (_server.Said) return _server.Said.Count > 0; });
        var answer = await SendAsync($$$"""{"context":{"email":"{{{new string('a', 16_000)}}}"}}""", "ofrep/v1/evaluate/flags/mail");
        answer.Status.ShouldBe(200);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Bound);
    }

    [Fact]
    public async Task Half_a_request_does_not_hold_the_server()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_server.Host.Address.Host, _server.Host.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"con"));
        (await _server.FlagsAsync("{}")).Status.ShouldBe(200);
        socket.Close();
        (await _server.FlagsAsync("{}")).Status.ShouldBe(200);
    }

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));
}
