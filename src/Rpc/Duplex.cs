using Busker.Common.V1;
using Busker.Kernel;
using Busker.Rpc.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc;

/// <summary>A method with a stream both ways, answering each message as it comes. Only server reflection needs it.</summary>
internal interface IDuplexRpc<in TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    Result<TResponse> Answer(TRequest request);
}

internal sealed class DuplexMethod<TRequest, TResponse>(MethodDescriptor descriptor, Rule? rule, IDuplexRpc<TRequest, TResponse> handler)
    : RpcMethod(descriptor, rule)
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    private readonly MessageParser<TRequest> _parser = (MessageParser<TRequest>)descriptor.InputType.Parser;

    public override async Task<WireStatus?> RunAsync(Exchange x)
    {
        if (x.RequestIsGzip is null) return WireStatus.Of(RequestReader.UnknownEncoding);
        var body = await x.Dialect.OpenBodyAsync(x);
        if (body.Fault is { } unreadable) return WireStatus.Of(unreadable);
        while (true)
        {
            var request = await RequestReader.ReadEnvelopeAsync(x, body.Value, _parser);
            if (request.Fault is { } malformed) return WireStatus.Of(malformed);
            if (request.Value is not { } message) break;
            var answer = handler.Answer(message);
            if (answer.Fault is { } fault) return WireStatus.Of(fault);
            await StreamMethod<TRequest, TResponse>.SendAsync(x, answer.Value);
        }

        if (!x.Begun) x.Dialect.Begin(x);
        return null;
    }
}
