using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Busker.FlagServer.Requests;

/// <summary>Answers in one write, straight into the connection's buffer.</summary>
internal static class Reply
{
    private static readonly StringValues Json = "application/json";
    private static readonly StringValues NoStore = "no-store";

    public static void Send(HttpContext http, int status, ReadOnlySpan<byte> json)
    {
        Head(http, status, json.Length);
        http.Response.BodyWriter.Write(json);
    }

    public static void Head(HttpContext http, int status, long length)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentLength = length;
        response.Headers.ContentType = Json;
        response.Headers.CacheControl = NoStore;
    }

    public static void RetryAfter(HttpContext http, Refusal refusal)
    {
        if (refusal.RetryAfterSeconds > 0) http.Response.Headers.RetryAfter = refusal.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        if (refusal.Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
    }

    /// <summary>The first bytes of a stream that stays open; nothing between may keep them back.</summary>
    public static void StreamHead(HttpContext http, string contentType)
    {
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = "no-store, no-transform";
        http.Response.Headers["X-Accel-Buffering"] = "no";
    }
}
