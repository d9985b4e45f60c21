using System.Diagnostics;
using System.Net;
using Busker.Kernel;
using Busker.Rpc.Telemetry;
using Busker.Rpc.Wire;
using Busker.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Busker.Rpc;

/// <summary>One call from head to end: read the head, admit, run, say how it ended. The only place that catches.</summary>
internal sealed partial class EdgePipeline(
    ExchangeReader reader, Admission admission, EdgeOptions options, Lifecycle lifecycle,
    RpcTelemetry telemetry, ILogger<EdgePipeline> log)
{
    public Task HandleAsync(HttpContext http, RpcMethod method)
    {
        if (HttpMethods.IsGet(http.Request.Method) ? !method.IsSafe : !HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = method.IsSafe ? "GET, POST" : "POST";
            return Task.CompletedTask;
        }

        if (reader.Read(http, method) is not { } x)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            http.Response.Headers["accept-post"] = Dialects.All;
            return Task.CompletedTask;
        }

        if (x.Dialect == Dialects.Grpc && !HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return Task.CompletedTask;
        }

        return method.Streams || x.Timeout is not null || !x.Dialect.BodyIsPlain(x) || RequestReader.HasBody(x) ? StartAsync(x) : StartWithBodyAsync(x);
    }

    /// <summary>The head often overtakes the body by microseconds: waited for here, one step has to be taken up again, not five.</summary>
    private async Task StartWithBodyAsync(Exchange x)
    {
        await RequestReader.WaitForBodyAsync(x);
        await StartAsync(x);
    }

    /// <summary>A call that is done at once needs no timer and no watch on its connection.</summary>
    private Task StartAsync(Exchange x)
    {
        var patience = Patience.Rent();
        x.Ct = patience.Token;
        var startedAt = Stopwatch.GetTimestamp();
        var activity = telemetry.Start(x);
        var running = RunAsync(x);
        if (!running.IsCompletedSuccessfully) return WaitAsync(x, running, patience, activity, startedAt);
        Finish(x, running.Result, activity, startedAt);
        patience.Dispose();
        return Task.CompletedTask;
    }

    private async Task WaitAsync(Exchange x, ValueTask<WireStatus?> running, Patience patience, Activity? activity, long startedAt)
    {
        Limit(patience, x);
        Finish(x, await running, activity, startedAt);
        patience.Dispose();
    }

    private void Finish(Exchange x, WireStatus? status, Activity? activity, long startedAt)
    {
        telemetry.Stop(x, activity, status, startedAt);
        if (!x.Http.RequestAborted.IsCancellationRequested) x.Dialect.End(x, status);
    }

    private async ValueTask<WireStatus?> RunAsync(Exchange x)
    {
        try
        {
            using var flight = lifecycle.Enter();
            x.Admission = admission;
            if (await admission.AdmitAsync(x) is { } refused) return WireStatus.Of(refused);
            var status = await x.Method.RunAsync(x);
            return status is { Reason: "ENCODING_UNKNOWN" } ? status with { Code = WireCode.Unimplemented } : status;
        }
        catch (OperationCanceledException) when (x.Ct.IsCancellationRequested)
        {
            return x.Http.RequestAborted.IsCancellationRequested ? WireStatus.Cancelled
                : lifecycle.Stopping.IsCancellationRequested && x.Method.Streams ? WireStatus.Of(Draining)
                : WireStatus.DeadlineExceeded;
        }
        catch (DatabaseUnavailableException e)
        {
            LogAway(log, e, x.Method.FullName, x.RequestId);
            return WireStatus.Of(e.Fault);
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == (int)HttpStatusCode.RequestEntityTooLarge
                ? WireStatus.Of(RequestReader.TooLarge(options.MessageBytesMax))
                : new WireStatus(WireCode.InvalidArgument, "MALFORMED_BODY", e.Message);
        }
        catch (Exception e) when (x.Http.RequestAborted.IsCancellationRequested)
        {
            LogGone(log, x.Method.FullName, x.RequestId, e.Message);
            return WireStatus.Cancelled;
        }
#pragma warning disable CA1031 // the one boundary where a bug becomes INTERNAL
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBug(log, e, x.Method.FullName, x.RequestId);
            return WireStatus.Internal;
        }
    }

    /// <summary>The caller's deadline; ours for a unary call without one; the host's stop for a stream.</summary>
    private void Limit(Patience patience, Exchange x)
    {
        var after = x.Timeout ?? (x.Method.Streams ? null : options.TimeMax);
        if (after > Exchange.TimeoutMax) after = Exchange.TimeoutMax;
        patience.Limit(after, x.Http.RequestAborted, x.Method.Streams ? lifecycle.Stopping : default);
    }

    private static readonly Fault Draining = new(Code.Unavailable, "DRAINING", "This host is stopping; connect again to another.")
    {
        RetryAfter = TimeSpan.FromMilliseconds(200),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed; request id {RequestId}")]
    private static partial void LogBug(ILogger log, Exception bug, string method, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} found the database away; request id {RequestId}")]
    private static partial void LogAway(ILogger log, Exception why, string method, string requestId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} lost its caller; request id {RequestId}: {Why}")]
    private static partial void LogGone(ILogger log, string method, string requestId, string why);
}
