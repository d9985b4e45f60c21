using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Busker.EchoHost;
using Google.Protobuf;

namespace Busker.Rpc.Tests;

/// <summary>One echo host for all tests of a class, and calls spelled by hand, byte for byte.</summary>
public sealed class EdgeFixture : IAsyncLifetime
{
    public EchoEdge Edge { get; } = new();

    public HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost" },
    });

    public Task InitializeAsync() => Edge.StartAsync();

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Edge.DisposeAsync();
    }

    /// <summary>A POST of bytes over HTTP/1.1 or, for gRPC, h2c with prior knowledge.</summary>
    public async Task<Answer> PostAsync(string method, string contentType, byte[] body, string? key = EchoEdge.Key,
        Uri? at = null, params (string Name, string Value)[] headers)
    {
        var isGrpc = contentType.StartsWith("application/grpc", StringComparison.Ordinal) && !contentType.Contains("web", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(at ?? (isGrpc ? Edge.Http2 : Edge.Http1), $"/echo.v1.Echo/{method}"))
        {
            Version = isGrpc ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new Answer(response.StatusCode, bytes, Headers(response.Headers, response.Content.Headers), Headers(response.TrailingHeaders));
    }

    public Task<Answer> JsonAsync(string method, string json, string? key = EchoEdge.Key, params (string, string)[] headers) =>
        PostAsync(method, "application/json", Encoding.UTF8.GetBytes(json), key, null, headers);

    public Task<Answer> GrpcAsync(string method, IMessage message, string? key = EchoEdge.Key, params (string, string)[] headers) =>
        PostAsync(method, "application/grpc+proto", Framed(message), key, null, headers);

    public static byte[] Framed(IMessage message) => Framed(message.ToByteArray());

    public static byte[] Framed(byte[] body, byte flags = 0)
    {
        var frame = new byte[5 + body.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }

    private static Dictionary<string, string> Headers(params HttpHeaders[] all) =>
        all.SelectMany(h => h).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(',', h.Value));
}

/// <summary>What came back, before anyone makes sense of it.</summary>
public sealed record Answer(HttpStatusCode Status, byte[] Body, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Trailers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? GrpcStatus => Trailers.GetValueOrDefault("grpc-status") ?? Headers.GetValueOrDefault("grpc-status");

    public string? this[string header] => Trailers.GetValueOrDefault(header) ?? Headers.GetValueOrDefault(header);

    /// <summary>The five-byte envelopes of the body: flags and content.</summary>
    public IReadOnlyList<(byte Flags, byte[] Body)> Frames()
    {
        var frames = new List<(byte, byte[])>();
        for (var at = 0; at < Body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(at + 1));
            frames.Add((Body[at], Body[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }

        return frames;
    }
}
