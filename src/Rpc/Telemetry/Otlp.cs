using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Busker.Rpc.Telemetry;

/// <summary>Sends the house's traces, metrics and logs by OTLP when OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise does nothing.</summary>
internal sealed class Otlp : IHostedService, IDisposable
{
    private const string Sources = "Busker.*";
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    private static bool IsWanted => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));

    private static ResourceBuilder Resource => ResourceBuilder.CreateDefault().AddService("busker").AddEnvironmentVariableDetector();

    /// <summary>Log lines go where the host's other log lines go, and by OTLP with the trace and span they belong to.</summary>
    public static void AddLogs(ILoggingBuilder logging)
    {
        if (!IsWanted) return;
        logging.AddOpenTelemetry(o =>
        {
            o.IncludeFormattedMessage = true;
            o.SetResourceBuilder(Resource).AddOtlpExporter();
        });
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!IsWanted) return Task.CompletedTask;
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource).AddSource(Sources, "Npgsql").AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource).AddMeter(Sources).AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.ForceFlush(2000);
        _metrics?.ForceFlush(2000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
