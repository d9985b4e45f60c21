using Microsoft.AspNetCore.Http;

namespace Busker.Rpc.OpenApi;

/// <summary><c>/openapi.json</c> and <c>/docs</c>, a page that tries it. Open to all: the contract is public.</summary>
internal sealed class ApiPages(OpenApiDocument document)
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
    private readonly byte[] _page = Page();

    /// <summary>The answer to one of the two paths, or null when the path is neither.</summary>
    public Task? Answer(HttpContext http)
    {
        var (type, bytes) = http.Request.Path.Value switch
        {
            "/openapi.json" => ("application/json", document.Bytes),
            "/docs" => ("text/html; charset=utf-8", _page),
            _ => ("", []),
        };
        if (type.Length == 0 || !HttpMethods.IsGet(http.Request.Method)) return null;
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    private static byte[] Page()
    {
        using var stream = typeof(ApiPages).Assembly.GetManifestResourceStream("docs.html")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
