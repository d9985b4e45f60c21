using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Rpc.Wire;

/// <summary>What both halves of the Connect protocol share.</summary>
internal abstract class ConnectDialect : Dialect
{
    public override string TimeoutHeader => "connect-timeout-ms";

    public override TimeSpan? ParseTimeout(string value) =>
        value.Length is > 0 and <= 10 && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            ? TimeSpan.FromMilliseconds(ms)
            : null;
}

/// <summary>Connect, one answer: the body is the message, the HTTP status tells how it went, errors are JSON.</summary>
internal sealed class ConnectUnaryDialect : ConnectDialect
{
    public override bool HasEnvelopes => false;
    public override bool Carries(RpcMethod method) => !method.Streams;
    public override string EncodingHeader => "content-encoding";
    public override string AcceptEncodingHeader => "accept-encoding";

    public override bool BodyIsPlain(Exchange x) => x.QueryMessage is null;

    public override ValueTask<Result<PipeReader>> OpenBodyAsync(Exchange x) =>
        x.QueryMessage is { } message ? new(PipeReader.Create(message)) : base.OpenBodyAsync(x);

    public override void Begin(Exchange x)
    {
        x.Begun = true;
        CommonHeaders(x);
        TrailersAhead(x);
        x.Http.Response.Headers.ContentType = x.Codec == Codec.Json ? "application/json" : "application/proto";
        if (x.QueryMessage is not null) x.Http.Response.Headers.Vary = "Accept-Encoding";
    }

    public override void Write(Exchange x, IMessage message)
    {
        var response = x.Http.Response;
        if (x.Codec == Codec.Proto)
        {
            var size = message.CalculateSize();
            if (size <= MessageWriter.DirectBytesMax && (!x.AcceptsGzip || size < Gzip.WorthwhileBytes))
            {
                response.ContentLength = size;
                if (size == 0) return;
                message.WriteTo(response.BodyWriter.GetSpan(size)[..size]);
                response.BodyWriter.Advance(size);
                return;
            }
        }

        using var body = MessageWriter.Encode(x.Codec, message);
        using var packed = x.AcceptsGzip && body.Length >= Gzip.WorthwhileBytes ? Gzip.Pack(body.Written) : null;
        if (packed is not null) response.Headers.ContentEncoding = "gzip";
        var bytes = packed ?? body;
        response.ContentLength = bytes.Length;
        System.Buffers.BuffersExtensions.Write(response.BodyWriter, bytes.Written);
    }

    public override void End(Exchange x, WireStatus? status)
    {
        if (status is null) return;
        var response = x.Http.Response;
        if (response.HasStarted) throw new InvariantException("a unary answer was sent before its outcome was known");
        response.StatusCode = WireStatus.HttpStatus(status.Code);
        CommonHeaders(x);
        TrailersAhead(x);
        RetryHeader(x, status);
        response.Headers.ContentType = "application/json";
        using var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body)) ErrorDetails.WriteConnect(json, status, x.RequestId);
        response.ContentLength = body.Length;
        System.Buffers.BuffersExtensions.Write(response.BodyWriter, body.Written);
    }

    /// <summary>One answer has no end of its own: its trailers are headers with a prefix.</summary>
    private static void TrailersAhead(Exchange x)
    {
        if (x.Said is { } said) Append(x.Http.Response.Headers, said.Trailers, "trailer-");
    }
}

/// <summary>Connect, streams: envelopes, and a last envelope of JSON that says how it ended. HTTP status is always 200.</summary>
internal sealed class ConnectStreamDialect : ConnectDialect
{
    private const byte EndOfStream = 2;

    public override bool Carries(RpcMethod method) => method.Streams;
    public override string EncodingHeader => "connect-content-encoding";
    public override string AcceptEncodingHeader => "connect-accept-encoding";

    public override void Begin(Exchange x)
    {
        x.Begun = true;
        CommonHeaders(x);
        var headers = x.Http.Response.Headers;
        headers.ContentType = x.Codec == Codec.Json ? "application/connect+json" : "application/connect+proto";
        if (x.AcceptsGzip) headers["connect-content-encoding"] = "gzip";
    }

    public override void Write(Exchange x, IMessage message) =>
        MessageWriter.WriteEnvelope(x, x.Http.Response.BodyWriter, message);

    public override void End(Exchange x, WireStatus? status)
    {
        if (!x.Begun) Begin(x);
        using var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            if (status is not null)
            {
                json.WritePropertyName("error");
                ErrorDetails.WriteConnect(json, status, x.RequestId);
            }

            if (x.Said is { Trailers.Count: > 0 } said) WriteTrailers(json, said.Trailers);
            json.WriteEndObject();
        }

        MessageWriter.WriteEnvelope(x.Http.Response.BodyWriter, body.Written, EndOfStream, pack: false);
    }

    private static void WriteTrailers(Utf8JsonWriter json, List<(string Name, string Value)> trailers)
    {
        json.WriteStartObject("metadata");
        foreach (var trailer in trailers.GroupBy(t => t.Name, t => t.Value))
        {
            json.WriteStartArray(trailer.Key);
            foreach (var value in trailer) json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
