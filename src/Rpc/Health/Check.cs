using Busker.Kernel;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Busker.Rpc.Health;

/// <summary>The state of one service; the empty name is the host itself. An unknown one is NOT_FOUND, as the contract asks.</summary>
internal sealed class Check(Serving serving) : IRpc<HealthCheckRequest, HealthCheckResponse>
{
    public Task<Result<HealthCheckResponse>> HandleAsync(HealthCheckRequest request, Call call, CancellationToken ct)
    {
        var status = serving.Of(request.Service);
        return Task.FromResult<Result<HealthCheckResponse>>(status == ServingStatus.ServiceUnknown
            ? new Fault(Code.NotFound, "HEALTH_UNKNOWN", $"There is no service {request.Service} here.", "service")
            : new HealthCheckResponse { Status = status });
    }
}
