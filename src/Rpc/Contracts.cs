using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Rpc;

/// <summary>
/// One RPC with one answer. The implementing class carries the RPC's own name; that is how it is routed and found.
/// One instance serves all calls at once, so it keeps no state of a call.
/// </summary>
public interface IRpc<in TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    /// <param name="request">Parsed and within the size limit; its fields are not checked yet.</param>
    /// <param name="call">Who calls, in which scope, under which ids.</param>
    /// <param name="ct">Cancelled when the caller leaves, its deadline passes or the host stops.</param>
    Task<Result<TResponse>> HandleAsync(TRequest request, Call call, CancellationToken ct);
}

/// <summary>One RPC that answers with a stream. Returning null ends the stream well; a fault ends it with that fault.</summary>
public interface IStreamRpc<in TRequest, out TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    /// <param name="request">Parsed and within the size limit; its fields are not checked yet.</param>
    /// <param name="call">Who calls, in which scope, under which ids.</param>
    /// <param name="send">Sends one message; completes when the connection took it, so a slow caller slows the stream.</param>
    /// <param name="ct">Cancelled when the caller leaves, its deadline passes or the host drains.</param>
    Task<Fault?> HandleAsync(TRequest request, Call call, Func<TResponse, ValueTask> send, CancellationToken ct);
}
