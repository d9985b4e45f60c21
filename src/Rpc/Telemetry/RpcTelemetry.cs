using System.Diagnostics;
using System.Diagnostics.Metrics;
using Busker.Rpc.Wire;

namespace Busker.Rpc.Telemetry;

/// <summary>Rate, errors and duration of every RPC, and one span per call; names follow OpenTelemetry's rpc conventions.</summary>
internal sealed class RpcTelemetry : IDisposable
{
    public const string Name = "Busker.Rpc";
    private readonly Meter _meter = new(Name);
    private readonly ActivitySource _source = new(Name);
    private readonly Histogram<double> _duration;
    private readonly string[] _codes = Enum.GetValues<WireCode>().Select(c => ((int)c).ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();

    public RpcTelemetry(Lifecycle lifecycle)
    {
        _duration = _meter.CreateHistogram<double>("rpc.server.call.duration", "s", "How long calls took, by method and outcome.");
        _meter.CreateObservableUpDownCounter("rpc.server.active_calls", () => lifecycle.InFlight, "{call}", "Calls inside now.");
    }

    /// <summary>A server span under the caller's W3C trace context, when somebody listens.</summary>
    public Activity? Start(Exchange x)
    {
        if (!_source.HasListeners()) return null;
        var activity = _source.StartActivity(x.Method.Path, ActivityKind.Server, x.Http.Request.Headers.TraceParent.ToString() is { Length: > 0 } parent
            && ActivityContext.TryParse(parent, x.Http.Request.Headers.TraceState, isRemote: true, out var context) ? context : default);
        activity?.SetTag("rpc.system.name", x.Dialect is ConnectDialect ? "connectrpc" : "grpc");
        activity?.SetTag("rpc.method", x.Method.Path[1..]);
        activity?.SetTag("busker.request_id", x.RequestId);
        return activity;
    }

    public void Stop(Exchange x, Activity? activity, WireStatus? status, long startedAt)
    {
        var code = status?.Code ?? WireCode.Ok;
        if (_duration.Enabled)
        {
            _duration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds,
                new("rpc.method", x.Method.Path), new("rpc.response.status_code", _codes[(int)code]));
        }

        if (activity is null) return;
        activity.SetTag("rpc.response.status_code", _codes[(int)code]);
        if (status is not null)
        {
            activity.SetTag("error.type", status.Reason);
            if (code is WireCode.Internal or WireCode.Unknown or WireCode.Unavailable) activity.SetStatus(ActivityStatusCode.Error);
        }

        activity.Dispose();
    }

    public void Dispose()
    {
        _meter.Dispose();
        _source.Dispose();
    }
}
