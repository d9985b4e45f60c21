using Busker.Kernel;
using Grpc.Health.V1;

namespace Busker.Rpc.Health;

/// <summary>The state of every service.</summary>
internal sealed class List(Serving serving) : IRpc<HealthListRequest, HealthListResponse>
{
    public Task<Result<HealthListResponse>> HandleAsync(HealthListRequest request, Call call, CancellationToken ct)
    {
        var answer = new HealthListResponse();
        foreach (var name in serving.Names) answer.Statuses[name] = new HealthCheckResponse { Status = serving.Of(name) };
        return Task.FromResult<Result<HealthListResponse>>(answer);
    }
}
