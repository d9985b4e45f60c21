using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Busker.FlagServer.Requests;

/// <summary>Which browser pages may ask. A page of another origin gets 403 and never an answer.</summary>
internal sealed class Cors(IReadOnlyList<string> origins)
{
    private static readonly StringValues Exposed = "ETag, Retry-After, Busker-State-Version";
    private readonly bool _any = origins.Contains("*");

    /// <summary>False: go on. True: the request was a preflight, or is refused, and is answered.</summary>
    public bool Answers(HttpContext http)
    {
        var origin = http.Request.Headers.Origin;
        if (origin.Count == 0) return false;
        var response = http.Response;
        response.Headers.Vary = "Origin";
        if (!_any && !origins.Contains(origin.ToString()))
        {
            Ofrep.EvaluateFlag.Refuse(http, new(403, "GENERAL", $"pages of {origin} may not ask here"), null);
            return true;
        }

        response.Headers.AccessControlAllowOrigin = _any ? "*" : origin;
        response.Headers.AccessControlExposeHeaders = Exposed;
        if (!HttpMethods.IsOptions(http.Request.Method)) return false;
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = "GET, POST";
        response.Headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } asked ? asked : "content-type";
        response.Headers.AccessControlMaxAge = "7200";
        return true;
    }
}
