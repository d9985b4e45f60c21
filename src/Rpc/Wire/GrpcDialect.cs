using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Busker.Rpc.Wire;

/// <summary>gRPC over HTTP/2: envelopes in the body, the end in the trailers.</summary>
internal class GrpcDialect : Dialect
{
    public override string EncodingHeader => "grpc-encoding";
    public override string AcceptEncodingHeader => "grpc-accept-encoding";
    public override string TimeoutHeader => "grpc-timeout";

    public override void Begin(Exchange x)
    {
        x.Begun = true;
        CommonHeaders(x);
        var headers = x.Http.Response.Headers;
        headers.ContentType = ContentType(x);
        if (x.AcceptsGzip) headers.GrpcEncoding = "gzip";
    }

    public override void Write(Exchange x, IMessage message) =>
        MessageWriter.WriteEnvelope(x, x.Http.Response.BodyWriter, message);

    public override void End(Exchange x, WireStatus? status)
    {
        var trailers = x.Begun ? Trailers(x.Http) : OnlyTrailers(x);
        if (x.Said is { } said) Append(trailers, said.Trailers);
        if (status is null)
        {
            trailers["grpc-status"] = "0";
            return;
        }

        trailers["grpc-status"] = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        trailers["grpc-message"] = PercentEncoding.Encode(status.Message);
        trailers["grpc-status-details-bin"] = ErrorDetails.Base64(status, x.RequestId);
        if (!x.Begun) RetryHeader(x, status);
    }

    /// <summary>Up to eight digits and a unit: <c>100m</c> is a tenth of a second.</summary>
    public override TimeSpan? ParseTimeout(string value)
    {
        if (value.Length is < 2 or > 9) return null;
        if (!long.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return null;
        return value[^1] switch
        {
            'H' => TimeSpan.FromHours(amount),
            'M' => TimeSpan.FromMinutes(amount),
            'S' => TimeSpan.FromSeconds(amount),
            'm' => TimeSpan.FromMilliseconds(amount),
            'u' => TimeSpan.FromMicroseconds(amount),
            'n' => TimeSpan.FromTicks(amount / 100),
            _ => null,
        };
    }

    protected virtual string ContentType(Exchange x) =>
        x.Codec == Codec.Json ? "application/grpc+json" : "application/grpc+proto";

    private IHeaderDictionary OnlyTrailers(Exchange x)
    {
        CommonHeaders(x);
        x.Http.Response.Headers.ContentType = ContentType(x);
        x.Http.Response.Headers.GrpcAcceptEncoding = "identity,gzip";
        return x.Http.Response.Headers;
    }

    private static IHeaderDictionary Trailers(HttpContext http) =>
        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseTrailersFeature>()!.Trailers;
}
