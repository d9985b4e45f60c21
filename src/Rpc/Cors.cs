using Microsoft.AspNetCore.Http;

namespace Busker.Rpc;

/// <summary>Which browser pages may call: an allow-list of origins, and the headers the protocols need on both sides.</summary>
internal sealed class Cors(EdgeOptions options)
{
    private const string RequestHeaders =
        "authorization, content-type, content-encoding, accept-encoding, connect-protocol-version, connect-timeout-ms, "
        + "connect-content-encoding, connect-accept-encoding, grpc-timeout, grpc-encoding, grpc-accept-encoding, x-grpc-web, "
        + "x-user-agent, x-request-id, idempotency-key, busker-explain, traceparent, tracestate";

    private const string ExposedHeaders =
        "grpc-status, grpc-message, grpc-status-details-bin, grpc-encoding, content-encoding, connect-content-encoding, "
        + "x-request-id, retry-after, idempotency-replayed";

    private readonly HashSet<string> _origins = [.. options.AllowedOrigins];

    /// <summary>Adds what the browser asks for. Returns true when the request was a preflight and is answered.</summary>
    public bool Apply(HttpContext http)
    {
        var origin = http.Request.Headers.Origin;
        if (origin.Count == 0) return false;
        var headers = http.Response.Headers;
        headers.Vary = "Origin";
        var isAllowed = _origins.Contains("*") || _origins.Contains(origin.ToString());
        if (isAllowed)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = ExposedHeaders;
        }

        if (!HttpMethods.IsOptions(http.Request.Method) || http.Request.Headers.AccessControlRequestMethod.Count == 0) return false;
        http.Response.StatusCode = isAllowed ? StatusCodes.Status204NoContent : StatusCodes.Status403Forbidden;
        if (!isAllowed) return true;
        headers.AccessControlAllowMethods = "GET, POST";
        headers.AccessControlAllowHeaders = RequestHeaders;
        headers.AccessControlMaxAge = "7200";
        return true;
    }
}
