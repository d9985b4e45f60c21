using Busker.Kernel;
using Grpc.Health.V1;

namespace Busker.Rpc.Health;

/// <summary>Sends the state at once, and NOT_SERVING when the host begins to stop; an unknown service is told, not refused.</summary>
internal sealed class Watch(Serving serving) : IStreamRpc<HealthCheckRequest, HealthCheckResponse>
{
    public async Task<Fault?> HandleAsync(
        HealthCheckRequest request, Call call, Func<HealthCheckResponse, ValueTask> send, CancellationToken ct)
    {
        await send(new HealthCheckResponse { Status = serving.Of(request.Service) });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stop = ct.Register(() => ended.TrySetResult());
        await ended.Task;
        if (serving.Stopping.IsCancellationRequested) await send(new HealthCheckResponse { Status = serving.Of(request.Service) });
        return null;
    }
}
