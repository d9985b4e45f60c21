using Busker.Echo.V1;
using Busker.EchoHost;
using Grpc.Health.V1;
using Google.Protobuf;

namespace Busker.Rpc.Tests;

/// <summary>A host that is asked to stop finishes what it began, and says so first.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private readonly EdgeFixture _edge = new();

    public Task InitializeAsync() => _edge.InitializeAsync();

    public Task DisposeAsync() => _edge.DisposeAsync();

    [Fact]
    public async Task A_call_in_flight_is_answered_and_a_watcher_hears_of_the_end()
    {
        using var watch = new HttpRequestMessage(HttpMethod.Post, new Uri(_edge.Edge.Http2, "/grpc.health.v1.Health/Watch"))
        {
            Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(EdgeFixture.Framed(new HealthCheckRequest())),
        };
        watch.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        using var watched = await _edge.Client.SendAsync(watch, HttpCompletionOption.ResponseHeadersRead);
        await using var news = await watched.Content.ReadAsStreamAsync();
        (await NextAsync(news)).ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);

        var inFlight = _edge.GrpcAsync("Say", new SayRequest { Text = "last", DelayMs = 700 });
        while (_edge.Edge.CallsInside < 2) await Task.Yield();
        var stopping = _edge.Edge.StopAsync();

        (await NextAsync(news)).ShouldBe(HealthCheckResponse.Types.ServingStatus.NotServing);
        var answer = await inFlight;
        answer.GrpcStatus.ShouldBe("0");
        SayResponse.Parser.ParseFrom(answer.Frames().Single().Body).Text.ShouldBe("last");
        await stopping.WaitAsync(TimeSpan.FromSeconds(15));
    }

    private static async Task<HealthCheckResponse.Types.ServingStatus> NextAsync(Stream stream)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head);
        var body = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await stream.ReadExactlyAsync(body);
        return HealthCheckResponse.Parser.ParseFrom(body).Status;
    }
}
