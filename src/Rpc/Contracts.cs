using Google.Protobuf;
using Busker.Kernel;

namespace Busker.Rpc;

/// <summary>Who is calling and under which request.</summary>
public sealed record Call(string Tenant, IReadOnlySet<string> Permissions);

/// <summary>One RPC. The implementing class carries the RPC's own name; that is how it is routed and found.</summary>
public interface IRpc<in TRequest, TResponse>
    where TRequest : IMessage<TRequest>, new()
    where TResponse : IMessage<TResponse>
{
    Task<Result<TResponse>> HandleAsync(TRequest request, Call call, CancellationToken ct);
}
