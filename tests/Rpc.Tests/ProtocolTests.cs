using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Busker.Echo.V1;
using Busker.EchoHost;
using Google.Protobuf;

namespace Busker.Rpc.Tests;

/// <summary>One handler, every protocol, byte for byte; what each must say when things go wrong.</summary>
public sealed class ProtocolTests(EdgeFixture edge) : IClassFixture<EdgeFixture>
{
    private static readonly SayRequest Hello = new() { Text = "hello" };

    [Fact]
    public async Task Grpc_answers_with_a_frame_and_trailers()
    {
        var answer = await edge.GrpcAsync("Say", Hello);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Headers["content-type"].ShouldBe("application/grpc+proto");
        answer.Trailers["grpc-status"].ShouldBe("0");
        SayResponse.Parser.ParseFrom(answer.Frames().Single().Body).Text.ShouldBe("hello");
    }

    [Fact]
    public async Task Grpc_runs_on_the_tls_port_too()
    {
        var answer = await edge.PostAsync("Say", "application/grpc", EdgeFixture.Framed(Hello), at: edge.Edge.Tls);
        answer.GrpcStatus.ShouldBe("0");
    }

    [Fact]
    public async Task Grpc_tells_a_fault_with_its_details()
    {
        var answer = await edge.GrpcAsync("Fail", new FailRequest
        {
            Code = 3, Reason = "TOO_ODD", Message = "ungültig: 100%\n", Field = "a.b", RetryAfterMs = 1500,
        });
        answer.GrpcStatus.ShouldBe("3");
        answer["grpc-message"].ShouldBe("ung%C3%BCltig: 100%25%0A");
        var packed = answer["grpc-status-details-bin"]!;
        var status = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(packed.PadRight((packed.Length + 3) / 4 * 4, '=')));
        status.Details.Select(d => Google.Protobuf.WellKnownTypes.Any.GetTypeName(d.TypeUrl)).ShouldBe(
            ["google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.RetryInfo", "google.rpc.RequestInfo"]);
        status.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason.ShouldBe("TOO_ODD");
        status.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations.Single().Field.ShouldBe("a.b");
    }

    [Fact]
    public async Task Grpc_streams_and_ends_with_the_fault()
    {
        var answer = await edge.GrpcAsync("Repeat", new RepeatRequest { Text = "x", Times = 3, FailReason = "ENOUGH" });
        answer.Frames().Count.ShouldBe(3);
        answer.Trailers["grpc-status"].ShouldBe("10");
    }

    [Fact]
    public async Task Grpc_speaks_gzip_both_ways()
    {
        var text = new string('x', 5000);
        var packed = EdgeFixture.Framed(Packed(new SayRequest { Text = text }.ToByteArray()), flags: 1);
        var answer = await edge.PostAsync("Say", "application/grpc", packed, EchoEdge.Key, null,
            ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity,gzip"));
        var frame = answer.Frames().Single();
        frame.Flags.ShouldBe((byte)1);
        SayResponse.Parser.ParseFrom(Unpacked(frame.Body)).Text.ShouldBe(text);
    }

    [Fact]
    public async Task An_encoding_not_spoken_is_unimplemented()
    {
        var answer = await edge.PostAsync("Say", "application/grpc", EdgeFixture.Framed(Hello), EchoEdge.Key, null, ("grpc-encoding", "snappy"));
        answer.GrpcStatus.ShouldBe("12");
        answer["grpc-accept-encoding"].ShouldBe("identity,gzip");
    }

    [Fact]
    public async Task A_bomb_is_stopped_at_the_limit()
    {
        var bomb = EdgeFixture.Framed(Packed(new SayRequest { Text = new string('x', 10_000_000) }.ToByteArray()), flags: 1);
        bomb.Length.ShouldBeLessThan(64 * 1024);
        var answer = await edge.PostAsync("Say", "application/grpc", bomb, EchoEdge.Key, null, ("grpc-encoding", "gzip"));
        answer.GrpcStatus.ShouldBe("8");
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc-web")]
    [InlineData("application/connect+proto")]
    public async Task A_message_too_large_is_refused_by_its_head(string type)
    {
        var method = type.Contains("connect", StringComparison.Ordinal) ? "Repeat" : "Say";
        var answer = await edge.PostAsync(method, type, EdgeFixture.Framed(new byte[70_000]));
        (answer.GrpcStatus ?? answer.Text).ShouldMatch("8|grpc-status: 8|resource_exhausted");
    }

    [Fact]
    public async Task Grpc_web_carries_its_trailers_in_the_body()
    {
        var answer = await edge.PostAsync("Repeat", "application/grpc-web+proto", EdgeFixture.Framed(new RepeatRequest { Text = "x", Times = 2 }));
        var frames = answer.Frames();
        frames.Count.ShouldBe(3);
        frames[2].Flags.ShouldBe((byte)0x80);
        System.Text.Encoding.ASCII.GetString(frames[2].Body).ShouldBe("grpc-status: 0\r\n");
    }

    [Fact]
    public async Task Grpc_web_text_reads_and_writes_base64_in_pieces()
    {
        var frame = EdgeFixture.Framed(Hello);
        var body = Convert.ToBase64String(frame[..4]) + Convert.ToBase64String(frame[4..]);
        var answer = await edge.PostAsync("Say", "application/grpc-web-text", System.Text.Encoding.ASCII.GetBytes(body));
        var plain = Wire(answer);
        SayResponse.Parser.ParseFrom(plain[0].Body).Text.ShouldBe("hello");
        plain[1].Flags.ShouldBe((byte)0x80);
    }

    [Fact]
    public async Task Connect_answers_json_and_binary()
    {
        (await edge.JsonAsync("Say", """{"text":"hello"}""")).Text.ShouldContain("\"hello\"");
        var binary = await edge.PostAsync("Say", "application/proto", Hello.ToByteArray());
        binary.Headers["content-length"].ShouldBe(binary.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        SayResponse.Parser.ParseFrom(binary.Body).Text.ShouldBe("hello");
    }

    [Fact]
    public async Task Connect_answers_a_get_of_a_safe_method()
    {
        var text = Convert.ToBase64String(Hello.ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new Uri(edge.Edge.Http1, $"/echo.v1.Echo/Say?connect=v1&encoding=proto&base64=1&message={text}"));
        request.Headers.Authorization = new("Bearer", EchoEdge.Key);
        using var answer = await edge.Client.SendAsync(request);
        SayResponse.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync()).Text.ShouldBe("hello");

        using var unsafeAnswer = await edge.Client.GetAsync(new Uri(edge.Edge.Http1, "/echo.v1.Echo/Keep?encoding=json&message={}"));
        unsafeAnswer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Connect_tells_a_fault_as_json_with_the_right_status()
    {
        var answer = await edge.JsonAsync("Fail", """{"code":5,"reason":"GONE","message":"No such thing."}""");
        answer.Status.ShouldBe(HttpStatusCode.NotFound);
        using var json = JsonDocument.Parse(answer.Text);
        json.RootElement.GetProperty("code").GetString().ShouldBe("not_found");
        json.RootElement.GetProperty("details")[0].GetProperty("type").GetString().ShouldBe("google.rpc.ErrorInfo");
        json.RootElement.GetProperty("details")[0].GetProperty("debug").GetProperty("reason").GetString().ShouldBe("GONE");
    }

    [Fact]
    public async Task Connect_streams_end_with_an_envelope_that_tells_how()
    {
        var request = new RepeatRequest { Text = "x", Times = 2, FailReason = "ENOUGH" };
        var frames = (await edge.PostAsync("Repeat", "application/connect+proto", EdgeFixture.Framed(request))).Frames();
        frames.Count.ShouldBe(3);
        frames[2].Flags.ShouldBe((byte)2);
        System.Text.Encoding.UTF8.GetString(frames[2].Body).ShouldContain("\"aborted\"");
    }

    [Fact]
    public async Task Connect_speaks_gzip_both_ways()
    {
        var text = new string('x', 5000);
        var answer = await edge.PostAsync("Say", "application/proto", Packed(new SayRequest { Text = text }.ToByteArray()), EchoEdge.Key, null,
            ("content-encoding", "gzip"), ("accept-encoding", "gzip"));
        answer.Headers["content-encoding"].ShouldBe("gzip");
        SayResponse.Parser.ParseFrom(Unpacked(answer.Body)).Text.ShouldBe(text);
    }

    [Theory]
    [InlineData("application/grpc", "12")]
    [InlineData("application/grpc-web", "grpc-status: 12")]
    [InlineData("application/json", "unimplemented")]
    public async Task An_unknown_method_is_unimplemented_in_every_protocol(string type, string expected)
    {
        var answer = await edge.PostAsync("Nothing", type, EdgeFixture.Framed(Hello));
        (answer.GrpcStatus ?? answer.Text).ShouldContain(expected);
    }

    [Fact]
    public async Task An_unknown_content_type_is_415() =>
        (await edge.PostAsync("Say", "text/plain", [1])).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);

    [Theory]
    [InlineData("application/grpc", "grpc-timeout", "50m")]
    [InlineData("application/proto", "connect-timeout-ms", "50")]
    public async Task A_deadline_ends_the_call(string type, string header, string value)
    {
        var body = new SayRequest { Text = "late", DelayMs = 20_000 };
        var answer = await edge.PostAsync("Say", type, type == "application/grpc" ? EdgeFixture.Framed(body) : body.ToByteArray(),
            EchoEdge.Key, null, (header, value));
        (answer.GrpcStatus ?? answer.Text).ShouldMatch("^4$|deadline_exceeded");
    }

    [Fact]
    public async Task A_caller_that_leaves_stops_the_handler()
    {
        var before = Say.Cancelled;
        using var leave = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge.Edge.Http1, "/echo.v1.Echo/Say"))
        {
            Content = new ByteArrayContent(new SayRequest { DelayMs = 20_000 }.ToByteArray()),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/proto");
        request.Headers.Authorization = new("Bearer", EchoEdge.Key);
        leave.CancelAfter(100);
        await Should.ThrowAsync<OperationCanceledException>(() => edge.Client.SendAsync(request, leave.Token));
        SpinWait.SpinUntil(() => Say.Cancelled > before, 10_000).ShouldBeTrue();
    }

    [Fact]
    public async Task A_bug_is_internal_and_keeps_its_secret()
    {
        var answer = await edge.GrpcAsync("Fail", new FailRequest { Code = 13 });
        answer.GrpcStatus.ShouldBe("13");
        answer["grpc-message"]!.ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_callers_request_id_comes_back_and_a_bad_one_is_replaced()
    {
        (await edge.GrpcAsync("Say", Hello, EchoEdge.Key, ("x-request-id", "abc-1")))["x-request-id"].ShouldBe("abc-1");
        (await edge.GrpcAsync("Say", Hello, EchoEdge.Key, ("x-request-id", "a b")))["x-request-id"]!.Length.ShouldBe(32);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0xff, 0xff })]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 })]
    public async Task A_broken_body_is_the_callers_fault(byte[] body) =>
        (await edge.PostAsync("Say", "application/grpc", body)).GrpcStatus.ShouldBe("3");

    private static List<(byte Flags, byte[] Body)> Wire(Answer answer) =>
        (answer with { Body = Busker.Rpc.Wire.GrpcWebTextDialect.DecodePieces(answer.Body)!.Value.ToArray() }).Frames().ToList();

    private static byte[] Packed(byte[] plain)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal)) gzip.Write(plain);
        return target.ToArray();
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var target = new MemoryStream();
        gzip.CopyTo(target);
        return target.ToArray();
    }
}
