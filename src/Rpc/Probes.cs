using System.Text;
using Busker.Rpc.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Busker.Rpc;

/// <summary>One reason why the host might not be ready (the database is away). Returns null when all is well.</summary>
public delegate ValueTask<string?> ReadyCheck(CancellationToken ct);

/// <summary><c>/healthz</c>: the process lives. <c>/readyz</c>: it may be sent calls. <c>/metrics</c>: Prometheus text.</summary>
internal sealed class Probes(Lifecycle lifecycle, IEnumerable<ReadyCheck> checks, PrometheusText metrics)
{
    /// <summary>The answer to a probe's path, or null when the path is none.</summary>
    public Task? Answer(HttpContext http) => http.Request.Path.Value switch
    {
        "/healthz" => TextAsync(http, 200, "ok\n"),
        "/readyz" => ReadyAsync(http),
        "/metrics" => TextAsync(http, 200, metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"),
        _ => null,
    };

    private async Task ReadyAsync(HttpContext http)
    {
        var reasons = new List<string>();
        if (!lifecycle.IsServing) reasons.Add("The host is starting or stopping.");
        foreach (var check in checks)
            if (await check(http.RequestAborted) is { } reason) reasons.Add(reason);
        await TextAsync(http, reasons.Count == 0 ? 200 : 503, reasons.Count == 0 ? "ready\n" : string.Join('\n', reasons) + "\n");
    }

    private static async Task TextAsync(HttpContext http, int status, string text, string type = "text/plain; charset=utf-8")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
    }
}
