using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;

namespace Busker.Host;

/// <summary>The built console at <c>/</c>: files with a hash in their name for a year, the page itself never from a cache.</summary>
internal static class ConsolePages
{
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    public static void UseConsole(this WebApplication app, string folder)
    {
        var files = new PhysicalFileProvider(Path.GetFullPath(folder));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = file =>
            {
                var hashed = file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal);
                file.Context.Response.Headers.CacheControl = hashed ? "public, max-age=31536000, immutable" : "no-cache";
                file.Context.Response.Headers.ContentSecurityPolicy = Policy;
                file.Context.Response.Headers.XContentTypeOptions = "nosniff";
            },
        });
    }
}
