using System.Diagnostics;
using System.Text;
using Busker.FlagServer.Confidence;
using Busker.FlagServer.Flagd;
using Busker.FlagServer.Ofrep;
using Busker.FlagServer.Requests;
using Busker.FlagServer.States;
using Busker.FlagServer.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer;

/// <summary>The table of contents: which path is answered by what, in whose dialect, and that a failure is told in it too.</summary>
internal sealed class Router(Endpoints to, FetchState state, Cors cors, ServerMetrics metrics, Func<string?> unready)
{
    private const string OfrepFlags = "/ofrep/v1/evaluate/flags";
    private const string Flagd = "/flagd.evaluation.v1.Service/";

    public async Task AnswerAsync(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        var route = RouteOf(http.Request.Path.Value ?? "", out var rest);
        try
        {
            if (!cors.Answers(http)) await HandAsync(http, route, rest);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // the caller left
        }
        catch (BadHttpRequestException e)
        {
            Refuse(http, route, new(400, "PARSE_ERROR", e.Message));
        }
#pragma warning disable CA1031 // a bug must not take the connection down unsaid
        catch (Exception e) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"a bug while answering {http.Request.Path}: {e}");
            Refuse(http, route, new(500, "GENERAL", "the server failed; its log says why"));
        }

        metrics.Count(route, http.Response.StatusCode, started);
    }

    private Task HandAsync(HttpContext http, Route route, string rest)
    {
        if (route is Route.Other) return PageAsync(http);
        if (route is Route.OfrepEvents) return to.EventStreams.HandleAsync(http);
        if (route is Route.State) return HttpMethods.IsGet(http.Request.Method) ? state.HandleAsync(http) : Wrong(http, 405, "ask with GET");
        if (!HttpMethods.IsPost(http.Request.Method)) return Wrong(http, 405, "ask with POST");
        return route switch
        {
            Route.OfrepFlag => to.EvaluateFlag.HandleAsync(http, rest),
            Route.OfrepFlags => to.EvaluateFlags.HandleAsync(http),
            Route.ConfidenceResolve => to.ResolveFlags.HandleAsync(http),
            Route.ConfidenceApply => to.ApplyFlags.HandleAsync(http),
            _ => FlagdAsync(http, route, rest),
        };
    }

    private static Route RouteOf(string path, out string rest)
    {
        rest = "";
        if (path.StartsWith(OfrepFlags, StringComparison.Ordinal))
        {
            if (path.Length == OfrepFlags.Length) return Route.OfrepFlags;
            if (path[OfrepFlags.Length] != '/') return Route.Other;
            rest = path[(OfrepFlags.Length + 1)..];
            if (rest.Contains('%')) rest = rest.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // the only escape that is left
            return Route.OfrepFlag;
        }

        if (path.StartsWith(Flagd, StringComparison.Ordinal))
        {
            rest = path[Flagd.Length..];
            return rest switch
            {
                "ResolveAll" => Route.FlagdResolveAll,
                "EventStream" => Route.FlagdEventStream,
                "ResolveBoolean" or "ResolveString" or "ResolveInt" or "ResolveFloat" or "ResolveObject" => Route.FlagdResolve,
                _ => Route.Other,
            };
        }

        return path switch
        {
            EventStreams.Path => Route.OfrepEvents,
            "/v1/flags:resolve" => Route.ConfidenceResolve,
            "/v1/flags:apply" => Route.ConfidenceApply,
            FetchState.Path => Route.State,
            _ => Route.Other,
        };
    }

    private Task FlagdAsync(HttpContext http, Route route, string method)
    {
        var type = http.Request.ContentType ?? "";
        var wanted = route == Route.FlagdEventStream ? "application/connect+json" : "application/json";
        if (!type.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers["Accept-Post"] = wanted;
            ConnectReply.Refuse(http, new(415, "GENERAL", $"this method is spoken in {wanted}"));
            return Task.CompletedTask;
        }

        return route switch
        {
            Route.FlagdResolveAll => to.ResolveAll.HandleAsync(http),
            Route.FlagdEventStream => to.EventStream.HandleAsync(http),
            _ => to.ResolveOne.HandleAsync(http, method["Resolve".Length..]),
        };
    }

    private Task PageAsync(HttpContext http) => http.Request.Path.Value switch
    {
        "/healthz" => TextAsync(http, 200, "ok\n"),
        "/readyz" => unready() is { } reason ? TextAsync(http, 503, reason + "\n") : TextAsync(http, 200, "ready\n"),
        "/metrics" => TextAsync(http, 200, metrics.Write()),
        _ => Wrong(http, 404, "there is nothing here; see /ofrep/v1/evaluate/flags, /v1/flags:resolve, /flagd.evaluation.v1.Service/ResolveAll, /v1/state, /healthz, /readyz, /metrics"),
    };

    private static Task Wrong(HttpContext http, int status, string message)
    {
        EvaluateFlag.Refuse(http, new(status, "GENERAL", message), null);
        return Task.CompletedTask;
    }

    private static void Refuse(HttpContext http, Route route, Refusal refusal)
    {
        http.Response.Clear();
        if (route is Route.ConfidenceApply or Route.ConfidenceResolve) ConfidenceReply.Refuse(http, refusal);
        else if (route is Route.FlagdResolve or Route.FlagdResolveAll or Route.FlagdEventStream) ConnectReply.Refuse(http, refusal);
        else EvaluateFlag.Refuse(http, refusal, null);
    }

    private static async Task TextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}

/// <summary>What requests are handed to.</summary>
internal sealed record Endpoints(EvaluateFlag EvaluateFlag, EvaluateFlags EvaluateFlags, EventStreams EventStreams, ResolveFlags ResolveFlags,
    ApplyFlags ApplyFlags, FlagdEndpoints Flagd)
{
    public ResolveOne ResolveOne => Flagd.One;

    public ResolveAll ResolveAll => Flagd.All;

    public EventStream EventStream => Flagd.Events;
}

internal sealed record FlagdEndpoints(ResolveOne One, ResolveAll All, EventStream Events);
