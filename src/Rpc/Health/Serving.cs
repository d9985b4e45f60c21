using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Busker.Rpc.Health;

/// <summary>Which services take calls now. All of them stand and fall with the host.</summary>
internal sealed class Serving(IEnumerable<RpcRegistration> registrations, Lifecycle lifecycle)
{
    public IReadOnlyList<string> Names { get; } = ["", .. registrations.Select(r => r.Service.FullName)];

    public CancellationToken Stopping => lifecycle.Stopping;

    public ServingStatus Of(string service) =>
        !Names.Contains(service) ? ServingStatus.ServiceUnknown
        : lifecycle.IsServing ? ServingStatus.Serving : ServingStatus.NotServing;
}
